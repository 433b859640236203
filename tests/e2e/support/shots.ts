// SPDX-License-Identifier: MIT
// Pictures of every page at three widths in both themes, for people to look at.
// usage: CNOP_UI_URL=... node shots.ts <folder> [page name ...]
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { buy, deposit, launch, newPerson, open, registerPerson, settled } from './browser.ts';

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
};
const visitorPages = new Set(['landing', 'login', 'register']);
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
const storage = await first.context.storageState();
for (const theme of ['light', 'dark'] as const) {
  for (const width of widths) {
    for (const [name, path] of Object.entries(pages)) {
      if (only.length > 0 && !only.includes(name)) continue;
      const { page, context, complaints } = await open(browser, {
        theme,
        width,
        ...(visitorPages.has(name) ? {} : { storage }),
      });
      await page.goto(path);
      await settled(page).catch(() => complaints.push('never settled'));
      await page.waitForTimeout(500);
      await page.screenshot({ path: join(folder, `${name}-${width}-${theme}.png`), fullPage: true });
      if (complaints.length > 0) process.stdout.write(`${name} ${width} ${theme} ${complaints.join('\n')}\n`);
      await context.close();
    }
  }
}
await browser.close();
