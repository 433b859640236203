// SPDX-License-Identifier: MIT
// People who trade with limit orders, between the prices of a house that keeps a distance between them.
import type { Browser, Page } from 'playwright-core';
import { deposit, type Look, newPerson, open, registerPerson, settled, type Watched } from './browser.ts';

/** Somebody with this much cash, on the page of the account. */
export async function person(browser: Browser, cash: string, look: Look = {}): Promise<Watched> {
  const watched = await open(browser, look);
  await registerPerson(watched.page, newPerson());
  await deposit(watched.page, cash);
  return watched;
}

/** Above the middle and below what the house asks, of which a fifth is whole cents. */
export async function priceBetween(page: Page): Promise<string> {
  const reply = await page.evaluate(async () => await (await fetch('/api/v1/inventory/assets/ETH')).json());
  return ((Math.round(reply.data.price_usd * 20) * 5 + 500) / 100).toFixed(2);
}

export async function typeLimit(
  page: Page,
  side: 'buy' | 'sell',
  quantity: string,
  price: string,
): Promise<void> {
  await page.goto(`/trading?asset=ETH&action=${side}&type=limit`);
  await settled(page);
  await page.getByRole('textbox', { name: 'Limit price' }).fill(price);
  await page.getByLabel('Quantity', { exact: true }).fill(quantity);
}

export async function sendLimit(page: Page, side: 'buy' | 'sell'): Promise<void> {
  await page.getByRole('button', { name: side === 'buy' ? 'Review purchase' : 'Review sale' }).click();
  await page.getByRole('button', { name: `Place order to ${side}` }).click();
}

export async function placeLimit(
  page: Page,
  side: 'buy' | 'sell',
  quantity: string,
  price: string,
): Promise<void> {
  await typeLimit(page, side, quantity, price);
  await sendLimit(page, side);
}
