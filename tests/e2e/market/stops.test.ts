// SPDX-License-Identifier: MIT
// Orders that wait for a price, on the trading page: what is typed, what the server says, what is shown of them.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { accessible, fits, launch, settled, tablesFit } from '../support/browser.ts';
import { person } from '../support/market.ts';

let browser: Browser;

before(async () => {
  browser = await launch();
});

after(() => browser.close());

const trigger = (page: Page) => page.getByRole('textbox', { name: 'Trigger price' });

/** So many percent of the price of now, in whole cents. */
async function nearby(page: Page, percent: number): Promise<string> {
  const reply = await page.evaluate(async () => await (await fetch('/api/v1/inventory/assets/ETH')).json());
  return ((reply.data.price_usd * percent) / 100).toFixed(2);
}

test('a stop waits for its price, is shown where orders are, and is cancelled', async () => {
  const { page, context, complaints } = await person(browser, '9000');
  await page.goto('/trading?asset=ETH&action=buy');
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  await trigger(page).fill(await nearby(page, 90));
  await page.getByText('The price is above it already').waitFor();
  await trigger(page).fill(await nearby(page, 120));
  await page.getByLabel('Quantity', { exact: true }).fill('0.1');
  await page.getByRole('textbox', { name: 'Limit price' }).fill(await nearby(page, 260));
  await page
    .getByText(/far from the price/)
    .first()
    .waitFor();
  await page.getByRole('textbox', { name: 'Limit price' }).fill('');
  await settled(page);
  await accessible(page, 'the stop ticket');
  await page.getByRole('button', { name: 'Review purchase' }).click();
  await page.getByText(/Begins once the price has been at/).waitFor();
  await page.getByRole('button', { name: 'Place order to buy' }).click();
  await page.getByText(/0\.1 ETH waits until the price is/).waitFor();
  await page.getByRole('link', { name: 'See the order' }).click();
  await page.getByText('Waits for', { exact: true }).waitFor();
  await page.getByText('Pending', { exact: true }).waitFor();
  await accessible(page, 'the page of an order that is pending');

  await page.goto('/trading?asset=ETH&action=sell&type=stop');
  const open = page.getByRole('table', { name: 'Open orders' });
  await open.getByText('Stop buy').waitFor();
  await tablesFit(page, 'the trading page with a stop');
  await page.setViewportSize({ width: 320, height: 640 });
  await fits(page, 'the stop ticket on a phone');
  await page.setViewportSize({ width: 1280, height: 800 });
  await open.getByRole('button', { name: /^Cancel/ }).click();
  await page.getByRole('button', { name: 'Cancel the order' }).click();
  await page.getByText('Order cancelled').first().waitFor();
  assert.deepEqual(complaints, []);
  await context.close();
});
