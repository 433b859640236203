// SPDX-License-Identifier: MIT
// LogQL as far as it asks for lines: a selector, line filters, `| json`, label filters. The whole grammar is larger;
// what is not understood is refused with a sentence, never left out.
import {
  bytesOf,
  LOG_MATCH_BYTES,
  LOG_TESTS_MAX,
  LOG_VALUE_BYTES,
  LOG_VALUES_MAX,
  type LogOp,
  type LogTest,
  matchOf,
} from '~/features/ops/log-tests';
import { labelPattern, linePattern } from '~/features/ops/logql-pattern';
import { LogqlFault, scanLogql, type Token } from '~/features/ops/logql-scan';
import { logs } from '~/text/logs';

export type LogqlReading = { tests: LogTest[]; fault?: undefined } | { tests?: undefined; fault: LogqlFault };

const comparisons: Record<string, LogOp> = { '>': 'above', '>=': 'at_least', '<': 'below', '<=': 'at_most' };
const equalities = new Set(['=', '==', '!=', '=~', '!~']);
const stages = new Set([
  ...['logfmt', 'pattern', 'regexp', 'unpack', 'line_format', 'label_format', 'decolorize', 'drop', 'keep'],
  ...['unwrap', 'distinct'],
]);
const functions = new Set([
  ...['rate', 'count_over_time', 'bytes_rate', 'bytes_over_time', 'sum', 'avg', 'min', 'max', 'count'],
  ...['topk', 'bottomk', 'quantile_over_time', 'absent_over_time', 'avg_over_time', 'sum_over_time'],
  ...['stddev', 'stdvar'],
]);

class Parser {
  private at = 0;
  private readonly tests: LogTest[] = [];
  private readonly tokens: readonly Token[];

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  query(): LogTest[] {
    const first = this.peek();
    if (first.kind === 'name' && functions.has(first.text)) this.refuse(logs.faults.metric(first.text));
    this.expect('{', logs.faults.selector);
    this.selector();
    while (this.peek().kind !== 'end') this.stage();
    return this.tests;
  }

  private peek(): Token {
    return this.tokens[this.at] as Token; // there is an end
  }

  private next(): Token {
    const token = this.peek();
    if (token.kind !== 'end') this.at += 1;
    return token;
  }

  private refuse(message: string, at = this.peek().at): never {
    throw new LogqlFault(message, at);
  }

  private is(sign: string): boolean {
    const { kind, text } = this.peek();
    return text === sign && (kind === 'sign' || kind === 'name');
  }

  private accept(sign: string): boolean {
    const found = this.is(sign);
    if (found) this.next();
    return found;
  }

  private expect(sign: string, message: string): void {
    if (!this.accept(sign)) this.refuse(message);
  }

  private take(kind: Token['kind'], message: string): Token {
    return this.peek().kind === kind ? this.next() : this.refuse(message);
  }

  private add(...tests: LogTest[]): void {
    this.tests.push(...tests);
  }

  private selector(): void {
    if (this.accept('}')) return;
    do {
      const { text: field } = this.take('name', logs.faults.label);
      this.equality(field, this.next());
    } while (this.accept(','));
    this.expect('}', logs.faults.closeSelector);
  }

  /** `=`, `!=`, `=~` or `!~` and a string. */
  private equality(field: string, { text: sign, at, kind }: Token): void {
    if (kind !== 'sign' || !equalities.has(sign)) this.refuse(logs.faults.equality, at);
    const value = this.take('string', logs.faults.quotes);
    const not = sign.startsWith('!');
    if (sign.endsWith('~')) this.add(...labelPattern(field, value.text, not, value.at));
    else this.add({ field, op: 'is', values: [value.text], ...(not ? { not: true } : {}) });
  }

  private stage(): void {
    const { text: sign, at } = this.next();
    if (sign === '|=' || sign === '|~' || sign === '!=' || sign === '!~') this.lineFilter(sign);
    else if (sign === '|') this.pipe();
    else if (sign === '[') this.refuse(logs.faults.range, at);
    else this.refuse(logs.faults.stage(sign), at);
  }

  private lineFilter(sign: string): void {
    if (this.is('ip')) this.refuse(logs.faults.ip);
    const not = sign.startsWith('!');
    const values = [this.take('string', logs.faults.quotes)];
    while (this.accept('or')) values.push(this.take('string', logs.faults.quotes));
    if (sign.endsWith('~')) {
      const read = values.map(({ text, at }) => linePattern(text, not, at)[0]?.values ?? []);
      this.add({ op: 'contains', values: read.flat(), ...(not ? { not: true } : {}) });
      return;
    }
    const texts = values.map(({ text }) => text);
    // an empty text is in every line
    if (texts.includes('')) this.refuse(logs.faults.emptyText, values[0]?.at);
    this.add({ op: 'contains', values: texts, ...(not ? { not: true } : {}) });
  }

  private pipe(): void {
    const word = this.peek();
    if (word.kind === 'name' && stages.has(word.text)) this.refuse(logs.faults.unsupported(word.text));
    if (this.accept('json')) {
      if (this.peek().kind === 'name') this.refuse(logs.faults.jsonLabels);
      return;
    }
    do this.labelFilter();
    while (this.accept(',') || this.accept('and') || this.peek().kind === 'name');
  }

  private labelFilter(): void {
    if (this.is('(')) this.refuse(logs.faults.brackets);
    const name = this.take('name', logs.faults.label);
    if (name.text === 'or') this.refuse(logs.faults.or, name.at);
    const sign = this.next();
    const op = comparisons[sign.text];
    const value = this.peek();
    if (value.kind === 'unit') this.refuse(logs.faults.unit(value.text));
    if (op === undefined && value.kind === 'string') {
      this.equality(name.text, sign);
    } else if (value.kind !== 'number') {
      this.refuse(op === undefined ? logs.faults.quotes : logs.faults.number);
    } else if (op !== undefined) {
      this.add({ field: name.text, op, values: [this.next().text] });
    } else if (sign.text === '==' || sign.text === '=' || sign.text === '!=') {
      const not = sign.text === '!=' ? { not: true } : {};
      this.add({ field: name.text, op: 'is', values: [this.next().text], ...not });
    } else {
      this.refuse(logs.faults.quotes);
    }
  }
}

/** The service has the last word about its limits; this says it sooner. */
function judge(tests: LogTest[]): LogTest[] {
  const values = tests.map((test) => test.values);
  if (tests.length > LOG_TESTS_MAX || values.some((list) => list.length > LOG_VALUES_MAX)) {
    throw new LogqlFault(logs.faults.tooMany(LOG_TESTS_MAX), 0);
  }
  if (
    values.flat().some((text) => bytesOf(text) > LOG_VALUE_BYTES) ||
    bytesOf(matchOf(tests) ?? '') > LOG_MATCH_BYTES
  ) {
    throw new LogqlFault(logs.faults.tooLong, 0);
  }
  return tests;
}

export function readLogql(text: string): LogqlReading {
  try {
    return { tests: judge(new Parser(scanLogql(text)).query()) };
  } catch (fault) {
    if (fault instanceof LogqlFault) return { fault };
    throw fault;
  }
}

/** A text between quotes. */
export function quoteLogql(text: string): string {
  return JSON.stringify(text);
}
