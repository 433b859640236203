// SPDX-License-Identifier: MIT
// Every page in both themes: no axe violation, no console error, no table cut, nothing too wide for a phone.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, BrowserContext } from 'playwright-core';
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
  tablesFit,
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

for (const theme of ['light', 'dark'] as const) {
  describe(`${theme} theme`, () => {
    for (const [who, pages] of Object.entries({ visitor, person })) {
      for (const [name, path] of Object.entries({ ...pages, ...(who === 'person' ? { order: '' } : {}) })) {
        test(`${name} for a ${who}`, async () => {
          const { page, context, complaints } = await open(browser, {
            theme,
            ...(who === 'person' ? { storage } : {}),
          });
          await page.goto(path || orderPath);
          await settled(page);
          await accessible(page, `${name}, ${theme}`);
          for (const width of [768, 640]) {
            await page.setViewportSize({ width, height: 1024 });
            await tablesFit(page, `${name} at ${width}px`);
          }
          await page.setViewportSize({ width: 320, height: 640 });
          await fits(page, name);
          assert.deepEqual(complaints, []);
          await context.close();
        });
      }
    }
  });
}

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
