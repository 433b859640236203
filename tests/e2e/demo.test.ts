// SPDX-License-Identifier: MIT
// The five-minute demo as a person does it: register, sign in, deposit, buy, portfolio, history, sign out.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { deposit, launch, newPerson, open, registerPerson, settled } from './support/browser.ts';

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

test('the order form by keyboard alone', async () => {
  const { page, context, complaints } = await open(browser);
  await registerPerson(page, newPerson());
  await deposit(page, '1000');
  await page.keyboard.press('Control+k');
  await page.getByPlaceholder(/Type a page/).fill('trade');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/trading');
  await settled(page);
  const quantity = page.getByRole('textbox', { name: 'Quantity' });
  for (
    let steps = 0;
    steps < 60 && !(await quantity.evaluate((node) => node === document.activeElement));
    steps += 1
  ) {
    await page.keyboard.press('Tab');
  }
  await page.keyboard.type('0.002');
  await page.getByRole('button', { name: 'Review purchase' }).isEnabled();
  await page.waitForFunction(
    () => !document.querySelector<HTMLButtonElement>('form button[type=submit]')?.disabled,
  );
  await page.keyboard.press('Enter');
  await page.getByRole('dialog', { name: 'Confirm purchase' }).waitFor();
  await page.keyboard.press('Control+Enter');
  await page.getByRole('heading', { name: 'Bought' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog', { name: 'Bought' }).waitFor({ state: 'detached' });
  assert.deepEqual(complaints, []);
  await context.close();
});
