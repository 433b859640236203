// SPDX-License-Identifier: MIT
// The five-minute demo as a person does it: register, sign in, deposit, buy, portfolio, history, sign out.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { deposit, launch, newPerson, open, registerPerson, settled, tabTo } from './support/browser.ts';

let browser: Browser;

before(async () => {
  browser = await launch();
});

after(() => browser.close());

test('the whole demo, without one console error', async () => {
  const { page, context, complaints } = await open(browser);
  const person = newPerson();

  await page.goto('/');
  await page.getByRole('link', { name: 'Open an account' }).first().click();
  await page.waitForURL('**/register**');
  await registerPerson(page, person);
  await page.getByText('First steps').waitFor();

  await page.getByRole('button', { name: /Menu of/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('link', { name: 'Sign in' }).waitFor();
  assert.equal(new URL(page.url()).pathname, '/');

  await page.goto('/login');
  await page.getByLabel('User name').fill(person.username);
  await page.getByLabel('Password', { exact: true }).fill(person.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL('**/dashboard');

  await deposit(page, '1000');
  await page.getByText('$1,000.00').first().waitFor();

  await page.goto('/market');
  await page.getByRole('searchbox').fill('bitcoin');
  await page.getByRole('link', { name: 'Bitcoin BTC' }).click();
  await page.waitForURL('**/market/BTC');
  await page.getByRole('link', { name: 'Buy' }).click();
  await page.waitForURL('**/trading?asset=BTC&action=buy');
  await page.getByRole('textbox', { name: 'Quantity' }).fill('0.001');
  await page.getByRole('button', { name: 'Review purchase' }).click();
  await page.getByRole('button', { name: 'Buy now' }).click();
  await page.getByRole('link', { name: 'See the order' }).click();
  await page.waitForURL('**/orders/*');
  await page.getByText('Completed').waitFor();

  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Portfolio' }).click();
  await page.getByRole('link', { name: 'Bitcoin BTC' }).click();
  await page.waitForURL('**/portfolio/BTC');
  await page.getByText('Bought').waitFor();

  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Account' }).click();
  await page.getByText('Purchase').first().waitFor();
  await page.getByText('Debits equal credits').waitFor();

  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Insights' }).click();
  await settled(page);

  const stored = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));
  assert.doesNotMatch(stored, /eyJ|cnop_at|cnop_rt|rt_/, 'web storage holds no secret');
  assert.equal(await page.evaluate(() => document.cookie), '', 'scripts can read no cookie');

  await page.getByRole('button', { name: /Menu of/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('link', { name: 'Sign in' }).waitFor();
  await page.goto('/portfolio');
  await page.waitForURL('**/login?next=%2Fportfolio');

  assert.deepEqual(complaints, []);
  await context.close();
});

async function go(page: Page, name: string, path = `/${name}`): Promise<void> {
  await page.keyboard.press('Control+k');
  await page.getByPlaceholder(/Type a page/).waitFor();
  await page.keyboard.type(name);
  await page.keyboard.press('Enter');
  await page.waitForURL(`**${path}`);
  await settled(page);
}

test('the whole demo by keyboard alone', async () => {
  const { page, context, complaints } = await open(browser);
  const person = newPerson();
  const words = ['Dana', 'Moore', `${person.username}@example.com`, person.username, person.password];

  await page.goto('/');
  await settled(page);
  await tabTo(page, page.getByRole('main').getByRole('link', { name: 'Open an account' }));
  await page.keyboard.press('Enter');
  await page.waitForURL('**/register');
  await tabTo(page, page.getByLabel('First name'));
  for (const word of words) {
    await page.keyboard.type(word);
    await page.keyboard.press('Tab');
  }
  await tabTo(page, page.getByRole('button', { name: 'Open account' }));
  await page.keyboard.press('Enter');
  await page.waitForURL('**/dashboard');
  await settled(page);

  await go(page, 'account');
  await tabTo(page, page.getByLabel('Amount in USD'));
  await page.keyboard.type('1000');
  await page.keyboard.press('Enter');
  await page.getByText('deposited').first().waitFor();

  await go(page, 'trade', '/trading');
  await tabTo(page, page.getByRole('textbox', { name: 'Quantity' }));
  await page.keyboard.type('0.002');
  await page.waitForFunction(
    () => document.querySelector<HTMLButtonElement>('form button[type=submit]')?.disabled === false,
  );
  await page.keyboard.press('Enter');
  await page.getByRole('dialog', { name: 'Confirm purchase' }).waitFor();
  await page.keyboard.press('Control+Enter');
  await page.getByRole('heading', { name: 'Bought' }).waitFor();
  await tabTo(page, page.getByRole('link', { name: 'See the order' }));
  await page.keyboard.press('Enter');
  await page.waitForURL('**/orders/*');
  await page.getByText('Completed').waitFor();

  await go(page, 'portfolio');
  await tabTo(page, page.getByRole('button', { name: /Menu of/ }));
  await page.keyboard.press('Enter');
  await page.getByRole('menuitem', { name: 'Sign out' }).waitFor();
  await page.waitForFunction(() => document.activeElement?.closest('[role=menu]'));
  await page.keyboard.press('End');
  await page.keyboard.press('Enter');
  await page.getByRole('link', { name: 'Sign in' }).waitFor();
  assert.deepEqual(complaints, []);
  await context.close();
});
