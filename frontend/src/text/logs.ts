// SPDX-License-Identifier: MIT

export const logs = {
  title: 'Logs',
  text: 'Lines of the gateway, the services and the audit trail, newest first.',
  query: 'Query',
  queryHint:
    'LogQL for lines: a selector, line filters, | json, label filters. All fields of a line are labels.',
  find: 'Search',
  span: 'Time span',
  fixed: (from: string, to: string) => `${from} to ${to}`,
  release: 'Up to now again',
  live: 'Live',
  samples: 'Examples',
  sample: {
    refused: 'Refused by inventory',
    audit: 'Security events',
    failed: 'Failed logins',
    errors: 'Server errors at the gateway',
    slow: 'Slower than 100 ms',
  },
  where: (line: number, column: number) => `Line ${line}, character ${column}: `,
  builder: {
    open: 'Build a query',
    service: 'Service',
    any: 'All',
    severity: 'Level',
    severities: { '': 'All', warn: 'Warnings and errors', error: 'Errors' },
    text: 'Contains',
    field: 'Field',
    op: 'Comparison',
    ops: { '=': 'is', '!=': 'is not', '>=': 'at least', '<': 'below', '=~': 'begins with' },
    value: 'Value',
    use: 'Use as query',
  },
  bars: {
    title: 'Lines over time',
    chart: (lines: string, warnings: string, errors: string) =>
      `Lines: ${lines}. Warnings among them: ${warnings}. Errors: ${errors}.`,
    part: 'Part of the span',
    at: (from: string, lines: string, warnings: string, errors: string) =>
      `${from}. Lines: ${lines}. Warnings: ${warnings}. Errors: ${errors}.`,
    only: 'Show this part only',
    uncounted: (from: string) => `Lines before ${from} are not counted: the search had reached its limit.`,
  },
  list: {
    title: 'Lines',
    none: 'No line of this span passes.',
    noneYet: 'No line so far passes.',
    clear: 'Show all lines',
    searched: (from: string, size: string) => `Searched back to ${from}; looked at ${size}.`,
    exhausted:
      'A search ends when it has looked at its share of the logs. “Load more” goes on where it ended.',
    unread: (count: number) =>
      `${count} packed or unreadable files of this span were not searched. On their host, zgrep reads them.`,
    gap: 'More lines came than can be shown; some of them are left out here.',
    tail: 'New lines appear here as they come.',
    tailFailed: 'New lines cannot be read now; trying again.',
    request: 'Everything of this request',
    trail: 'In the audit trail',
    keep: (field: string) => `Only lines with this ${field}`,
    severities: { fine: 'Info', warning: 'Warning', error: 'Error' },
    shown: (count: number) => (count === 1 ? '1 line shown' : `${count} lines shown`),
  },
  faults: {
    escape: (text: string) => `${text} is no escape that a text may have.`,
    unclosed: 'This text has no closing quote.',
    sign: (sign: string) => `${sign} has no meaning here.`,
    selector: 'A query begins with a selector such as {service="inventory"}.',
    label: 'A label is expected here.',
    closeSelector: 'The selector goes on with a comma or ends with }.',
    equality: 'A label is compared with =, !=, =~ or !~.',
    quotes: 'A text between quotes is expected here.',
    number: 'A number is expected here.',
    stage: (text: string) =>
      text === ''
        ? 'The query ends too early.'
        : `A line filter (|= != |~ !~) or | is expected here, not ${text}.`,
    metric: (name: string) =>
      `${name}() computes a metric. This page shows lines; the chart above them counts, and rates are on the page Metrics.`,
    range: 'Ranges such as [5m] belong to metrics. The time span is chosen beside the query.',
    unsupported: (name: string) =>
      `“${name}” is not supported: lines are JSON, and every field is a label already.`,
    jsonLabels: 'json takes no labels here: every field is a label already.',
    ip: 'ip() is not supported; compare the beginning of the address, such as ip=~"203\\\\.0\\\\..*".',
    brackets: 'Brackets around label filters are not supported; all filters must hold.',
    or: '“or” between labels is not supported. For values of one label, use =~ with bars: status=~"404|422".',
    unit: (text: string) =>
      `${text} has a unit. Durations in the logs are microseconds: 10ms is dur_us > 10000.`,
    emptyText: 'An empty text is in every line.',
    pattern: (pattern: string) =>
      `The regular expression ${pattern} is more than this search runs. It takes alternatives with bars, .* before or after a text, and classes of statuses such as 5..; a dot itself is \\\\.`,
    classes: (field: string) =>
      `Classes of ${field} must follow each other and cannot be negated; use >= and <.`,
    tooMany: (most: number) => `A query has at most ${most} tests, and each at most ${most} values.`,
    tooLong: 'The query is too long.',
  },
};
