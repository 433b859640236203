// SPDX-License-Identifier: MIT
// One browser for a test file, pages that record every console error, and checks that all tests share.
import assert from 'node:assert/strict';
import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, type BrowserContext, chromium, type Locator, type Page } from 'playwright-core';

export const base = (process.env.CNOP_UI_URL ?? 'http://localhost:3000').replace(/\/$/, '');

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: flags });
}

export interface Watched {
  page: Page;
  context: BrowserContext;
  /** Console errors, page errors, and requests that left the origin. */
  complaints: string[];
}

export interface Look {
  /** Another way to the installation, such as a proxy in front of it. */
  origin?: string;
  theme?: 'light' | 'dark';
  width?: number;
  height?: number;
  locale?: string;
  timezoneId?: string;
  /** With the worker that keeps pages; it answers requests that tests want to answer themselves. */
  worker?: boolean;
  storage?: Awaited<ReturnType<BrowserContext['storageState']>>;
}

export async function open(browser: Browser, look: Look = {}): Promise<Watched> {
  const context = await browser.newContext({
    baseURL: look.origin ?? base,
    colorScheme: look.theme ?? 'light',
    viewport: { width: look.width ?? 1280, height: look.height ?? 900 },
    reducedMotion: 'reduce',
    locale: look.locale ?? 'en-US',
    serviceWorkers: look.worker ? 'allow' : 'block',
    ...(look.timezoneId ? { timezoneId: look.timezoneId } : {}),
    ...(look.storage ? { storageState: look.storage } : {}),
  });
  const page = await context.newPage();
  page.setDefaultTimeout(40_000);
  const complaints: string[] = [];
  page.on('console', (message) => {
    // A gateway without a stream: the page polls.
    if (message.location().url.includes('/api/v1/stream')) return;
    if (message.type() === 'error') complaints.push(`${page.url()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(`${page.url()}: ${error.stack ?? error.message}`));
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.protocol.startsWith('http') && url.origin !== new URL(look.origin ?? base).origin)
      complaints.push(`left: ${url}`);
  });
  return { page, context, complaints };
}

/** What axe finds wrong now: by the rules of WCAG 2.2 AA and its best practices, or by the given ones. */
async function violations(page: Page, rules: string[]): Promise<string[]> {
  // Base UI's focus guards are hidden and focusable on purpose: they hand the focus on and never keep it.
  const axe = new AxeBuilder({ page }).exclude('[data-base-ui-focus-guard]');
  const result = await (rules.length > 0 ? axe.withRules(rules) : axe).analyze();
  return result.violations.map(
    ({ id, nodes }) =>
      `${id}: ${nodes.map(({ html, failureSummary }) => `${html}\n${failureSummary}`).join('\n')}`,
  );
}

/** No violation of any weight that stays: axe may meet a page between two states while it comes alive. */
export async function accessible(page: Page, where: string, rules: string[] = []): Promise<void> {
  let found = await violations(page, rules);
  for (let again = 0; found.length > 0 && again < 3; again++) {
    await page.waitForTimeout(500);
    found = await violations(page, rules);
  }
  assert.deepEqual(found, [], where);
}

/** The page can be read without scrolling sideways. */
export async function fits(page: Page, where: string): Promise<void> {
  const excess = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  assert.ok(excess <= 0, `${where} is ${excess}px too wide`);
}

/** No table is cut at the side of its frame. */
export async function tablesFit(page: Page, where: string): Promise<void> {
  const cut = await page.evaluate(() =>
    [...document.querySelectorAll<HTMLTableElement>('table.data-table')]
      .filter(({ parentElement: frame }) => frame && frame.scrollWidth > frame.clientWidth)
      .map((table) => table.caption?.textContent),
  );
  assert.deepEqual(cut, [], `${where} shows a table that must be moved sideways`);
}

// Themes differ in colours alone: the rules about these are asked again in the other one.
const COLOUR_RULES = ['color-contrast', 'link-in-text-block'];

/** A page that has settled can be used by everybody: in both themes, and at the widths of tablets and phones. */
export async function usableByAll(page: Page, name: string): Promise<void> {
  await accessible(page, `${name}, light`);
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.waitForFunction(() => document.documentElement.dataset.theme === 'dark');
  await accessible(page, `${name}, dark`, COLOUR_RULES);
  for (const width of [768, 640]) {
    await page.setViewportSize({ width, height: 1024 });
    await tablesFit(page, `${name} at ${width}px`);
  }
  await page.setViewportSize({ width: 320, height: 640 });
  await fits(page, name);
}

/** Everything has arrived: no placeholder is left on the page. */
export async function settled(page: Page): Promise<void> {
  await page.waitForLoadState('load');
  await page.locator('main h1').first().waitFor();
  await page.waitForFunction(() => document.querySelector('main .skeleton') === null);
}

let serial = 0;

export interface Person {
  username: string;
  password: string;
}

/** A name nobody has used before on this installation. */
export function newPerson(): Person {
  serial += 1;
  const unique = Date.now().toString(36) + process.pid.toString(36) + serial;
  return { username: `e2e_${unique}`.slice(0, 30), password: 'Quiet-Harbour-41' };
}

export async function registerPerson(page: Page, person: Person): Promise<void> {
  await page.goto('/register');
  await page.getByLabel('First name').fill('Dana');
  await page.getByLabel('Last name').fill('Moore');
  await page.getByLabel('E-mail').first().fill(`${person.username}@example.com`);
  await page.getByLabel('User name').fill(person.username);
  await page.getByLabel('Password', { exact: true }).fill(person.password);
  await page.getByRole('button', { name: 'Open account' }).click();
  await page.waitForURL('**/dashboard');
}

export async function deposit(page: Page, amount: string): Promise<void> {
  await page.goto('/account?action=deposit');
  await page.getByLabel('Amount in USD').fill(amount);
  await page.locator('form').getByRole('button', { name: 'Deposit', exact: true }).click();
  await page.getByText('deposited').first().waitFor();
}

export async function buy(page: Page, asset: string, amount: string): Promise<void> {
  await page.goto(`/trading?asset=${asset}&action=buy`);
  await page.getByRole('button', { name: 'Amount in USD' }).click();
  await page.getByLabel('Amount', { exact: true }).fill(amount);
  await page.getByRole('button', { name: 'Review purchase' }).click();
  await page.getByRole('button', { name: 'Buy now' }).click();
  await page.getByRole('heading', { name: 'Bought' }).waitFor();
}

/** Presses Tab until the element has the focus, as somebody without a mouse does. */
export async function tabTo(page: Page, target: Locator): Promise<void> {
  await target.waitFor();
  for (let steps = 0; steps < 120; steps += 1) {
    if (await target.evaluate((node) => node === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`${target} cannot be reached by keyboard`);
}
