// SPDX-License-Identifier: MIT
// The operations pages in a browser, for an operator, with the answers that openapi.yaml shows: no axe violation,
// no console error, nothing too wide, charts by keyboard, and what stands there without monitoring.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { example, problem } from '../../frontend/test/mock/openapi.ts';
import {
  accessible,
  fits,
  launch,
  newPerson,
  open,
  registerPerson,
  settled,
  usableByAll,
} from './support/browser.ts';

const pages = {
  health: '/ops',
  metrics: '/ops/metrics',
  alerts: '/ops/alerts',
  audit: '/ops/audit',
  logs: '/ops/logs',
  security: '/ops/security',
};
const answers = {
  health: example('getOperationsHealth'),
  panels: example('listPanels'),
  'panels/overview-requests': example('getPanel'),
  alerts: example('listAlerts'),
  audit: example('listAudit'),
  logs: example('listLogs'),
  'logs/histogram': example('getLogHistogram'),
  guard: example('listGuard'),
};

let browser: Browser;
let storage: Awaited<ReturnType<BrowserContext['storageState']>>;

before(async () => {
  browser = await launch();
  const { page, context } = await open(browser);
  await registerPerson(page, newPerson());
  storage = await context.storageState();
  await context.close();
});

after(() => browser.close());

/** The account counts as an operator's, and operations answer as the description shows. */
async function operate(page: Page): Promise<void> {
  await page.route('**/api/v1/auth/me', async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: { ...(await answer.json()), role: 'admin' } });
  });
  await page.route('**/api/v1/ops/**', (route) => {
    const name = new URL(route.request().url()).pathname.replace('/api/v1/ops/', '');
    return route.fulfill({ json: answers[name as keyof typeof answers] });
  });
}

for (const [name, path] of Object.entries(pages)) {
  test(`${name} for an operator`, async () => {
    const { page, context, complaints } = await open(browser, { storage });
    await operate(page);
    await page.goto(path);
    await settled(page);
    await usableByAll(page, name);
    assert.deepEqual(complaints, []);
    await context.close();
  });
}

test('somebody else is told that these pages are not theirs', async () => {
  const { page, context } = await open(browser, { storage });
  await page.goto('/ops');
  await page.getByText('These pages are for operators.').waitFor();
  await accessible(page, 'refused');
  await context.close();
});

test('the cursor of a chart moves by keys', async () => {
  const { page, context, complaints } = await open(browser, { storage });
  await operate(page);
  await page.goto('/ops/metrics');
  const slider = page.getByRole('slider').first();
  await slider.focus();
  const legend = page.getByRole('region', { name: /series and their values/ }).first();
  await legend.getByText('5.5 ms').waitFor();
  await page.keyboard.press('Home');
  await legend.getByText('5.1 ms').waitFor();
  await page.keyboard.press('ArrowRight');
  await legend.getByText('4.9 ms').waitFor();
  await page.getByRole('checkbox', { name: 'Compare with yesterday' }).press('Space');
  await legend
    .getByText(/, a day before$/)
    .first()
    .waitFor();
  await accessible(page, 'compared');
  assert.deepEqual(complaints, []);
  await context.close();
});

test('the logs take a query as it stands, refuse what is none, and lead to a request by keys', async () => {
  const { page, context, complaints } = await open(browser, { storage });
  await operate(page);
  const asked: string[] = [];
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.pathname === '/api/v1/ops/logs') asked.push(url.searchParams.get('match') ?? '');
  });
  await page.goto('/ops/logs');
  const row = page.getByRole('button', { name: /validation_failed/ });
  await row.waitFor();
  const box = page.getByLabel('Query', { exact: true });
  await box.fill('{service="inventory"} | logfmt');
  await box.press('Enter');
  await page.getByText(/“logfmt” is not supported/).waitFor();
  await accessible(page, 'a refused query');
  await box.fill('{service="inventory"} | json | status="422"');
  await box.press('Enter');
  await page.waitForURL(/q=/);
  await row.waitFor();
  assert.deepEqual(JSON.parse(asked.at(-1) ?? ''), [
    { field: 'service', op: 'is', values: ['inventory'] },
    { field: 'status', op: 'is', values: ['422'] },
  ]);
  await row.focus();
  await page.keyboard.press('Enter');
  const link = page.getByRole('link', { name: 'Everything of this request' });
  await link.waitFor();
  await accessible(page, 'an open line');
  await page.setViewportSize({ width: 320, height: 640 });
  await fits(page, 'an open line');
  await link.focus();
  await page.keyboard.press('Enter');
  await page.waitForURL(/from=\d+/);
  await page.waitForFunction(() => document.querySelector('textarea')?.value.includes('|='));
  assert.deepEqual(complaints, []);
  await context.close();
});

test('a block is lifted by keys, with a reason', async () => {
  const { page, context, complaints } = await open(browser, { storage });
  await operate(page);
  await page.goto('/ops/security');
  await page.getByRole('button', { name: 'Lift the block of 192.0.2.7' }).focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Reason').fill('A customer');
  await accessible(page, 'lifting a block');
  const told = page.waitForRequest(
    (request) => request.method() === 'POST' && request.url().endsWith('/ops/guard'),
  );
  await page.keyboard.press('Enter');
  const request = await told;
  assert.equal(request.postDataJSON().blocked, false);
  assert.equal(request.postDataJSON().reason, 'A customer');
  await context.close();
  assert.deepEqual(complaints, []);
});

test('without monitoring the page says how to get it', async () => {
  const { page, context } = await open(browser, { storage });
  await operate(page);
  await page.route('**/api/v1/ops/health', async (route) => {
    const answer = problem(503, 'monitoring_absent', '');
    await route.fulfill({ status: 503, body: await answer.text(), contentType: 'application/problem+json' });
  });
  await page.goto('/ops');
  await page.getByText('./deploy.sh monitoring deploy').waitFor();
  await accessible(page, 'absent');
  await fits(page, 'absent');
  await context.close();
});
