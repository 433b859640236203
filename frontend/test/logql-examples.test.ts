// SPDX-License-Identifier: MIT
// The LogQL that the handbook, the catalogue of charts and the page itself show is understood as it stands.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseYaml } from '@redocly/openapi-core';
import { describe, expect, it } from 'vitest';
import { logSamples } from '~/features/ops/log-samples';
import { readLogql } from '~/features/ops/logql';

const root = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

/** Examples are indented lines, or stand between backquotes, where a table escapes its own mark. */
function shownIn(page: string): string[] {
  const lines = [...page.matchAll(/^ {4}(\{\w.*)$/gm)].map(([, query]) => query ?? '');
  const inline = [...page.matchAll(/`(\{\w+ *(?:=|!)[^`]*\} \\?\|[^`]*)`/g)].map(([, query]) =>
    (query ?? '').replaceAll('\\|', '|'),
  );
  return [...lines, ...inline];
}

const catalogue = parseYaml(read('conf/monitoring/panels.yml')) as { logs: { expr: string }[] };
const examples = {
  'monitor.md': shownIn(read('docs/howto/monitor.md')),
  'troubleshoot.md': shownIn(read('docs/howto/troubleshoot.md')),
  'five-minute-demo.md': shownIn(read('docs/tutorial/five-minute-demo.md')),
  'panels.yml': catalogue.logs.map(({ expr }) => expr.replaceAll('$request_id', '019ab3f2')),
  'the page': logSamples.map(({ query }) => query),
};

describe.each(Object.entries(examples))('%s', (name, queries) => {
  it('shows queries', () => {
    expect(queries.length).toBeGreaterThanOrEqual({ 'monitor.md': 6, 'panels.yml': 6 }[name] ?? 1);
  });

  it.each(queries)('%s', (query) => {
    const { tests, fault } = readLogql(query);
    expect(fault?.message).toBeUndefined();
    expect(tests?.length).toBeGreaterThan(0);
  });
});
