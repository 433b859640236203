// SPDX-License-Identifier: MIT
// Values of charts as people read them. They are measurements, never amounts of money.
import { userLocale } from '~/lib/locale';

const formatters = new Map<string, Intl.NumberFormat>();

function written(value: number, digits = 3): string {
  const key = `${userLocale()} ${digits}`;
  const made =
    formatters.get(key) ??
    new Intl.NumberFormat(userLocale(), { numberingSystem: 'latn', maximumSignificantDigits: digits });
  formatters.set(key, made);
  return made.format(value).replace('-', '\u2212');
}

type Steps = readonly (readonly [size: number, name: string])[];

const binary: Steps = [
  [2 ** 30, 'GiB'],
  [2 ** 20, 'MiB'],
  [2 ** 10, 'KiB'],
  [1, 'B'],
];
const decimal: Steps = [
  [1e9, 'G'],
  [1e6, 'M'],
  [1e4, 'k'],
  [1, ''],
];
const seconds: Steps = [
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'min'],
  [1, 's'],
  [1e-3, 'ms'],
  [1e-6, 'µs'],
];

function scaled(value: number, steps: Steps): string {
  const size = Math.abs(value);
  const [by, name] = steps.find(([from]) => size >= from) ?? steps.at(-1) ?? [1, ''];
  const divisor = size === 0 ? 1 : name === 'k' ? 1e3 : by;
  const shown = size === 0 ? (steps.find(([from]) => from === 1)?.[1] ?? '') : name;
  return `${written(value / divisor)} ${shown}`.trim();
}

/** "12.3 ms", "4.5 MiB", "0.2 %", "1,200 /s". */
export function inUnit(value: number, unit: string): string {
  switch (unit) {
    case 's':
      return scaled(value, seconds);
    case 'bytes':
      return scaled(value, binary);
    case 'Bps':
      return `${scaled(value, binary)}/s`;
    case 'percentunit':
      return `${written(value * 100)} %`;
    case 'reqps':
    case 'ops':
      return `${scaled(value, decimal)} /s`;
    default:
      return scaled(value, decimal);
  }
}
