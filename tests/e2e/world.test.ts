// SPDX-License-Identifier: MIT
// People in other places: clocks that change, other ways to write numbers.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { deposit, launch, newPerson, open, registerPerson, settled } from './support/browser.ts';

let browser: Browser;

before(async () => {
  browser = await launch();
});

after(() => browser.close());

// Clocks that change by an hour in the night, at midnight itself, by half an hour, and by two.
const zones = ['Europe/Berlin', 'America/Santiago', 'Australia/Lord_Howe', 'Antarctica/Troll'];
const HOUR_MS = 3_600_000;

function offset(at: number, timeZone: string): string | undefined {
  return new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' })
    .formatToParts(at)
    .find(({ type }) => type === 'timeZoneName')?.value;
}

/** The moments in 2026 and 2027 at which the clocks of a zone change. */
function changes(zone: string): number[] {
  const found: number[] = [];
  for (let at = Date.UTC(2026, 0, 1); at < Date.UTC(2028, 0, 1); at += HOUR_MS) {
    if (offset(at, zone) !== offset(at - HOUR_MS, zone)) found.push(at);
  }
  return found;
}

function candlesAround(moment: number) {
  const step = 15 * 60_000;
  return Array.from({ length: 60 }, (_, index) => {
    const price = 100 + Math.sin(index / 5);
    return {
      time: new Date(moment + (index - 30) * step).toISOString(),
      open: price,
      high: price + 1,
      low: price - 1,
      close: price + 0.5,
      volume: 1,
    };
  });
}

async function answerCandles(page: Page, moment: () => number): Promise<void> {
  await page.route('**/candles?**', (route) => {
    const limit = Number(new URL(route.request().url()).searchParams.get('limit'));
    return route.fulfill({
      json: { asset_id: 'BTC', interval: '15m', data: candlesAround(moment()).slice(-limit) },
    });
  });
}

for (const zone of zones) {
  test(`the chart stands when the clocks change in ${zone}`, async () => {
    const { page, context, complaints } = await open(browser, { timezoneId: zone });
    let moment = 0;
    await answerCandles(page, () => moment);
    for (moment of changes(zone)) {
      await page.goto('/market/BTC');
      await settled(page);
      await page.locator('figure canvas').first().waitFor();
      await page.getByText('Show as table').click();
      await page.locator('details td').first().waitFor();
    }
    assert.deepEqual(complaints, []);
    await context.close();
  });
}

describe('a German browser', () => {
  test('writes and reads decimal commas', async () => {
    const { page, context, complaints } = await open(browser, { locale: 'de-DE' });
    await registerPerson(page, newPerson());
    await page.goto('/account?action=deposit');
    await settled(page);
    await page.getByLabel('Amount in USD').fill('1.500,50');
    await page.getByText('= 1500,50').waitFor();
    await page.locator('form').getByRole('button', { name: 'Deposit', exact: true }).click();
    await page.getByText('deposited').first().waitFor();
    await page
      .getByText(/1\.500,50\s\$/)
      .first()
      .waitFor();
    await page.goto('/trading?asset=XRP&action=buy');
    await page.getByRole('textbox', { name: 'Quantity' }).fill('12,5');
    await page.getByText('= 12,5 XRP').waitFor();
    await page.getByRole('button', { name: 'Review purchase' }).click();
    await page.getByRole('button', { name: 'Buy now' }).click();
    await page.getByText(/12,5 XRP at/).waitFor();
    assert.deepEqual(complaints, []);
    await context.close();
  });
});

test('a comma is never read as a thousand where zero stands before it', async () => {
  const { page, context } = await open(browser);
  await registerPerson(page, newPerson());
  await deposit(page, '100');
  await page.goto('/trading?asset=XRP&action=buy');
  await page.getByRole('textbox', { name: 'Quantity' }).fill('0,125');
  await page.getByText('= 0.125 XRP').waitFor();
  await page.goto('/account?action=deposit');
  await settled(page);
  await page.getByLabel('Amount in USD').fill('0,500');
  await page.getByText('At most 2 digits').waitFor();
  await context.close();
});
