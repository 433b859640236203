// SPDX-License-Identifier: MIT
// A new build while pages are open: their files stay for a while, and once they are gone the page loads itself anew.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { launch, open, settled } from './support/browser.ts';

let browser: Browser;

before(async () => {
  browser = await launch();
});

after(() => browser.close());

test('the files of the last builds stay beside the new ones', () => {
  const state = mkdtempSync(join(tmpdir(), 'cnop-ui-'));
  const script = fileURLToPath(new URL('../../tools/deploy/build.sh', import.meta.url));
  for (let build = 101; build <= 106; build += 1) {
    const folder = join(state, 'ui', String(build));
    mkdirSync(join(folder, 'site/assets'), { recursive: true });
    writeFileSync(join(folder, `site/assets/page-${build}.js`), `${build}`);
    writeFileSync(join(folder, 'site/assets/same.js'), 'same');
    const run = spawnSync(
      'bash',
      ['-c', 'set -u; CNOP_VAR=$1; . "$2"; keep_open_pages_alive "$3"', 'test', state, script, folder],
      { encoding: 'utf8' },
    );
    assert.equal(run.status, 0, run.stderr);
  }
  assert.deepEqual(readdirSync(join(state, 'ui/106/site/assets')).sort(), [
    'page-103.js',
    'page-104.js',
    'page-105.js',
    'page-106.js',
    'same.js',
  ]);
  rmSync(state, { recursive: true });
});

test('a page whose code is gone loads itself again, once', async () => {
  const { page, context } = await open(browser);
  await page.goto('/market');
  await settled(page);
  let loads = 0;
  page.on('load', () => {
    loads += 1;
  });
  await page.route('**/assets/DisplayMenu-*.js', (route) => route.fulfill({ status: 404 }));
  await page.getByRole('button', { name: 'Display settings' }).click();
  await page.waitForEvent('load');
  await settled(page);
  assert.equal(loads, 1);
  await page.getByRole('button', { name: 'Display settings' }).click();
  await page.getByRole('heading', { name: 'This page has stopped working' }).waitFor();
  assert.equal(loads, 1, 'a second failure is shown, not reloaded for ever');
  await page.unroute('**/assets/DisplayMenu-*.js');
  await page.reload();
  await settled(page);
  await page.getByRole('button', { name: 'Display settings' }).click();
  await page.getByRole('menu').waitFor();
  await context.close();
});
