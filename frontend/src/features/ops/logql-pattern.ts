// SPDX-License-Identifier: MIT
// Regular expressions that mean the same as tests do. The service runs none: what a short one can cost is nobody's to
// choose. Alternatives of texts, anything before or after them, and classes of statuses are what logs are asked.
import type { LogOp, LogTest } from '~/features/ops/log-tests';
import { LogqlFault } from '~/features/ops/logql-scan';
import { logs } from '~/text/logs';

const SPECIAL = /[.*+?()[\]{}^$|]/;

/** A text without special signs; null: it has some that are not escaped. */
function literal(pattern: string): string | null {
  let text = '';
  for (let at = 0; at < pattern.length; at++) {
    const sign = pattern[at] ?? '';
    if (sign === '\\') {
      const next = pattern[++at] ?? '';
      if (next === '' || /[A-Za-z0-9]/.test(next)) return null;
      text += next;
    } else if (SPECIAL.test(sign)) {
      return null;
    } else {
      text += sign;
    }
  }
  return text;
}

/** Splits at bars that are not escaped. */
function alternatives(pattern: string): string[] {
  return pattern.match(/(?:[^|\\]|\\.)+|(?<=\||^)(?=\||$)/gs) ?? [''];
}

/** Parentheses around the whole, and anchors: labels are compared whole anyway. */
function bare(pattern: string): string {
  const open = pattern.replace(/^\^/, '').replace(/(?<!\\)\$$/, '');
  const inner = /^\((?:\?:)?((?:[^()\\]|\\.)*)\)$/.exec(open)?.[1];
  return inner ?? open;
}

interface Part {
  op: LogOp;
  text: string;
}

function partOf(pattern: string): Part | null {
  const [, before, middle = '', after] = /^(\.\*)?(.*?)((?<!\\)\.\*)?$/s.exec(pattern) ?? [];
  const text = literal(middle);
  if (text === null) return null;
  if (before && after) return { op: 'contains', text };
  if (after) return { op: 'starts', text };
  return { op: before ? 'ends' : 'is', text };
}

/** 5.. or [45].. or 4..|5..: the hundreds in their order; null: something else. */
function hundreds(parts: readonly string[]): number[] | null {
  const found: number[] = [];
  for (const part of parts) {
    const digits = /^(?:\[([1-9]+)\]|([1-9]))(?:\.\.|\\d\\d|\\d\{2\}|\[0-9\]\[0-9\])$/.exec(part);
    if (!digits) return null;
    for (const digit of digits[1] ?? digits[2] ?? '') found.push(Number(digit));
  }
  return found.sort((a, b) => a - b);
}

function classTests(field: string, classes: readonly number[], not: boolean, at: number): LogTest[] {
  const [lowest = 0, highest = 0] = [classes[0], classes.at(-1)];
  const gapless = new Set(classes).size === highest - lowest + 1;
  if (not || !gapless) throw new LogqlFault(logs.faults.classes(field), at);
  return [
    { field, op: 'at_least', values: [String(lowest * 100)] },
    { field, op: 'below', values: [String((highest + 1) * 100)] },
  ];
}

/** Of a label: the whole value must fit. */
export function labelPattern(field: string, pattern: string, not: boolean, at: number): LogTest[] {
  const negated = not ? { not: true } : {};
  if (pattern === '.*' && !not) return [];
  if (pattern === '.+' || pattern === '..*') {
    return [{ field, op: 'is', values: [''], ...(not ? {} : { not: true }) }];
  }
  const parts = alternatives(bare(pattern));
  const classes = hundreds(parts);
  if (classes) return classTests(field, classes, not, at);
  const read = parts.map(partOf);
  const op = read[0]?.op;
  const fits = (part: Part | null) => part !== null && part.op === op && (part.text !== '' || op === 'is');
  if (op === undefined || !read.every(fits)) {
    throw new LogqlFault(logs.faults.pattern(pattern), at);
  }
  return [{ field, op, values: read.map((part) => part?.text ?? ''), ...negated }];
}

/** Of a line: some part of it must fit. */
export function linePattern(pattern: string, not: boolean, at: number): LogTest[] {
  const inner = /^\((?:\?:)?((?:[^()\\]|\\.)*)\)$/.exec(pattern)?.[1] ?? pattern;
  const texts = alternatives(inner)
    .map((part) => part.replace(/^\.\*/, '').replace(/(?<!\\)\.\*$/, ''))
    .map(literal);
  if (texts.some((text) => text === null || text === '')) {
    throw new LogqlFault(logs.faults.pattern(pattern), at);
  }
  return [{ op: 'contains', values: texts.map((text) => text ?? ''), ...(not ? { not: true } : {}) }];
}
