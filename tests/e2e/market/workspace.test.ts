// SPDX-License-Identifier: MIT
// One person at work on the trading page. The house keeps a distance between its prices: see suite_market.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { accessible, buy, fits, launch, settled, tablesFit } from '../support/browser.ts';
import { person, placeLimit, priceBetween, sendLimit, typeLimit } from '../support/market.ts';

let browser: Browser;

before(async () => {
  browser = await launch();
});

after(() => browser.close());

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

const term = (page: Page) => page.getByRole('combobox', { name: 'Time in force' });
const until = (page: Page) => page.getByLabel('Waits until');

/** As a field for date and time holds it, in UTC. */
const fieldOf = (ms: number) => new Date(ms).toISOString().slice(0, 16);

/** What the server says stands beside the field it is about. */
async function refusal(page: Page, field: ReturnType<Page['getByLabel']>, words: string): Promise<void> {
  await page.getByText(words).first().waitFor();
  const named = await field.evaluate((node) =>
    (node.getAttribute('aria-describedby') ?? '')
      .split(' ')
      .map((id) => document.getElementById(id)?.textContent)
      .join(' '),
  );
  assert.ok(named.includes(words), `${words} is not said of its field: ${named}`);
}

test('a limit order waits until the time that was chosen, and refusals stand at their field', async () => {
  const { page, context, complaints } = await person(browser, '5000', { timezoneId: 'UTC' });
  const low = (Number(await priceBetween(page)) - 20).toFixed(2);
  await typeLimit(page, 'buy', '0.1', low);
  await term(page).selectOption('GTD');
  await until(page).fill(fieldOf(Date.now() - DAY_MS));
  await refusal(page, until(page), 'The order cannot wait until then');
  await until(page).fill(fieldOf(Date.now() + 200 * DAY_MS));
  await refusal(page, until(page), 'The order cannot wait until then');
  const end = Math.ceil((Date.now() + 3 * DAY_MS) / MINUTE_MS) * MINUTE_MS;
  await until(page).fill(fieldOf(end));
  await sendLimit(page, 'buy');
  await page.getByRole('link', { name: 'See the order' }).click();
  await page.getByText('Good till a time').waitFor();
  const order = page.url().split('/').at(-1);
  const reply = await page.evaluate(
    async (id) => await (await fetch(`/api/v1/orders/${id}`)).json(),
    order ?? '',
  );
  assert.equal(reply.data.time_in_force, 'GTD');
  assert.equal(new Date(reply.data.expires_at).getTime(), end);

  await typeLimit(page, 'buy', '0.1', (Number(low) * 1.1).toFixed(2));
  await page.getByRole('checkbox', { name: 'Only wait, never trade at once' }).check();
  await refusal(page, page.getByRole('textbox', { name: 'Limit price' }), 'It would trade at once');
  assert.deepEqual(complaints, []);
  await context.close();
});

test('an order gives way to another of the same person as chosen', async () => {
  const { page, context, complaints } = await person(browser, '5000');
  const price = await priceBetween(page);
  await typeLimit(page, 'buy', '0.1', price);
  await sendLimit(page, 'buy');
  await page.getByRole('heading', { name: 'Order to buy placed' }).waitFor();
  await page.goto('/trading?asset=ETH&action=buy&amount=1000');
  await page.getByRole('button', { name: 'Review purchase' }).click();
  await page.getByRole('button', { name: 'Buy now' }).click();
  await page.getByRole('heading', { name: 'Bought' }).waitFor();
  await typeLimit(page, 'sell', '0.1', price);
  await page.getByText('Advanced', { exact: true }).click();
  await page
    .getByRole('combobox', { name: 'If it meets an order of your own' })
    .selectOption('Cancel the one that waits');
  await term(page).selectOption('DAY');
  await sendLimit(page, 'sell');
  await page.getByRole('heading', { name: 'Order to sell placed' }).waitFor();
  const { data } = await page.evaluate(
    async () => await (await fetch('/api/v1/orders?asset_id=ETH&limit=5')).json(),
  );
  assert.deepEqual(
    data
      .filter(({ order_type }: { order_type: string }) => order_type.startsWith('limit'))
      .map(({ order_type, status, reason, time_in_force }: Record<string, unknown>) =>
        [order_type, status, reason, time_in_force].join(' '),
      ),
    ['limit_sell queued  DAY', 'limit_buy cancelled self_trade GTC'],
  );
  assert.deepEqual(complaints, []);
  await context.close();
});

test('the chart keeps its interval, says the figures of a candle, and the title the price', async () => {
  const { page, context, complaints } = await person(browser, '100');
  await page.goto('/trading?asset=ETH&action=buy');
  await settled(page);
  await page.waitForFunction(() => /^\$[\d,.]+ ETH · Trade/.test(document.title));
  await page.getByRole('button', { name: '1h', exact: true }).click();
  await page.getByRole('button', { name: 'VWAP' }).click();
  await page.reload();
  await settled(page);
  const chart = page.getByRole('figure', { name: /Candles of Ethereum, 1h each/ });
  await chart.waitFor();
  assert.equal(await page.getByRole('button', { name: 'VWAP' }).getAttribute('aria-pressed'), 'true');
  const legend = page.locator('dl[aria-label="Figures of a candle"]');
  const newest = await legend.textContent();
  const box = await chart.boundingBox();
  assert.ok(box);
  await page.mouse.move(box.x + box.width / 4, box.y + box.height / 2);
  await page.waitForFunction(
    (before) => document.querySelector('dl[aria-label="Figures of a candle"]')?.textContent !== before,
    newest,
  );
  await page.getByRole('link', { name: 'Portfolio' }).first().click();
  await page.waitForFunction(() => document.title.startsWith('Portfolio'));
  assert.deepEqual(complaints, []);
  await context.close();
});

test('open orders are listed by market, and changed and cancelled there', async () => {
  const { page, context, complaints } = await person(browser, '5000');
  const low = (Number(await priceBetween(page)) - 30).toFixed(2);
  await placeLimit(page, 'buy', '0.2', low);
  await page.getByRole('button', { name: 'New order' }).click();
  const rows = page.getByRole('table', { name: 'Open orders' }).getByRole('row');
  await page.getByRole('button', { name: /^Change: Limit buy 0\.2 ETH/ }).press('Enter');
  await page.getByRole('textbox', { name: 'Quantity, filled or not' }).fill('0.1');
  await page.getByRole('button', { name: 'Change it' }).click();
  await page.getByText('0 of 0.1').waitFor();
  await page.goto('/trading?asset=BTC');
  await page.getByText('No order is waiting in BTC.').waitFor();
  await page.getByRole('group', { name: 'Markets' }).getByRole('button', { name: 'All' }).click();
  await page.getByText('0 of 0.1').waitFor();
  assert.equal(await rows.count(), 2);
  await page.goto('/trading?asset=ETH');
  await page.getByRole('button', { name: 'Cancel all' }).click();
  await page.getByRole('heading', { name: 'Cancel all open orders in ETH?' }).waitFor();
  await page.getByRole('button', { name: 'Cancel all orders' }).click();
  await page.getByText('No order is waiting in ETH.').waitFor();
  assert.deepEqual(complaints, []);
  await context.close();
});

test('a position is closed from the portfolio, and its order lists its fills', async () => {
  const { page, context, complaints } = await person(browser, '5000');
  await buy(page, 'ETH', '1000');
  await page.goto('/portfolio');
  await page.getByRole('link', { name: 'Close the position in ETH' }).first().click();
  await page.getByRole('button', { name: 'Review sale' }).click();
  await page.getByRole('button', { name: 'Sell now' }).click();
  await page.getByRole('heading', { name: 'Sold' }).waitFor();
  await page.getByRole('link', { name: 'See the order' }).click();
  const fills = page.getByRole('table', { name: 'Fills' });
  await fills.waitFor();
  assert.ok((await fills.getByRole('row').count()) >= 2);
  await accessible(page, 'an order with its fills');
  await page.setViewportSize({ width: 320, height: 640 });
  await fits(page, 'an order with its fills');
  const { assets } = await page.evaluate(async () => await (await fetch('/api/v1/portfolio')).json());
  assert.deepEqual(assets, []);
  assert.deepEqual(complaints, []);
  await context.close();
});

test('the history of orders is limited to days and exported as it is', async () => {
  const { page, context, complaints } = await person(browser, '5000', { timezoneId: 'UTC' });
  await buy(page, 'ETH', '1000');
  const today = fieldOf(Date.now()).slice(0, 10);
  await page.goto(`/orders?from=${today}`);
  await page
    .getByRole('region', { name: 'Sum of the orders shown' })
    .getByText('$1,000.00')
    .first()
    .waitFor();
  await page.getByLabel('Last day').fill('2020-01-01');
  await page.getByText('The last day is before the first.').waitFor();
  await page.getByLabel('First day').fill('');
  await page.getByText('No order matches the filters.').waitFor();
  await page.goto(`/orders?from=${today}&side=buy`);
  await settled(page);
  await accessible(page, 'history with days');
  await page.getByRole('button', { name: 'Export' }).click();
  const href = await page.getByRole('link', { name: 'Download CSV' }).getAttribute('href');
  const csv = await page.evaluate(async (url) => await (await fetch(url)).text(), href ?? '');
  assert.equal(csv.trim().split('\n').length, 2, csv);
  await page.keyboard.press('Escape');
  await page.setViewportSize({ width: 320, height: 640 });
  await fits(page, 'history with days');
  assert.deepEqual(complaints, []);
  await context.close();
});

test('wide screens have three columns: the chart, the book with its depth, the ticket', async () => {
  const { page, context, complaints } = await person(browser, '1000', { width: 1920, height: 1080 });
  await page.goto('/trading?asset=ETH');
  await settled(page);
  const left = async (name: string) => {
    const box = await page.getByRole('region', { name, exact: true }).boundingBox();
    assert.ok(box, `${name} is not there`);
    return [box.x, box.x + box.width] as const;
  };
  await page
    .getByRole('region', { name: 'Depth', exact: true })
    .getByText(/Buyers \(left\)/)
    .waitFor();
  const [chart, book, depth] = [await left('Price'), await left('Order book'), await left('Depth')];
  const ticket = await page.getByRole('group', { name: 'Order type' }).boundingBox();
  assert.ok(chart[1] < book[0] && book[0] === depth[0] && ticket && book[1] < ticket.x);
  assert.deepEqual(complaints, []);
  await context.close();
});

for (const [theme, width] of [
  ['light', 320],
  ['dark', 1280],
  ['light', 1920],
] as const) {
  test(`ticket and workspace can be used at ${width} pixels, ${theme}`, async () => {
    const { page, context, complaints } = await person(browser, '3000', { theme, width });
    const low = (Number(await priceBetween(page)) - 30).toFixed(2);
    await placeLimit(page, 'buy', '0.1', low);
    await page.getByRole('button', { name: 'New order' }).click();
    await page.getByRole('button', { name: /^Change: / }).waitFor();
    for (const name of ['MA 20', 'MA 50', 'VWAP']) await page.getByRole('button', { name }).click();
    await page.getByRole('textbox', { name: 'Limit price' }).fill(low);
    await page.getByLabel('Quantity', { exact: true }).fill('0.1');
    await term(page).selectOption('GTD');
    await page.getByText('Advanced', { exact: true }).click();
    await until(page).fill('2020-01-01T10:00');
    await page.getByText('The order cannot wait until then').waitFor();
    await settled(page);
    await accessible(page, `workspace, ${theme}, ${width}`);
    await fits(page, `workspace, ${width}`);
    await tablesFit(page, `workspace, ${width}`);
    await page.getByRole('button', { name: /^Change: / }).click();
    await page.getByRole('dialog').waitFor();
    await accessible(page, `change, ${theme}, ${width}`);
    assert.deepEqual(complaints, []);
    await context.close();
  });
}
