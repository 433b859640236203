// SPDX-License-Identifier: MIT
// docs/tutorial/first-trade.md in a browser: what it says in italics stands on the pages, word for word.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { launch, newPerson, open, settled } from './support/browser.ts';

let browser: Browser;

before(async () => {
  browser = await launch();
});

after(() => browser.close());

async function words(): Promise<string[]> {
  const text = await readFile(new URL('../../docs/tutorial/first-trade.md', import.meta.url), 'utf8');
  return [...text.matchAll(/(?<![*\w])\*([^*]+)\*/g)].map(([, word = '']) => word.replaceAll(/\s+/g, ' '));
}

/** What a person can read on the page or have read out. */
async function readable(page: Page): Promise<string> {
  await settled(page);
  return page.evaluate(() =>
    [
      // biome-ignore lint/performance/useDomNodeTextContent: only what is rendered can be read
      document.body.innerText,
      ...[...document.querySelectorAll('label, button, legend')].map((node) => node.textContent),
      ...[...document.querySelectorAll('[aria-label]')].map((node) => node.getAttribute('aria-label')),
    ].join('\n'),
  );
}

async function visit(page: Page, name: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name, exact: true }).click();
  await page.waitForURL(/\/(account|trading|portfolio|insights)/);
}

test('the first trade as the tutorial tells it', async () => {
  const { page, context } = await open(browser);
  page.setDefaultTimeout(30_000); // it waits for prices, too
  const person = newPerson();
  const seen: string[] = [];
  const look = async () => seen.push(await readable(page));

  await page.goto('/');
  await look();
  await page.getByRole('link', { name: 'Open an account' }).first().click();
  await page.waitForURL('**/register**');
  await page.getByLabel('First name').waitFor();
  await look();
  await page.getByLabel('First name').fill('Dana');
  await page.getByLabel('Last name').fill('Moore');
  await page.getByLabel('E-mail').first().fill(`${person.username}@example.com`);
  await page.getByLabel('User name').fill(person.username);
  await page.getByLabel('Password', { exact: true }).fill(person.password);
  await page.getByRole('button', { name: 'Open account' }).click();
  await page.waitForURL('**/dashboard');
  await page.getByText('First steps').waitFor();
  await look();

  await visit(page, 'Account');
  await page.getByLabel('Amount in USD').fill('1000');
  await page.locator('form').getByRole('button', { name: 'Deposit', exact: true }).click();
  await page.getByText('deposited').first().waitFor();
  await look();

  await visit(page, 'Trade');
  await page.getByRole('textbox', { name: 'Quantity' }).fill('0.005');
  await page.getByText('You pay').first().waitFor();
  await look();
  await page.getByRole('button', { name: 'Review purchase' }).click();
  await page.getByRole('button', { name: 'Buy now' }).waitFor();
  await look();
  await page.getByRole('button', { name: 'Buy now' }).click();
  await page.getByRole('link', { name: 'See the order' }).waitFor();
  await look();
  await page.getByRole('link', { name: 'See the order' }).click();
  await page.waitForURL('**/orders/*');

  await visit(page, 'Portfolio');
  await look();
  await visit(page, 'Insights');
  await look();
  await visit(page, 'Account');
  await page.getByText('Purchase').first().waitFor();
  await page.getByText('Debits equal credits').waitFor();
  await look();

  const all = seen.join('\n').replaceAll(/[ \t]+/g, ' ');
  const italics = await words();
  assert.ok(italics.length >= 20, `only ${italics.length} words in italics`);
  // "italics" itself is set so where the page explains it
  const missing = italics.filter((word) => word !== 'italics' && !all.includes(word));
  assert.deepEqual(missing, [], 'no page shows these words');
  await context.close();
});
