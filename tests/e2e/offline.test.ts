// SPDX-License-Identifier: MIT
// Without a connection: pages open all the same, say so, and keep what was typed.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { base, launch, newPerson, open, registerPerson, settled } from './support/browser.ts';

let browser: Browser;

before(async () => {
  browser = await launch();
});

after(() => browser.close());

/** The first key press starts the worker; it is ready once it keeps every page. */
async function kept(page: Page): Promise<void> {
  await page.keyboard.press('Shift');
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null, undefined, {
    timeout: 60_000,
  });
}

test('pages never opened before open without a connection', async () => {
  const { page, context } = await open(browser, { worker: true });
  await registerPerson(page, newPerson());
  await kept(page);
  await page.goto('/trading?asset=BTC&action=buy');
  await settled(page);
  await page.getByRole('textbox', { name: 'Quantity' }).fill('0.0125');
  await context.setOffline(true);
  await page.getByText('You are offline').waitFor();
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Insights' }).click();
  await page.getByRole('heading', { name: 'Insights', level: 1 }).waitFor();
  await page.getByRole('alert').getByText('You are offline').first().waitFor();
  await page.goto('/orders');
  await page.getByRole('heading', { name: 'Orders', level: 1 }).waitFor();
  await page.goto('/market/ETH');
  await page.getByText('All markets').waitFor();
  await page.goto('/trading?asset=BTC&action=buy');
  await page.getByRole('heading', { name: 'Trade', level: 1 }).waitFor();
  await context.setOffline(false);
  await settled(page);
  assert.equal(await page.getByRole('textbox', { name: 'Quantity' }).inputValue(), '0.0125');
  await context.close();
});

test('the site can be installed: PNG icons of the sizes the manifest names', async () => {
  const manifest = (await (await fetch(`${base}/manifest.webmanifest`)).json()) as {
    icons: { src: string; sizes: string; type: string; purpose?: string }[];
  };
  const drawn = manifest.icons.filter(({ type }) => type === 'image/png');
  assert.ok(drawn.some(({ sizes }) => sizes === '192x192'));
  assert.ok(drawn.some(({ sizes }) => sizes === '512x512'));
  assert.ok(drawn.some(({ purpose }) => purpose === 'maskable'));
  for (const { src, sizes } of drawn) {
    const answer = await fetch(base + src);
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('content-type'), 'image/png');
    const bytes = Buffer.from(await answer.arrayBuffer());
    assert.equal(`${bytes.readUInt32BE(16)}x${bytes.readUInt32BE(20)}`, sizes);
  }
});
