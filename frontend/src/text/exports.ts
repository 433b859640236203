// SPDX-License-Identifier: MIT

export const exports = {
  open: 'Export',
  title: 'Export',
  text: 'Everything of the chosen days, of one moment. A download that breaks off is not whole.',
  what: 'What',
  statement: 'Statement',
  orders: 'Orders',
  trades: 'Trades and gains',
  from: 'First day',
  to: 'Last day',
  allDays: 'Empty fields leave out nothing.',
  zone: 'Days by the clock of',
  backwards: 'The last day is before the first.',
  csv: 'Download CSV',
  jsonl: 'Download JSON Lines',
  filtered: 'The filters of the list apply.',
} as const;
