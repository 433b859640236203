// SPDX-License-Identifier: MIT
// Run after `npm install`: takes the optional packages of foreign platforms out of the lock file. Registries often
// do not carry them, and `npm ci` refuses a lock file that names what it does not contain.
import { readFileSync, writeFileSync } from 'node:fs';

const path = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(path, 'utf8'));
const present = new Set(Object.keys(lock.packages).map((place) => place.split('node_modules/').at(-1)));
let dropped = 0;
for (const entry of Object.values(lock.packages)) {
  for (const name of Object.keys(entry.optionalDependencies ?? {})) {
    if (present.has(name)) continue;
    delete entry.optionalDependencies[name];
    dropped += 1;
  }
}
writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
process.stdout.write(`${dropped} packages of other platforms left out\n`);
