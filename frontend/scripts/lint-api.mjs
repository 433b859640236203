// SPDX-License-Identifier: MIT
// Lints docs/reference/openapi.yaml by the rules of redocly.yaml; prints what is wrong and fails.
import { fileURLToPath } from 'node:url';
import { formatProblems, getTotals, lint, loadConfig } from '@redocly/openapi-core';

const path = (name) => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const config = await loadConfig({ configPath: path('redocly.yaml') });
const problems = await lint({ ref: path('docs/reference/openapi.yaml'), config });
const totals = getTotals(problems);
formatProblems(problems, { format: 'codeframe', totals, version: '' });
process.exitCode = totals.errors + totals.warnings > 0 ? 1 : 0;
