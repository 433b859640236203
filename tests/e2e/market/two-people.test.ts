// SPDX-License-Identifier: MIT
// Two people in two browsers trade with each other. The house of the stack has to keep a distance between its
// prices, so that there is room for people between them: see suite_market.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import {
  accessible,
  buy,
  deposit,
  fits,
  launch,
  newPerson,
  open,
  registerPerson,
  settled,
  type Watched,
} from '../support/browser.ts';

let browser: Browser;

before(async () => {
  browser = await launch();
});

after(() => browser.close());

const dollars = (cents: number) =>
  (cents / 100).toLocaleString('en-US', { style: 'currency', currency: 'USD' });

async function answer<T>(page: Page, path: string): Promise<T> {
  return await page.evaluate(async (url) => await (await fetch(`/api/v1${url}`)).json(), path);
}

async function cashOf(page: Page): Promise<{ free: number; held: number }> {
  const balance = await answer<{ current_balance: string; held_balance: string }>(page, '/balance');
  const cents = (text: string) => Math.round(Number(text) * 100);
  return { free: cents(balance.current_balance), held: cents(balance.held_balance) };
}

/** A cent price above the middle and below what the house asks, of which a fifth is whole cents. */
async function priceBetween(page: Page): Promise<number> {
  const { data } = await answer<{ data: { price_usd: number } }>(page, '/inventory/assets/ETH');
  return Math.round(data.price_usd * 20) * 5 + 500;
}

async function person(cash: string): Promise<Watched> {
  const watched = await open(browser);
  await registerPerson(watched.page, newPerson());
  await deposit(watched.page, cash);
  return watched;
}

async function placeLimit(page: Page, side: 'buy' | 'sell', quantity: string, cents: number): Promise<void> {
  await page.goto(`/trading?asset=ETH&action=${side}&type=limit`);
  await settled(page);
  await page.getByRole('textbox', { name: 'Limit price' }).fill((cents / 100).toFixed(2));
  await page.getByLabel('Quantity', { exact: true }).fill(quantity);
  await page.getByRole('button', { name: side === 'buy' ? 'Review purchase' : 'Review sale' }).click();
  await page.getByRole('button', { name: `Place order to ${side}` }).click();
}

const waiting = (page: Page) => page.getByRole('table', { name: 'Open orders' });

test('two people trade with each other through limit orders', async () => {
  const [ada, bob] = await Promise.all([person('5000'), person('5000')]);
  await buy(bob.page, 'ETH', '4000');
  const [adaBefore, bobBefore] = [await cashOf(ada.page), await cashOf(bob.page)];
  const cents = await priceBetween(bob.page);

  await placeLimit(bob.page, 'sell', '0.5', cents);
  await bob.page.getByRole('heading', { name: 'Order to sell placed' }).waitFor();
  await bob.page.getByRole('button', { name: 'New order' }).click();
  await waiting(bob.page).getByText('0 of 0.5').waitFor();

  await placeLimit(ada.page, 'buy', '0.2', cents);
  await ada.page.getByRole('heading', { name: 'Bought' }).waitFor();
  await ada.page
    .getByText(`0.2 ETH at ${dollars(cents)}`)
    .first()
    .waitFor();

  // Nobody reloads: the page of the one who waited asks by itself.
  await waiting(bob.page).getByText('0.2 of 0.5').waitFor();
  const paid = cents / 5;
  assert.deepEqual(await cashOf(ada.page), { free: adaBefore.free - paid, held: 0 });
  assert.deepEqual(await cashOf(bob.page), { free: bobBefore.free + paid, held: 0 });
  for (const [{ page }, cash] of [
    [ada, adaBefore.free - paid],
    [bob, bobBefore.free + paid],
  ] as const) {
    await page.goto('/account');
    await page.getByText(dollars(cash)).first().waitFor();
  }

  await bob.page.goto('/orders');
  await bob.page.getByRole('button', { name: /^Cancel: Limit sell 0\.5 ETH/ }).click();
  await bob.page.getByRole('button', { name: 'Cancel the order' }).click();
  await bob.page.getByText('Order cancelled').first().waitFor();
  await waiting(bob.page).waitFor({ state: 'detached' });
  await bob.page
    .getByRole('link', { name: /open order/ })
    .first()
    .click();
  await bob.page.getByText('You cancelled it.').waitFor();
  await bob.page.getByText(`Filled: 0.2 ETH at ${dollars(cents)}`).waitFor();
  assert.deepEqual(await cashOf(bob.page), { free: bobBefore.free + paid, held: 0 });
  assert.deepEqual([...ada.complaints, ...bob.complaints], []);
  await Promise.all([ada.context.close(), bob.context.close()]);
});

for (const theme of ['light', 'dark'] as const) {
  for (const width of [320, 1280]) {
    test(`the limit ticket and what waits can be read at ${width} pixels, ${theme}`, async () => {
      const { page, context, complaints } = await open(browser, { theme, width });
      await registerPerson(page, newPerson());
      await deposit(page, '3000');
      const cents = await priceBetween(page);
      await placeLimit(page, 'buy', '0.5', cents - 1000);
      await page.getByRole('button', { name: 'New order' }).click();
      await waiting(page).waitFor();
      await page.getByRole('textbox', { name: 'Limit price' }).fill((cents / 50).toFixed(2));
      await page.getByLabel('Quantity', { exact: true }).fill('0.1');
      await page
        .getByText(/limit is far from the price|far from the price/)
        .first()
        .waitFor();
      await accessible(page, `ticket, ${theme}, ${width}`);
      await fits(page, `ticket, ${width}`);
      await page
        .getByRole('button', { name: /^Cancel: / })
        .first()
        .click();
      await page.getByRole('dialog').waitFor();
      await accessible(page, `cancel, ${theme}, ${width}`);
      await page.keyboard.press('Escape');
      assert.deepEqual(complaints, []);
      await context.close();
    });
  }
}
