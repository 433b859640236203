// SPDX-License-Identifier: MIT
// LogQL: the reference's queries as they stand, what they are sent as, and what is refused, where and with which words.
import { describe, expect, it } from 'vitest';
import type { LogLine } from '~/api/types';
import { builtQuery } from '~/features/ops/LogBuilder';
import { fieldOf, fieldsOf, narrowed, requestSearch, severityOf, summaryOf } from '~/features/ops/log-lines';
import { joined } from '~/features/ops/log-requests';
import { quoteLogql, readLogql } from '~/features/ops/logql';
import { logs } from '~/text/logs';

const is = (field: string, ...values: string[]) => ({ field, op: 'is', values });
const isNot = (field: string, ...values: string[]) => ({ ...is(field, ...values), not: true });

describe('queries', () => {
  it.each([
    ['{service="inventory"} | json', [is('service', 'inventory')]],
    ['{service="inventory"} | json | status="422"', [is('service', 'inventory'), is('status', '422')]],
    [
      '{service="audit"} | json | action="auth_failed"',
      [is('service', 'audit'), is('action', 'auth_failed')],
    ],
    ['{service=~".+"} |= "req-1"', [isNot('service', ''), { op: 'contains', values: ['req-1'] }]],
    ['{}', []],
    ['{ service = "a" , level != "INFO" }', [is('service', 'a'), isNot('level', 'INFO')]],
    ['{service="a"} # the rest\n | json', [is('service', 'a')]],
  ])('%s', (text, tests) => {
    expect(readLogql(text)).toEqual({ tests });
  });

  it.each([
    ['| status = 422', [is('status', '422')]],
    ['| status == 422', [is('status', '422')]],
    ['| status != 200', [isNot('status', '200')]],
    ['| status >= 400', [{ field: 'status', op: 'at_least', values: ['400'] }]],
    ['| status > 400', [{ field: 'status', op: 'above', values: ['400'] }]],
    ['| dur_us < 10.5', [{ field: 'dur_us', op: 'below', values: ['10.5'] }]],
    ['| dur_us <= -1', [{ field: 'dur_us', op: 'at_most', values: ['-1'] }]],
    ['| a="1" and b="2"', [is('a', '1'), is('b', '2')]],
    ['| a="1", b="2" c="3"', [is('a', '1'), is('b', '2'), is('c', '3')]],
    ['| a=`x"y`', [is('a', 'x"y')]],
    ['| a="x\\"y\\n\\u00e4"', [is('a', 'x"y\nä')]],
  ])('label filter %s', (stage, tests) => {
    expect(readLogql(`{} | json ${stage}`)).toEqual({ tests });
  });

  it.each([
    ['|= "x"', [{ op: 'contains', values: ['x'] }]],
    ['!= "x"', [{ op: 'contains', values: ['x'], not: true }]],
    ['|= "x" or "y"', [{ op: 'contains', values: ['x', 'y'] }]],
    ['|~ "x|y"', [{ op: 'contains', values: ['x', 'y'] }]],
    ['|~ "(x\\\\.1|.*y.*)"', [{ op: 'contains', values: ['x.1', 'y'] }]],
    ['!~ "x"', [{ op: 'contains', values: ['x'], not: true }]],
  ])('line filter %s', (filter, tests) => {
    expect(readLogql(`{} ${filter}`)).toEqual({ tests });
  });

  it.each([
    ['a=~"x|y"', [is('a', 'x', 'y')]],
    ['a!~"x|y"', [isNot('a', 'x', 'y')]],
    ['a=~"^(?:x|y)$"', [is('a', 'x', 'y')]],
    ['a=~"x|"', [is('a', 'x', '')]],
    ['a=~".*"', []],
    ['a!~".+"', [is('a', '')]],
    ['a=~"/api/v1/.*"', [{ field: 'a', op: 'starts', values: ['/api/v1/'] }]],
    ['a=~".*_failed"', [{ field: 'a', op: 'ends', values: ['_failed'] }]],
    ['a=~".*x.*|.*y.*"', [{ field: 'a', op: 'contains', values: ['x', 'y'] }]],
    ['a=~"203\\\\.0\\\\..*"', [{ field: 'a', op: 'starts', values: ['203.0.'] }]],
  ])('pattern %s', (matcher, tests) => {
    expect(readLogql(`{${matcher}}`)).toEqual({ tests });
  });

  it.each([
    ['5..', '500', '600'],
    ['4..|5..', '400', '600'],
    ['[45]..', '400', '600'],
    ['4\\\\d\\\\d', '400', '500'],
  ])('class of statuses %s', (pattern, low, high) => {
    expect(readLogql(`{} | status=~"${pattern}"`)).toEqual({
      tests: [
        { field: 'status', op: 'at_least', values: [low] },
        { field: 'status', op: 'below', values: [high] },
      ],
    });
  });

  it.each([
    ['', 0, logs.faults.selector],
    ['service="a"', 0, logs.faults.selector],
    ['rate({service="a"}[5m])', 0, logs.faults.metric('rate')],
    ['sum by (service) (rate({}[1m]))', 0, logs.faults.metric('sum')],
    ['{service="a"', 12, logs.faults.closeSelector],
    ['{service}', 8, logs.faults.equality],
    ['{service=a}', 9, logs.faults.quotes],
    ['{service="a}', 9, logs.faults.unclosed],
    ['{service="\\q"}', 9, logs.faults.escape('\\q')],
    ['{} ; x', 3, logs.faults.sign(';')],
    ['{} json', 3, logs.faults.stage('json')],
    ['{} |', 4, logs.faults.label],
    ['{} | logfmt', 5, logs.faults.unsupported('logfmt')],
    ['{} | json | line_format "{{.x}}"', 12, logs.faults.unsupported('line_format')],
    ['{} | json status="status"', 10, logs.faults.jsonLabels],
    ['{} |= ip("10.0.0.0/8")', 6, logs.faults.ip],
    ['{} | a="1" or b="2"', 11, logs.faults.or],
    ['{} | (a="1")', 5, logs.faults.brackets],
    ['{} | dur > 10ms', 11, logs.faults.unit('10ms')],
    ['{} | dur > "x"', 11, logs.faults.number],
    ['{}[5m]', 2, logs.faults.range],
    ['{} |= ""', 6, logs.faults.emptyText],
    ['{a=~"x.y"}', 4, logs.faults.pattern('x.y')],
    ['{a=~"(a+)+"}', 4, logs.faults.pattern('(a+)+')],
    ['{a=~"x|y.*"}', 4, logs.faults.pattern('x|y.*')],
    ['{} |~ "a[bc]"', 6, logs.faults.pattern('a[bc]')],
    ['{} | status!~"2.."', 13, logs.faults.classes('status')],
    ['{} | status=~"2..|5.."', 13, logs.faults.classes('status')],
  ])('refuses %s with words', (text, at, message) => {
    const { fault } = readLogql(text);
    expect({ at: fault?.at, message: fault?.message }).toEqual({ at, message });
  });

  it('knows the limits of the service', () => {
    expect(readLogql(`{} ${'|= "x" '.repeat(17)}`).fault?.message).toBe(logs.faults.tooMany(16));
    expect(readLogql(`{a=~"${Array.from({ length: 17 }, (_, n) => n).join('|')}"}`).fault?.message).toBe(
      logs.faults.tooMany(16),
    );
    expect(readLogql(`{a="${'ä'.repeat(129)}"}`).fault?.message).toBe(logs.faults.tooLong);
  });

  it('reads back every text that it has quoted', () => {
    for (const text of ['x', '"', '\\', '`', 'a\nb\tc\r', '\b\f\u0001', 'ä€😀', '{{x}} | json']) {
      expect(readLogql(`{} |= ${quoteLogql(text)}`)).toEqual({ tests: [{ op: 'contains', values: [text] }] });
    }
  });
});

describe('builder', () => {
  const nothing = { service: '', severity: '', text: '', field: '', op: '=', value: '' } as const;

  it.each([
    [nothing, '{service=~".+"} | json'],
    [
      { ...nothing, service: 'inventory', field: 'status', value: '422' },
      '{service="inventory"} | json | status = "422"',
    ],
    [
      { ...nothing, field: 'status', op: '>=', value: ' 500 ' } as const,
      '{service=~".+"} | json | status >= 500',
    ],
    [
      { ...nothing, severity: 'error', text: 'say "x"' } as const,
      '{service=~".+"} |= "say \\"x\\"" | json | level=~"ERROR|CRITICAL"',
    ],
    [
      { ...nothing, field: 'ip', op: '=~', value: '203.0.' } as const,
      '{service=~".+"} | json | ip=~"203\\\\.0\\\\..*"',
    ],
  ])('writes a query that can be read: %o', (choice, query) => {
    expect(builtQuery(choice)).toBe(query);
    expect(readLogql(query).fault).toBeUndefined();
  });
});

function lineOf(line: Record<string, unknown>, id = '1'): LogLine {
  const time = '2026-11-22T09:30:15.123456Z';
  return { id, time, line: { timestamp: time, ...line } };
}

describe('lines', () => {
  const refused = lineOf({
    level: 'INFO',
    request_id: 'req-1',
    action: 'request_end',
    user: null,
    extra: { method: 'GET', route: '/x', status: 422, code: 'validation_failed' },
  });

  it('are told in a few words, whatever is in them', () => {
    expect(summaryOf(refused)).toBe('GET /x 422 validation_failed');
    expect(summaryOf(lineOf({ action: 'logout', extra: { outcome: 'success' } }))).toBe('logout success');
    expect(summaryOf(lineOf({ message: ['odd'], extra: 'text' }))).toBe('["odd"]');
    expect(summaryOf(lineOf({}))).toBe('');
    expect(fieldOf(refused, 'status')).toBe('422');
    expect(fieldsOf(refused).map(({ name }) => name)).toEqual([
      ...['timestamp', 'level', 'request_id', 'action', 'method', 'route', 'status', 'code'],
    ]);
  });

  it('are as grave as the graver of level and status', () => {
    expect(severityOf(refused)).toBe('warning');
    expect(severityOf(lineOf({ level: 'INFO', status: 502 }))).toBe('error');
    expect(severityOf(lineOf({ level: 'CRITICAL' }))).toBe('error');
    expect(severityOf(lineOf({ level: 'INFO', status: 200 }))).toBe('fine');
  });

  it('lead to everything of their request', () => {
    const search = requestSearch(refused);
    expect(search?.get('q')).toBe('{service=~".+"} |= "req-1"');
    expect(Number(search?.get('to')) - Number(search?.get('from'))).toBe(1801);
    expect(requestSearch(lineOf({ request_id: null }))).toBeNull();
  });

  it('narrow a query', () => {
    expect(narrowed('', { name: 'user', value: '7' })).toBe('{} | json | user="7"');
    expect(narrowed('{} | json ', { name: 'user', value: 'a"b' })).toBe('{} | json | user="a\\"b"');
  });

  it('come once, newest first, and say when some were left out', () => {
    const known = { lines: [lineOf({}, 'a')], gap: false };
    const later = { ...lineOf({}, 'b'), time: '2026-11-22T09:30:16.000000Z' };
    const page = { data: [later, lineOf({}, 'a')], has_more: true };
    expect(joined(known, page)).toEqual({ lines: [later, lineOf({}, 'a')], gap: false });
    expect(joined(known, { data: [later], has_more: true }).gap).toBe(true);
  });
});
