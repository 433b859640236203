// SPDX-License-Identifier: MIT
// Lines as people read them. They are strangers' words: everything is shown as text, and nothing of it is trusted to be
// there.
import type { LogLine } from '~/api/types';
import { bytesOf, LOG_VALUE_BYTES } from '~/features/ops/log-tests';
import { quoteLogql } from '~/features/ops/logql';

export type Severity = 'fine' | 'warning' | 'error';

type Fields = Record<string, unknown>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function extraOf(line: LogLine): Fields {
  return isFields(line.line.extra) ? line.line.extra : {};
}

function written(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** A field of the line, else of its extra; empty when there is none. */
export function fieldOf(line: LogLine, name: string): string {
  const value = line.line[name] ?? extraOf(line)[name];
  return value === undefined || value === null ? '' : written(value);
}

/** The same rule as the service's. */
export function severityOf(line: LogLine): Severity {
  const level = fieldOf(line, 'level');
  const status = Number(fieldOf(line, 'status'));
  if (status >= 500 || level === 'ERROR' || level === 'CRITICAL') return 'error';
  return status >= 400 || level === 'WARN' ? 'warning' : 'fine';
}

/** What a line says in a few words: of a request, the method, route, status and code. */
export function summaryOf(line: LogLine): string {
  const of = (name: string) => fieldOf(line, name);
  const words =
    of('action') === 'request_end'
      ? [of('method'), of('route') || of('path'), of('status'), of('code')]
      : [of('action'), of('object'), of('outcome'), of('reason'), of('message')];
  return words.filter(Boolean).join(' ') || of('message');
}

export interface Field {
  name: string;
  value: string;
}

/** All fields, those of the extra after the line's own. */
export function fieldsOf(line: LogLine): Field[] {
  const own = Object.entries(line.line).filter(([name, value]) => name !== 'extra' || !isFields(value));
  return [...own, ...Object.entries(extraOf(line))].flatMap(([name, value]) =>
    value === null ? [] : [{ name, value: written(value) }],
  );
}

const REQUEST_SPAN_MS = 15 * 60 * 1000;

/** Where everything of a request stands: whatever its lines are, and around its time. */
export function requestSearch(line: LogLine): URLSearchParams | null {
  const id = fieldOf(line, 'request_id');
  const at = Date.parse(line.time);
  if (!id || Number.isNaN(at)) return null;
  return new URLSearchParams({
    q: `{service=~".+"} |= ${quoteLogql(id)}`,
    from: String(Math.floor((at - REQUEST_SPAN_MS) / 1000)),
    to: String(Math.ceil((at + REQUEST_SPAN_MS) / 1000)),
  });
}

/** Whether a query can ask for a field's value. */
export function canAsk({ name, value }: Field): boolean {
  return /^[A-Za-z_]\w*$/.test(name) && value !== '' && bytesOf(value) <= LOG_VALUE_BYTES;
}

/** The query with one more test. */
export function narrowed(query: string, { name, value }: Field): string {
  const json = /\|\s*json\b/.test(query) ? '' : ' | json';
  return `${query.trim() || '{}'}${json} | ${name}=${quoteLogql(value)}`;
}
