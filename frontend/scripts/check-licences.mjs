// SPDX-License-Identifier: MIT
// Everything that ships to the browser must carry a permissive licence from this list.
import { fileURLToPath } from 'node:url';
import * as checker from 'license-checker-rseidelsohn';

const allowed = [
  'MIT',
  'ISC',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'Unlicense',
  'OFL-1.1',
  'CC0-1.0',
];

checker.init(
  { start: fileURLToPath(new URL('..', import.meta.url)), production: true, excludePrivatePackages: true },
  (error, packages) => {
    if (error) throw error;
    const refused = Object.entries(packages).filter(
      ([, { licenses }]) =>
        ![licenses].flat().some((name) => allowed.some((known) => name === known || name === `${known}*`)),
    );
    for (const [name, { licenses }] of refused) process.stderr.write(`${name}: ${licenses}\n`);
    process.stdout.write(
      `${Object.keys(packages).length} packages, ${refused.length} with a licence not allowed\n`,
    );
    process.exitCode = refused.length > 0 ? 1 : 0;
  },
);
