// SPDX-License-Identifier: MIT
// Pictures of every page at three widths in both themes, for people to look at.
// usage: CNOP_UI_URL=... node shots.ts <folder> [page name ...]
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { buy, deposit, type Look, launch, newPerson, open, registerPerson, settled } from './browser.ts';

const [folder = 'shots', ...only] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });

const pages: Record<string, string> = {
  landing: '/',
  login: '/login',
  register: '/register',
  market: '/market',
  asset: '/market/BTC',
  dashboard: '/dashboard',
  trading: '/trading?asset=BTC&action=buy&amount=250',
  orders: '/orders',
  portfolio: '/portfolio',
  holding: '/portfolio/BTC',
  account: '/account',
  profile: '/profile',
  security: '/profile?tab=security',
  insights: '/insights',
  missing: '/no/such/page',
  gone: '/orders/o00000000000000000000000',
  'empty-dashboard': '/dashboard',
  'empty-trading': '/trading',
  'empty-orders': '/orders',
  'empty-portfolio': '/portfolio',
  'empty-holding': '/portfolio/ETH',
  'empty-account': '/account',
  'empty-insights': '/insights',
  'visitor-asset': '/market/ETH',
};
const visitorPages = new Set(['landing', 'login', 'register', 'visitor-asset']);
const widths = (process.env.WIDTHS ?? '320,768,1440').split(',').map(Number);

const browser = await launch();
const first = await open(browser);
await registerPerson(first.page, newPerson());
await deposit(first.page, '5000');
for (const [asset, amount] of [
  ['BTC', '1200'],
  ['ETH', '600'],
  ['SOL', '300'],
] as const) {
  await buy(first.page, asset, amount);
}
pages.order = (await first.page.getByRole('link', { name: 'See the order' }).getAttribute('href')) ?? '';
const storage = await first.context.storageState();
const second = await open(browser);
await registerPerson(second.page, newPerson());
const emptyStorage = await second.context.storageState();

function storageFor(name: string): Look {
  if (visitorPages.has(name)) return {};
  return { storage: name.startsWith('empty-') ? emptyStorage : storage };
}

for (const theme of ['light', 'dark'] as const) {
  for (const width of widths) {
    for (const [name, path] of Object.entries(pages)) {
      if (only.length > 0 && !only.includes(name)) continue;
      const { page, context, complaints } = await open(browser, {
        theme,
        width,
        ...storageFor(name),
      });
      await page.goto(path);
      await settled(page).catch(() => complaints.push('never settled'));
      await page.waitForTimeout(500);
      // A window as high as the page, so that the bar at its foot does not cover the middle.
      const height = await page.evaluate(() => document.documentElement.scrollHeight);
      await page.setViewportSize({ width, height });
      await page.screenshot({ path: join(folder, `${name}-${width}-${theme}.png`) });
      if (complaints.length > 0) process.stdout.write(`${name} ${width} ${theme} ${complaints.join('\n')}\n`);
      await context.close();
    }
  }
}
await browser.close();
