// SPDX-License-Identifier: MIT
// House rules that no linter knows: sizes, layers, words in one place, amounts never as floating point.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const MAX_LINES = 200;
const root = fileURLToPath(new URL('../src', import.meta.url));
const generated = new Set(['schema.d.ts', 'api-errors.ts']);
const faults = [];

const files = readdirSync(root, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !generated.has(entry.name))
  .map((entry) => relative(root, join(entry.parentPath, entry.name)));

/** [pattern, what is wrong, files it applies to] */
const bans = [
  [/\b(parseFloat|Number\.parseFloat)\(/, 'amounts are decimals: use lib/decimal', /./],
  [/dangerouslySetInnerHTML/, 'no markup from strings', /./],
  [/localStorage|sessionStorage/, 'web storage only through lib/storage', /^(?!lib\/storage\.ts)/],
  [/\bfetch\(/, 'requests only through api/client', /^(?!api\/(client|stream\/open)\.ts)/],
  [
    /useEffect\(/,
    'effects only for the chart and timers, never for data',
    /^(?!ui\/CandleChart\.tsx|lib\/(settled|store|hydrated|now|title)\.ts|root\.tsx)/,
  ],
  [/>\s*[A-Z][a-z]+ [a-z]+[^<{]*</, 'words belong into text/', /\.tsx$/],
];

/** folder -> what it may not import */
const layers = [
  [/^lib\//, /^~\/(api|app|features|ui|routes)\//],
  [/^text\//, /^~\/(app|features|ui|lib|routes)\//],
  [/^api\//, /^~\/(app|features|ui|routes)\//],
  [/^ui\//, /^~\/(features|routes)\//],
  [/^features\//, /^~\/routes\//],
];

function checkImports(file, text) {
  const feature = /^features\/([^/]+)\//.exec(file)?.[1];
  for (const [, target] of text.matchAll(/(?:from|import\()\s*'(~\/[^']+)'/g)) {
    if (layers.some(([from, banned]) => from.test(file) && banned.test(target))) {
      faults.push(`${file}: may not import ${target}`);
    }
    const other = /^~\/features\/([^/]+)\//.exec(target)?.[1];
    if (feature && other && feature !== other)
      faults.push(`${file}: features do not import each other (${target})`);
  }
}

for (const file of files) {
  const text = readFileSync(join(root, file), 'utf8');
  const lines = text.split('\n').length;
  if (lines > MAX_LINES) faults.push(`${file}: ${lines} lines, at most ${MAX_LINES}`);
  if (!text.startsWith('// SPDX-License-Identifier: MIT\n')) faults.push(`${file}: licence line is missing`);
  for (const [pattern, why, where] of bans) {
    if (where.test(file) && pattern.test(text)) faults.push(`${file}: ${why}`);
  }
  checkImports(file, text);
}

for (const fault of faults) process.stderr.write(`${fault}\n`);
process.stdout.write(`${files.length} files, ${faults.length} faults\n`);
process.exitCode = faults.length > 0 ? 1 : 0;
