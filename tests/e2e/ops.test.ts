// SPDX-License-Identifier: MIT
// The operations pages in a browser, for an operator, with the answers that openapi.yaml shows: no axe violation,
// no console error, nothing too wide, charts by keyboard, and what stands there without monitoring.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, BrowserContext, Page, Request } from 'playwright-core';
import { example, problem } from '../../frontend/test/mock/openapi.ts';
import {
  accessible,
  fits,
  launch,
  newPerson,
  open,
  registerPerson,
  settled,
  usableByAll,
} from './support/browser.ts';

const pages = {
  health: '/ops',
  metrics: '/ops/metrics',
  alerts: '/ops/alerts',
  audit: '/ops/audit',
  logs: '/ops/logs',
  security: '/ops/security',
  ledger: '/ops/ledger',
  system: '/ops/system',
};
const answers = {
  health: example('getOperationsHealth'),
  panels: example('listPanels'),
  'panels/overview-requests': example('getPanel'),
  'panels/security-key-age': example('getPanel'),
  'panels/security-certificate-left': example('getPanel'),
  'panels/machine-backup-age': example('getPanel'),
  alerts: example('listAlerts'),
  silences: example('listSilences'),
  audit: example('listAudit'),
  logs: example('listLogs'),
  'logs/histogram': example('getLogHistogram'),
  guard: example('listGuard'),
};

let browser: Browser;
let storage: Awaited<ReturnType<BrowserContext['storageState']>>;

before(async () => {
  browser = await launch();
  const { page, context } = await open(browser);
  await registerPerson(page, newPerson());
  storage = await context.storageState();
  await context.close();
});

after(() => browser.close());

/** The account counts as an operator's, and operations answer as the description shows. */
async function operate(page: Page): Promise<void> {
  await page.route('**/api/v1/auth/me', async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: { ...(await answer.json()), role: 'admin' } });
  });
  await page.route('**/api/v1/ops/**', (route) => {
    const name = new URL(route.request().url()).pathname.replace('/api/v1/ops/', '');
    return route.fulfill({ json: answers[name as keyof typeof answers] });
  });
}

for (const [name, path] of Object.entries(pages)) {
  test(`${name} for an operator`, async () => {
    const { page, context, complaints } = await open(browser, { storage });
    await operate(page);
    await page.goto(path);
    await settled(page);
    await usableByAll(page, name);
    assert.deepEqual(complaints, []);
    await context.close();
  });
}

test('somebody else is told that these pages are not theirs', async () => {
  const { page, context } = await open(browser, { storage });
  await page.goto('/ops');
  await page.getByText('These pages are for operators.').waitFor();
  await accessible(page, 'refused');
  await context.close();
});

test('the cursor of a chart moves by keys', async () => {
  const { page, context, complaints } = await open(browser, { storage });
  await operate(page);
  await page.goto('/ops/metrics');
  const slider = page.getByRole('slider').first();
  await slider.focus();
  const legend = page.getByRole('region', { name: /series and their values/ }).first();
  await legend.getByText('5.5 ms').waitFor();
  await page.keyboard.press('Home');
  await legend.getByText('5.1 ms').waitFor();
  await page.keyboard.press('ArrowRight');
  await legend.getByText('4.9 ms').waitFor();
  await page.getByRole('checkbox', { name: 'Compare with yesterday' }).press('Space');
  await legend
    .getByText(/, a day before$/)
    .first()
    .waitFor();
  await accessible(page, 'compared');
  assert.deepEqual(complaints, []);
  await context.close();
});

/** What a search of logs was asked for; empty: everything, or it is none. */
function matchOf(request: Request): string {
  const url = new URL(request.url());
  return url.pathname === '/api/v1/ops/logs' ? (url.searchParams.get('match') ?? '') : '';
}

test('the logs take a query as it stands, refuse what is none, and lead to a request by keys', async () => {
  const { page, context, complaints } = await open(browser, { storage });
  await operate(page);
  await page.goto('/ops/logs');
  const row = page.getByRole('button', { name: /validation_failed/ });
  await row.waitFor();
  const box = page.getByLabel('Query', { exact: true });
  await box.fill('{service="inventory"} | logfmt');
  await box.press('Enter');
  await page.getByText(/“logfmt” is not supported/).waitFor();
  await accessible(page, 'a refused query');
  await box.fill('{service="inventory"} | json | status="422"');
  const told = page.waitForRequest((request) => matchOf(request) !== '');
  await box.press('Enter');
  await page.waitForURL(/q=/);
  assert.deepEqual(JSON.parse(matchOf(await told)), [
    { field: 'service', op: 'is', values: ['inventory'] },
    { field: 'status', op: 'is', values: ['422'] },
  ]);
  await row.focus();
  await page.keyboard.press('Enter');
  const link = page.getByRole('link', { name: 'Everything of this request' });
  await link.waitFor();
  await accessible(page, 'an open line');
  await page.setViewportSize({ width: 320, height: 640 });
  await fits(page, 'an open line');
  await link.focus();
  await page.keyboard.press('Enter');
  await page.waitForURL(/from=\d+/);
  await page.waitForFunction(() => document.querySelector('textarea')?.value.includes('|='));
  assert.deepEqual(complaints, []);
  await context.close();
});

test('a block is lifted by keys, with a reason', async () => {
  const { page, context, complaints } = await open(browser, { storage });
  await operate(page);
  await page.goto('/ops/security');
  await page.getByRole('button', { name: 'Lift the block of 192.0.2.7' }).focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Reason').fill('A customer');
  await accessible(page, 'lifting a block');
  const told = page.waitForRequest(
    (request) => request.method() === 'POST' && request.url().endsWith('/ops/guard'),
  );
  await page.keyboard.press('Enter');
  const request = await told;
  assert.equal(request.postDataJSON().blocked, false);
  assert.equal(request.postDataJSON().reason, 'A customer');
  await context.close();
  assert.deepEqual(complaints, []);
});

test('a market is halted and its price set by keys, with a second look and a reason', async () => {
  const { page, context, complaints } = await open(browser, { storage });
  await operate(page);
  const told: [string, unknown][] = [];
  await page.route('**/api/v1/inventory/assets/BTC/{halt,price}', (route) => {
    const request = route.request();
    told.push([new URL(request.url()).pathname.replace(/.*\//, ''), request.postDataJSON()]);
    return route.fulfill({ json: example(request.method() === 'PUT' ? 'setPrice' : 'haltAsset') });
  });
  await page.goto('/ops/ledger');
  await page.getByLabel('Asset', { exact: true }).fill('BTC');
  await page.getByRole('button', { name: 'Halt BTC', exact: true }).focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog');
  await page.keyboard.press('Enter');
  await dialog.getByText('A reason is needed.').waitFor();
  await accessible(page, 'halting a market');
  assert.deepEqual(told, []);
  await dialog.getByLabel('Reason').fill('Feed under investigation');
  await page.keyboard.press('Enter');
  await dialog.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Set price of BTC', exact: true }).focus();
  await page.keyboard.press('Enter');
  await dialog.getByLabel('Price in USD').fill('66000.5');
  await dialog.getByText(/The typed price moves it by/).waitFor();
  await accessible(page, 'setting a price');
  await page.setViewportSize({ width: 320, height: 640 });
  await fits(page, 'setting a price');
  await dialog.getByLabel('Reason').fill('Correcting a feed error');
  await page.keyboard.press('Enter');
  await dialog.waitFor({ state: 'detached' });
  assert.deepEqual(told, [
    ['halt', { halted: true, reason: 'Feed under investigation' }],
    ['price', { price: '66000.5', reason: 'Correcting a feed error' }],
  ]);
  assert.deepEqual(complaints, []);
  await context.close();
});

test('a frozen account is listed and released by keys', async () => {
  const { page, context, complaints } = await open(browser, { storage });
  await operate(page);
  await page.route('**/api/v1/ops/audit?*', (route) => {
    const action = new URL(route.request().url()).searchParams.get('action');
    const [line] = example('listAudit').data;
    const frozen = { ...line, action, object: 'account:1042', reason: 'Reported as stolen' };
    const data = action === 'account_freeze' ? [frozen] : [];
    return route.fulfill({ json: { data, has_more: false } });
  });
  await page.route('**/api/v1/accounts/1042/unfreeze', (route) =>
    route.fulfill({ json: example('unfreezeAccount') }),
  );
  await page.goto('/ops/ledger');
  await page.getByText('Reported as stolen').waitFor();
  await usableByAll(page, 'a frozen account');
  await page.getByRole('button', { name: 'Unfreeze account 1042' }).focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Reason').fill('Cleared');
  const told = page.waitForRequest((request) => request.url().endsWith('/accounts/1042/unfreeze'));
  await page.keyboard.press('Enter');
  assert.deepEqual((await told).postDataJSON(), { reason: 'Cleared' });
  await page.getByText('Account 1042 is active again').waitFor();
  assert.deepEqual(complaints, []);
  await context.close();
});

test('without monitoring the page says how to get it', async () => {
  const { page, context } = await open(browser, { storage });
  await operate(page);
  await page.route('**/api/v1/ops/health', async (route) => {
    const answer = problem(503, 'monitoring_absent', '');
    await route.fulfill({ status: 503, body: await answer.text(), contentType: 'application/problem+json' });
  });
  await page.goto('/ops');
  await page.getByText('./deploy.sh monitoring deploy').waitFor();
  await accessible(page, 'absent');
  await fits(page, 'absent');
  await context.close();
});
