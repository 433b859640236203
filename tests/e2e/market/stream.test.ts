// SPDX-License-Identifier: MIT
// Two people in two browsers, and nobody reloads: what one of them does shows at the other one, told by the event stream.
// The house keeps a distance between its prices: see suite_market.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { buy, fits, launch, settled } from '../support/browser.ts';
import { person, placeLimit, priceBetween } from '../support/market.ts';

let browser: Browser;

before(async () => {
  browser = await launch();
});

after(() => browser.close());

const QUIET_MS = 15_000;

const chip = (page: Page, state: string) => page.getByRole('img', { name: `Updates: ${state}` });

/** Every request to the API from now on, without the stream itself. */
function asked(page: Page): string[] {
  const list: string[] = [];
  page.on('request', (request) => {
    const { pathname } = new URL(request.url());
    if (pathname.startsWith('/api/') && pathname !== '/api/v1/stream') list.push(pathname);
  });
  return list;
}

test('a fill shows at both at once, in every tab, and is told once', async () => {
  const [ada, bob] = await Promise.all([person(browser, '5000'), person(browser, '5000')]);
  await buy(bob.page, 'ETH', '4000');
  const price = await priceBetween(bob.page);
  await placeLimit(bob.page, 'sell', '0.5', price);
  await bob.page.getByRole('heading', { name: 'Order to sell placed' }).waitFor();

  const second = await bob.context.newPage();
  await second.goto('/orders');
  await chip(second, 'live').waitFor();
  await bob.page.goto('/orders');
  await chip(bob.page, 'live').waitFor();
  await bob.page.bringToFront();
  const waiting = (page: Page) => page.getByRole('table', { name: 'Open orders' });
  await waiting(bob.page).getByText('0 of 0.5').waitFor();

  await placeLimit(ada.page, 'buy', '0.2', price);
  await ada.page.getByRole('heading', { name: 'Bought' }).waitFor();
  await Promise.all(
    [bob.page, second].map((page) => waiting(page).getByText('0.2 of 0.5').waitFor({ timeout: 5_000 })),
  );
  await bob.page.getByText('Sold 0.2 ETH').waitFor();
  await second.waitForTimeout(1_500);
  assert.equal(await second.getByText('Sold 0.2 ETH').count(), 0, 'the news are told in one tab');

  // The tab that read the stream goes; the other one takes over where it was.
  await second.close();
  await placeLimit(ada.page, 'buy', '0.1', price);
  await waiting(bob.page).getByText('0.3 of 0.5').waitFor({ timeout: 10_000 });
  await chip(bob.page, 'live').waitFor();
  assert.deepEqual([...ada.complaints, ...bob.complaints], []);
  await Promise.all([ada.context.close(), bob.context.close()]);
});

for (const path of ['/portfolio', '/orders', '/dashboard', '/account']) {
  test(`${path} does not poll while it is live`, async () => {
    const { page, context } = await person(browser, '500');
    await page.goto(path);
    await settled(page);
    await chip(page, 'live').waitFor();
    await page.waitForTimeout(2_000);
    const list = asked(page);
    await page.waitForTimeout(QUIET_MS);
    assert.deepEqual(list, []);
    await context.close();
  });
}

test('without a stream, or with the data saver, pages ask', async () => {
  const { page, context } = await person(browser, '500');
  await page.route('**/api/v1/stream*', (route) => route.fulfill({ status: 404 }));
  await page.goto('/dashboard');
  await chip(page, 'polling').waitFor();
  await page.waitForResponse('**/api/v1/portfolio', { timeout: 10_000 });
  await page.unroute('**/api/v1/stream*');
  await page.goto('/profile?tab=notices');
  await chip(page, 'live').waitFor();
  await page.getByLabel(/^Data saver/).check();
  await chip(page, 'data saver').waitFor();
  await page.reload();
  await chip(page, 'data saver').waitFor();
  await page.setViewportSize({ width: 320, height: 640 });
  await fits(page, 'notifications');
  await context.close();
});
