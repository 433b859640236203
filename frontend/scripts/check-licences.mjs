// SPDX-License-Identifier: MIT
// Everything that ships to the browser, with all it needs, must carry a permissive licence from this list.
import { readFileSync } from 'node:fs';

const allowed = new Set(
  'MIT ISC Apache-2.0 BSD-2-Clause BSD-3-Clause 0BSD Unlicense OFL-1.1 CC0-1.0'.split(' '),
);
const buildTools = new Set(['vite', '@react-router/dev', 'tailwindcss', '@tailwindcss/vite', 'typescript']);

const { packages } = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'));

/** Where Node would find `name` from `place`. */
function placeOf(name, place) {
  for (let from = place; ; from = from.slice(0, Math.max(0, from.lastIndexOf('/node_modules/')))) {
    const found = `${from ? `${from}/` : ''}node_modules/${name}`;
    if (packages[found]) return found;
    if (from === '') return null;
  }
}

const seen = new Set();
const waiting = Object.keys(packages[''].dependencies)
  .filter((name) => !buildTools.has(name))
  .map((name) => placeOf(name, ''));
while (waiting.length > 0) {
  const place = waiting.pop();
  if (!place || seen.has(place)) continue;
  seen.add(place);
  for (const name of Object.keys(packages[place].dependencies ?? {})) waiting.push(placeOf(name, place));
}

const refused = [...seen].filter((place) => !allowed.has(packages[place].license));
for (const place of refused) process.stderr.write(`${place}: ${packages[place].license}\n`);
process.stdout.write(`${seen.size} shipped packages, ${refused.length} with a licence not allowed\n`);
process.exitCode = refused.length > 0 ? 1 : 0;
