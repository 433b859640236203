// SPDX-License-Identifier: MIT
// The words and signs of LogQL, with their places, so that a refusal can point at what it means.
import { logs } from '~/text/logs';

export type TokenKind = 'name' | 'string' | 'number' | 'unit' | 'sign' | 'end';

export interface Token {
  kind: TokenKind;
  /** Of a string: what it means, without quotes and escapes. */
  text: string;
  at: number;
}

/** What is wrong with a query, and at which character. */
export class LogqlFault extends Error {
  readonly at: number;

  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

const blank = /(?:\s|#[^\n]*)+/y;
const name = /[A-Za-z_][A-Za-z0-9_]*/y;
/** A number with letters behind it is a duration or a size. */
const number = /-?\d+(?:\.\d+)?([A-Za-zµ]\w*)?/y;
const sign = /\|=|\|~|!=|!~|=~|==|>=|<=|[{}(),=|<>[\]/*+%^-]/y;
const raw = /`([^`]*)`/y;
const quoted = /"((?:[^"\\\n]|\\.)*)"/y;

const escapes: Record<string, string> = {
  ...{ n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' },
  ...{ '"': '"', "'": "'", '\\': '\\' },
};

/** Escapes of Go, as LogQL has them. */
function meant(text: string, at: number): string {
  return text.replace(/\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)/g, (whole, code: string) => {
    const plain = escapes[code];
    if (plain !== undefined) return plain;
    if (code.length > 1) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
    throw new LogqlFault(logs.faults.escape(whole), at);
  });
}

function take(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

function tokenAt(text: string, at: number): { token: Token; length: number } {
  const string = take(raw, text, at);
  if (string) return { token: { kind: 'string', text: string[1] ?? '', at }, length: string[0].length };
  const escaped = take(quoted, text, at);
  if (escaped) {
    return { token: { kind: 'string', text: meant(escaped[1] ?? '', at), at }, length: escaped[0].length };
  }
  const word = take(name, text, at);
  if (word) return { token: { kind: 'name', text: word[0], at }, length: word[0].length };
  const digits = take(number, text, at);
  if (digits) {
    const kind = digits[1] ? 'unit' : 'number';
    return { token: { kind, text: digits[0], at }, length: digits[0].length };
  }
  const mark = take(sign, text, at);
  if (mark) return { token: { kind: 'sign', text: mark[0], at }, length: mark[0].length };
  const first = text[at] ?? '';
  throw new LogqlFault(first === '"' || first === '`' ? logs.faults.unclosed : logs.faults.sign(first), at);
}

/** The last token is always `end`. */
export function scanLogql(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  for (;;) {
    at += take(blank, text, at)?.[0].length ?? 0;
    if (at >= text.length) break;
    const { token, length } = tokenAt(text, at);
    tokens.push(token);
    at += length;
  }
  tokens.push({ kind: 'end', text: '', at: text.length });
  return tokens;
}
