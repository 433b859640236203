// SPDX-License-Identifier: MIT
// The audit trail as a file, read page by page as the list is. Its texts come from strangers: a spreadsheet must not
// take any of them for a formula.
import type { AuditLine } from '~/api/types';
import { type AuditDays, type AuditFilter, readAudit } from '~/features/ops/requests';

const PAGE = 200;
/** More than anybody reads; `cnop-trail list` on the host has no such limit. */
export const AUDIT_FILE_MOST = 10_000;

const columns = [
  'number',
  'happened',
  'action',
  'actor',
  'object',
  'outcome',
  'reason',
  'ip',
  'request_id',
] as const satisfies readonly (keyof AuditLine)[];

/** RFC 4180; an apostrophe keeps what begins like a formula a text. */
function cell(value: string | number | null): string {
  const text = String(value ?? '');
  const plain = /^[=+\-@\t\r\n]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}

export function csvOf(rows: readonly AuditLine[]): string {
  const lines = [columns.join(','), ...rows.map((row) => columns.map((name) => cell(row[name])).join(','))];
  return lines.map((line) => `${line}\r\n`).join('');
}

/** Newest first; `whole` tells whether that is all of them. */
export async function auditFile(filter: AuditFilter | null, days: AuditDays) {
  const rows: AuditLine[] = [];
  let before = 0;
  for (;;) {
    const page = await readAudit(filter, days, { limit: PAGE, before });
    rows.push(...page.data);
    before = page.data.at(-1)?.number ?? 0;
    if (!page.has_more || before === 0) return { text: csvOf(rows), whole: true };
    if (rows.length >= AUDIT_FILE_MOST) return { text: csvOf(rows), whole: false };
  }
}

/** Hands the text to the browser as a download. */
export function save(text: string, name: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000); // some browsers read it later
}
