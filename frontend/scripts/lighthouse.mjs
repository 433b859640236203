// SPDX-License-Identifier: MIT
// Lighthouse (mobile) over every route of a running installation, signed in where needed; the median of several runs.
// Fails below the targets. With --record it writes docs/lighthouse.json next to the interface.
// usage: CNOP_UI_URL=http://localhost:3000 node scripts/lighthouse.mjs [--runs=3] [--record] [route ...]
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { availableParallelism, loadavg } from 'node:os';
import lighthouse from 'lighthouse';
import { chromium } from 'playwright-core';

const base = (process.env.CNOP_UI_URL ?? 'http://localhost:3000').replace(/\/$/, '');
const targets = { performance: 95, accessibility: 100, 'best-practices': 95, seo: 90 };
const visitorRoutes = ['/', '/login', '/register', '/market', '/market/BTC'];
/** Stands for the address of an order that the run itself places. */
const ORDER = '/orders/:id';
const personRoutes = [
  '/dashboard',
  '/trading?asset=BTC&action=buy',
  '/orders',
  ORDER,
  '/portfolio',
  '/portfolio/BTC',
  '/account',
  '/profile',
  '/insights',
];

const options = process.argv.slice(2);
const runs = Number(options.find((text) => text.startsWith('--runs='))?.slice(7) ?? 3);
const chosen = options.filter((text) => text.startsWith('/'));

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

/** A new account with cash and one order; returns the address of the order. */
async function openAccount(page) {
  await page.goto(`${base}/register`);
  const username = `lh_${Date.now().toString(36)}`;
  await page.getByLabel('First name').fill('Lena');
  await page.getByLabel('Last name').fill('House');
  await page.getByLabel('E-mail').first().fill(`${username}@example.com`);
  await page.getByLabel('User name').fill(username);
  await page.getByLabel('Password', { exact: true }).fill('Quiet-Harbour-41');
  await page.getByRole('button', { name: 'Open account' }).click();
  await page.waitForURL('**/dashboard');
  await page.goto(`${base}/account`);
  await page.getByLabel('Amount in USD').fill('1000');
  await page.getByRole('button', { name: 'Deposit', exact: true }).last().click();
  await page.getByText('deposited').first().waitFor();
  await page.goto(`${base}/trading?asset=BTC&action=buy&amount=100`);
  await page.getByRole('button', { name: 'Review purchase' }).click();
  await page.getByRole('button', { name: 'Buy now' }).click();
  return await page.getByRole('link', { name: 'See the order' }).getAttribute('href');
}

async function measure(route, port) {
  const scores = [];
  for (let run = 0; run < runs; run += 1) {
    const result = await lighthouse(base + route, {
      port,
      output: 'json',
      logLevel: 'error',
      onlyCategories: Object.keys(targets),
      disableStorageReset: true,
    });
    scores.push(result.lhr);
  }
  const of = (name) => median(scores.map((lhr) => Math.round((lhr.categories[name]?.score ?? 0) * 100)));
  const metric = (id) =>
    median(scores.map((lhr) => Math.round((lhr.audits[id]?.numericValue ?? 0) * 1000) / 1000));
  return {
    route,
    ...Object.fromEntries(Object.keys(targets).map((name) => [name, of(name)])),
    firstPaintMs: Math.round(metric('first-contentful-paint')),
    largestPaintMs: Math.round(metric('largest-contentful-paint')),
    blockingMs: Math.round(metric('total-blocking-time')),
    shift: metric('cumulative-layout-shift'),
    faults: Object.values(scores[0].audits)
      .filter(({ score, scoreDisplayMode }) => scoreDisplayMode === 'binary' && score === 0)
      .map(({ id }) => id),
  };
}

async function measureAll(routes, signedIn) {
  const port = await freePort();
  const browser = await chromium.launchPersistentContext('', {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', `--remote-debugging-port=${port}`],
  });
  const order = signedIn ? await openAccount(browser.pages()[0] ?? (await browser.newPage())) : '';
  const results = [];
  for (const route of routes) {
    const result = { ...(await measure(route.replace(ORDER, order), port)), route };
    results.push(result);
    process.stdout.write(`${JSON.stringify(result)}\n`);
  }
  await browser.close();
  return results;
}

// Other work on the machine lengthens every task; the figures mean little without it.
const machine = { cores: availableParallelism(), loadBefore: Number(loadavg()[0].toFixed(1)) };
const wanted = (routes) => routes.filter((route) => chosen.length === 0 || chosen.includes(route));
const results = [
  ...(await measureAll(wanted(visitorRoutes), false)),
  ...(wanted(personRoutes).length > 0 ? await measureAll(wanted(personRoutes), true) : []),
];
if (options.includes('--record')) {
  const record = {
    date: new Date().toISOString().slice(0, 10),
    form: 'mobile',
    runs,
    ...machine,
    targets,
    results,
  };
  writeFileSync(new URL('../docs/lighthouse.json', import.meta.url), `${JSON.stringify(record, null, 2)}\n`);
}
const missed = results.filter((result) =>
  Object.entries(targets).some(([name, target]) => result[name] < target),
);
process.stdout.write(`${results.length} routes, ${missed.length} below target\n`);
process.exitCode = missed.length > 0 ? 1 : 0;
