// SPDX-License-Identifier: MIT
// Every page in both themes: no axe violation, no console error, no table cut, nothing too wide for a phone.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, BrowserContext } from 'playwright-core';
import {
  accessible,
  base,
  buy,
  deposit,
  fits,
  launch,
  newPerson,
  open,
  registerPerson,
  settled,
  tablesFit,
  usableByAll,
} from './support/browser.ts';

const visitor = {
  landing: '/',
  login: '/login',
  register: '/register',
  market: '/market',
  asset: '/market/BTC',
};
const person = {
  dashboard: '/dashboard',
  market: '/market?q=bit&sort=price',
  asset: '/market/ETH',
  trading: '/trading?asset=BTC&action=sell&quantity=0.001',
  orders: '/orders',
  portfolio: '/portfolio',
  holding: '/portfolio/BTC',
  account: '/account',
  profile: '/profile',
  security: '/profile?tab=security',
  insights: '/insights',
};

let browser: Browser;
let storage: Awaited<ReturnType<BrowserContext['storageState']>>;
let orderPath: string;

before(async () => {
  browser = await launch();
  const { page, context } = await open(browser);
  await registerPerson(page, newPerson());
  await deposit(page, '3000');
  await buy(page, 'BTC', '500');
  orderPath = (await page.getByRole('link', { name: 'See the order' }).getAttribute('href')) ?? '';
  storage = await context.storageState();
  await context.close();
});

after(() => browser.close());

for (const [who, pages] of Object.entries({ visitor, person })) {
  for (const [name, path] of Object.entries({ ...pages, ...(who === 'person' ? { order: '' } : {}) })) {
    test(`${name} for a ${who}`, async () => {
      const { page, context, complaints } = await open(browser, who === 'person' ? { storage } : {});
      await page.goto(path || orderPath);
      await settled(page);
      await usableByAll(page, name);
      assert.deepEqual(complaints, []);
      await context.close();
    });
  }
}

test('a star is there on another device, and a phone shows it', async () => {
  const { page, context, complaints } = await open(browser, { storage });
  await page.goto('/market/SOL');
  await settled(page);
  const star = page.getByRole('button', { name: 'Star Solana' });
  await star.focus();
  const answered = page.waitForResponse((reply) => reply.request().method() === 'PUT');
  await page.keyboard.press('Enter');
  assert.equal((await answered).status(), 200);
  assert.equal(await star.getAttribute('aria-pressed'), 'true');
  await context.close();
  const phone = await open(browser, { storage, width: 320 });
  await phone.page.goto('/market?starred=1');
  await settled(phone.page);
  assert.equal(await phone.page.locator('tbody tr').count(), 1);
  await usableByAll(phone.page, 'starred');
  await phone.page.goto('/dashboard');
  await settled(phone.page);
  await phone.page.getByRole('heading', { name: 'Starred' }).waitFor();
  assert.equal((await phone.page.getByRole('link', { name: /SOL/ }).count()) > 0, true);
  await usableByAll(phone.page, 'dashboard with a star');
  assert.deepEqual([...complaints, ...phone.complaints], []);
  await phone.context.close();
});

test('menus, palette, shortcuts and the review dialog are accessible', async () => {
  const { page, context, complaints } = await open(browser, { storage, theme: 'dark' });
  await page.goto('/trading?asset=BTC&action=buy&amount=150');
  await settled(page);
  await page.getByRole('button', { name: 'Display settings' }).click();
  await page.getByRole('menu').waitFor();
  await accessible(page, 'display menu');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+k');
  await page.getByPlaceholder(/Type a page/).waitFor();
  await accessible(page, 'palette');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.keyboard.press('?');
  await page.getByRole('heading', { name: 'Keyboard shortcuts' }).waitFor();
  await accessible(page, 'shortcuts');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Review purchase' }).click();
  await page.getByRole('button', { name: 'Buy now' }).waitFor();
  await accessible(page, 'review');
  assert.deepEqual(complaints, []);
  await context.close();
});

for (const width of [320, 375, 1440]) {
  test(`the palette stands on the screen, in its middle, at ${width}px`, async () => {
    const { page, context } = await open(browser, { width, storage });
    await page.goto('/dashboard');
    await settled(page);
    await page.keyboard.press('Control+k');
    await page.getByPlaceholder(/Type a page/).waitFor();
    const box = await page.getByRole('dialog').boundingBox();
    assert.ok(box);
    const inside = await page.evaluate(() => document.documentElement.clientWidth);
    assert.ok(box.x >= 0 && box.y >= 0 && box.x + box.width <= width);
    assert.ok(
      Math.abs(box.x + box.width / 2 - inside / 2) <= 8,
      `off by ${box.x + box.width / 2 - inside / 2}px`,
    );
    await context.close();
  });
}

test('a long name fits a narrow phone', async () => {
  const { page, context } = await open(browser, { width: 320, height: 640 });
  const person = newPerson();
  await registerPerson(page, { ...person, username: person.username.padEnd(28, 'W') });
  await settled(page);
  await fits(page, 'dashboard with a long name');
  await context.close();
});

test('forty holdings with long names and figures fit a tablet', async () => {
  const { page, context } = await open(browser, { width: 768, height: 1024, storage });
  await page.route('**/api/v1/portfolio', async (route) => {
    const answer = await route.fetch();
    const portfolio = await answer.json();
    const list = await (await fetch(`${base}/api/v1/inventory/assets?limit=250`)).json();
    portfolio.assets = list.data.slice(-40).map(({ asset_id }: { asset_id: string }) => ({
      ...portfolio.assets[0],
      asset_id,
      quantity: '99999999.12345678',
      current_price: '0.0000123456',
      market_value: '1234567.89',
      unrealised_pnl: '-1234567.89',
    }));
    await route.fulfill({ response: answer, json: portfolio });
  });
  await page.goto('/portfolio');
  await settled(page);
  assert.ok((await page.getByRole('row').count()) >= 40);
  await tablesFit(page, 'portfolio');
  await fits(page, 'portfolio');
  await context.close();
});

test('who is signed in already goes on from the sign-in page, with the right title', async () => {
  const { page, context } = await open(browser, { storage });
  await page.goto('/login?next=%2Forders');
  await page.waitForURL('**/orders');
  await settled(page);
  assert.equal(await page.title(), 'Orders · CNOP');
  await context.close();
});

test('without the event stream, only what is shown is asked for again', async () => {
  const { page, context } = await open(browser, { storage });
  await page.route('**/api/v1/stream*', (route) => route.fulfill({ status: 404 }));
  // A slow machine is idle before the page asks for anything: its first chart must have come.
  const chart = page.waitForResponse(/limit=200/);
  await page.goto('/trading?asset=BTC');
  await (await chart).finished();
  await settled(page);
  await page.locator('figure canvas').first().waitFor();
  await page.waitForLoadState('networkidle');
  const asked: string[] = [];
  let bytes = 0;
  page.on('requestfinished', async (request) => {
    asked.push(request.url());
    bytes += (await request.sizes()).responseBodySize;
  });
  for (let round = 0; round < 2; round += 1) await page.waitForResponse('**/inventory/assets/BTC');
  assert.deepEqual(
    asked.filter((address) => /assets\?|limit=200|limit=250/.test(address)),
    [],
    'neither the catalogue nor a whole chart',
  );
  assert.ok(bytes < 16_000, `${bytes} bytes in two rounds`);
  await context.close();
});

test('an asset that does not exist arms no ticket', async () => {
  const { page, context, complaints } = await open(browser, { storage });
  await page.goto('/trading?asset=NOPE&action=buy&quantity=1');
  await page.getByText('There is no asset NOPE here.').waitFor();
  assert.equal(await page.getByRole('button', { name: /^Review/ }).count(), 0);
  assert.deepEqual(complaints, []);
  await context.close();
});

test('on a phone the form comes first', async () => {
  const { page, context } = await open(browser, { storage, width: 375, height: 800 });
  await page.goto('/trading?asset=BTC');
  await settled(page);
  const form = await page.getByRole('textbox', { name: 'Quantity' }).boundingBox();
  const chart = await page.locator('figure').first().boundingBox();
  assert.ok(form && chart && form.y < chart.y);
  await context.close();
});

test('an unknown page is a 404 and says so', async () => {
  const { page, context } = await open(browser);
  const answer = await page.goto('/no/such/page');
  assert.equal(answer?.status(), 404);
  await page.getByRole('heading', { name: 'There is no such page' }).waitFor();
  await accessible(page, 'not found');
  await context.close();
});

test('the policy allows no inline code but the one known script', async () => {
  const { page, context } = await open(browser);
  const answer = await page.goto('/login');
  const policy = answer?.headers()['content-security-policy'] ?? '';
  assert.match(policy, /default-src 'self'/);
  assert.match(policy, /script-src 'self' 'sha256-[^']+'(;|$)/);
  assert.doesNotMatch(policy, /unsafe/);
  await context.close();
});
