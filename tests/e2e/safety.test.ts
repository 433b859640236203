// SPDX-License-Identifier: MIT
// What must hold when people double-click, lose their connection, reload, or are signed out while typing.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { deposit, launch, newPerson, open, registerPerson, settled } from './support/browser.ts';
import { startLossyProxy } from './support/lossy-proxy.ts';

let browser: Browser;

before(async () => {
  browser = await launch();
});

after(() => browser.close());

async function readyToBuy(page: Page, quantity: string): Promise<void> {
  await page.goto('/trading?asset=BTC&action=buy');
  await page.getByRole('textbox', { name: 'Quantity' }).fill(quantity);
  await page.getByRole('button', { name: 'Review purchase' }).click();
  await page.getByRole('button', { name: 'Buy now' }).waitFor();
}

async function ordersOf(page: Page): Promise<number> {
  await page.goto('/orders');
  await settled(page);
  return await page.getByRole('link', { name: /open order/ }).count();
}

test('a double click makes one order', async () => {
  const { page, context, complaints } = await open(browser);
  await registerPerson(page, newPerson());
  await deposit(page, '1000');
  await readyToBuy(page, '0.001');
  await page.getByRole('button', { name: 'Buy now' }).dblclick();
  await page.getByRole('heading', { name: 'Bought' }).waitFor();
  assert.equal(await ordersOf(page), 1);
  assert.deepEqual(complaints, []);
  await context.close();
});

test('an order goes on when its dialog is closed, and its outcome is told', async () => {
  const { page, context, complaints } = await open(browser);
  await registerPerson(page, newPerson());
  await deposit(page, '1000');
  await readyToBuy(page, '0.001');
  await page.route('**/api/v1/orders', async (route) => {
    if (route.request().method() === 'POST') await new Promise((done) => setTimeout(done, 1500));
    await route.continue();
  });
  await page.getByRole('button', { name: 'Buy now' }).click();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: /Placing: buy 0\.001 BTC/ }).waitFor();
  await page.goBack();
  await page.getByRole('link', { name: 'See the order' }).waitFor();
  assert.equal(await ordersOf(page), 1);
  assert.deepEqual(complaints, []);
  await context.close();
});

test('an answer lost on the way makes one order', async () => {
  const { page, context } = await open(browser);
  await registerPerson(page, newPerson());
  await deposit(page, '1000');
  await readyToBuy(page, '0.001');
  let losses = 3;
  await page.route('**/api/v1/orders', async (route) => {
    if (route.request().method() !== 'POST' || losses === 0) return await route.continue();
    losses -= 1;
    await route.fetch();
    await route.abort('connectionreset');
  });
  await page.getByRole('button', { name: 'Buy now' }).click();
  await page.getByRole('button', { name: 'Ask again' }).click();
  await page.getByRole('heading', { name: 'Bought' }).waitFor();
  assert.equal(await ordersOf(page), 1);
  await context.close();
});

test('answers lost in a proxy move money once and buy once', async (t) => {
  const proxy = await startLossyProxy();
  t.after(() => proxy.close());
  const { page, context } = await open(browser, { origin: proxy.origin });
  await registerPerson(page, newPerson());

  await page.goto('/account?action=deposit');
  await page.getByLabel('Amount in USD').fill('700');
  // The browser itself repeats a request whose connection breaks; every repetition is lost, too.
  proxy.lose('/api/v1/balance/deposit', 100);
  const submit = page.locator('form').getByRole('button', { name: 'Deposit', exact: true });
  await submit.click();
  await page.getByText('Sending again is safe').waitFor();
  proxy.lose('/api/v1/balance/deposit', 0);
  await submit.click();
  await page.getByText('$700.00 deposited').first().waitFor();
  assert.ok(proxy.seen('/api/v1/balance/deposit') > 3);

  await readyToBuy(page, '0.001');
  proxy.lose('/api/v1/orders', 100);
  await page.getByRole('button', { name: 'Buy now' }).click();
  await page.getByRole('button', { name: 'Ask again' }).waitFor();
  proxy.lose('/api/v1/orders', 0);
  await page.getByRole('button', { name: 'Ask again' }).click();
  await page.getByRole('heading', { name: 'Bought' }).waitFor();
  assert.ok(proxy.seen('/api/v1/orders') > 3);
  assert.equal(await ordersOf(page), 1);
  await page.goto('/account');
  await settled(page);
  assert.equal(await page.getByText('+$700.00').count(), 1);
  await context.close();
});

test('the back button leads through the pages, not through every click on them', async () => {
  const { page, context, complaints } = await open(browser);
  await registerPerson(page, newPerson());
  await page.goto('/market');
  await settled(page);
  await page.getByRole('searchbox').fill('ether');
  await page.getByRole('link', { name: 'Ethereum ETH', exact: true }).click();
  await page.waitForURL('**/market/ETH');
  await page.getByRole('link', { name: 'Sell' }).click();
  await page.waitForURL('**/trading?asset=ETH&action=sell');
  await page.getByRole('button', { name: 'Buy', exact: true }).click();
  await page.waitForURL('**/trading?asset=ETH&action=buy');
  await page.goBack();
  await page.waitForURL('**/market/ETH');
  await page.goBack();
  await page.waitForURL('**/market?q=ether');
  assert.equal(await page.getByRole('searchbox').inputValue(), 'ether');
  assert.deepEqual(complaints, []);
  await context.close();
});

test('reload keeps the person signed in, deep links work', async () => {
  const { page, context, complaints } = await open(browser);
  await registerPerson(page, newPerson());
  await page.reload();
  await page.getByRole('heading', { name: /Hello/ }).waitFor();
  await page.goto('/trading?asset=ETH&action=sell');
  await settled(page);
  await page.getByRole('button', { name: 'Review sale' }).waitFor();
  assert.match(await page.getByRole('combobox').inputValue(), /ETH/);
  await page.goto('/inventory');
  await page.waitForURL('**/market');
  await page.goto('/auth');
  await page.waitForURL('**/dashboard');
  assert.deepEqual(complaints, []);
  await context.close();
});

test('a session that ends while typing is renewed in place and the form stays', async () => {
  const { page, context } = await open(browser);
  const person = newPerson();
  await registerPerson(page, person);
  await deposit(page, '500');
  await page.goto('/trading?asset=BTC&action=buy');
  await page.getByRole('textbox', { name: 'Quantity' }).fill('0.003');
  await settled(page);
  await context.clearCookies();
  await page.getByRole('heading', { name: 'Your session has ended' }).waitFor();
  const dialog = page.getByRole('dialog');
  assert.equal(await dialog.getByLabel('User name').inputValue(), person.username);
  await dialog.getByLabel('Password', { exact: true }).fill(person.password);
  await dialog.getByRole('button', { name: 'Sign in', exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
  assert.equal(await page.getByRole('textbox', { name: 'Quantity' }).inputValue(), '0.003');
  await page.getByRole('button', { name: 'Review purchase' }).click();
  await page.getByRole('button', { name: 'Buy now' }).click();
  await page.getByRole('heading', { name: 'Bought' }).waitFor();
  await context.close();
});

test('signing out in one tab is seen by the other', async () => {
  const { page, context } = await open(browser);
  await registerPerson(page, newPerson());
  const second = await context.newPage();
  await second.goto('/portfolio');
  await settled(second);
  await page.getByRole('button', { name: /Menu of/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.waitForURL((url) => url.pathname === '/');
  await second.getByRole('heading', { name: 'Your session has ended' }).waitFor();
  await context.close();
});

test('a person without money is led to the deposit and back to the order', async () => {
  const { page, context, complaints } = await open(browser);
  await registerPerson(page, newPerson());
  await page.goto('/trading?asset=BTC&action=buy');
  await page.getByRole('button', { name: 'Amount in USD' }).click();
  await page.getByRole('textbox', { name: 'Amount', exact: true }).fill('200');
  await page.getByRole('link', { name: /Deposit the missing/ }).click();
  await page.waitForURL('**/account?**');
  await page.getByRole('button', { name: 'Deposit', exact: true }).last().click();
  await page.getByRole('link', { name: 'Continue your order' }).first().click();
  await page.waitForURL('**/trading?**');
  assert.equal(await page.getByRole('textbox', { name: 'Amount', exact: true }).inputValue(), '200');
  await page.getByRole('button', { name: 'Review purchase' }).click();
  await page.getByRole('button', { name: 'Buy now' }).waitFor();
  assert.deepEqual(complaints, []);
  await context.close();
});

test('offline is said, and the page recovers by itself', async () => {
  const { page, context } = await open(browser);
  await page.goto('/market');
  await settled(page);
  await context.setOffline(true);
  await page.getByText('You are offline').waitFor();
  await context.setOffline(false);
  await page.getByText('You are offline').waitFor({ state: 'detached' });
  await context.close();
});

test('the chosen theme and hidden amounts survive a reload', async () => {
  const { page, context, complaints } = await open(browser);
  await registerPerson(page, newPerson());
  await page.getByRole('button', { name: 'Display settings' }).click();
  await page.getByRole('menuitemradio', { name: 'Dark theme' }).click();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Hide amounts' }).click();
  await page.reload();
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark');
  await settled(page);
  assert.equal(await page.getByText('$0.00', { exact: true }).count(), 0);
  assert.deepEqual(complaints, []);
  await context.close();
});
