// SPDX-License-Identifier: MIT
// Display of amounts and times through Intl, as the browser's language writes them. Input are decimal strings, which
// Intl formats exactly.

import { userLocale } from '~/lib/locale';
import { turn } from '~/lib/turn';

type Exact = Intl.StringNumericLiteral;

// Making a formatter costs a hundred times more than using it.
const formatters = new Map<string, Intl.NumberFormat>();
const dateFormatters = new Map<string, Intl.DateTimeFormat>();

interface Written {
  format(value: Exact): string;
}

/** Negative numbers are written with a real minus sign, as wide as the plus. */
function formatter(options: Intl.NumberFormatOptions): Written {
  const locale = userLocale();
  const key = locale + JSON.stringify(options);
  const made = formatters.get(key) ?? new Intl.NumberFormat(locale, { numberingSystem: 'latn', ...options });
  formatters.set(key, made);
  return { format: (value) => made.format(value).replace('-', '\u2212') };
}

function dateFormatter(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const locale = userLocale();
  const key = locale + JSON.stringify(options);
  const made =
    dateFormatters.get(key) ?? new Intl.DateTimeFormat(locale, { numberingSystem: 'latn', ...options });
  dateFormatters.set(key, made);
  return made;
}

function exact(value: string | number): Exact {
  return String(value) as Exact;
}

/** Digits after the point that a price needs: two above one dollar, more for small coins. */
function priceDigits(value: string | number): number {
  const size = Math.abs(Number(value));
  if (size === 0 || size >= 1) return 2;
  return size >= 0.01 ? 4 : Math.min(10, Math.ceil(-Math.log10(size)) + 3);
}

/** "$1,234.50": cash, always two digits, rounded towards zero so nobody sees money they lack. */
export function money(value: string | number): string {
  return formatter({
    style: 'currency',
    currency: 'USD',
    minimumFractionDigits: 2,
    maximumFractionDigits: 2,
    roundingMode: 'trunc',
  }).format(exact(value));
}

/** "$100": whole dollars on a button. */
export function compactDollars(value: string): string {
  return formatter({ style: 'currency', currency: 'USD', maximumFractionDigits: 0 }).format(exact(value));
}

/** What an order costs or brings, rounded to the nearest cent. */
export function total(value: string): string {
  return formatter({ style: 'currency', currency: 'USD' }).format(exact(value));
}

/** "+$12.00" or "−$3.10". */
export function signedMoney(value: string): string {
  return formatter({
    style: 'currency',
    currency: 'USD',
    minimumFractionDigits: 2,
    maximumFractionDigits: 2,
    signDisplay: 'exceptZero',
  }).format(exact(value));
}

export function price(value: string | number): string {
  const digits = priceDigits(value);
  return formatter({
    style: 'currency',
    currency: 'USD',
    minimumFractionDigits: Math.min(digits, 4),
    maximumFractionDigits: digits,
  }).format(exact(value));
}

/** "$1.20B": large figures on cards and tables; the exact value belongs into a title attribute. */
export function compactMoney(value: string | number): string {
  return formatter({
    style: 'currency',
    currency: 'USD',
    notation: 'compact',
    minimumFractionDigits: 2,
    maximumFractionDigits: 2,
  }).format(exact(value));
}

export function quantity(value: string | number): string {
  return formatter({ maximumFractionDigits: 8, roundingMode: 'trunc' }).format(exact(value));
}

/** What a field was understood as: no grouping signs, so that it can be read in one way only. */
export function reading(value: string, unit: string): string {
  const options = { useGrouping: false, maximumFractionDigits: 20 } as const;
  const dollars = unit === 'USD';
  const text = formatter(
    dollars ? { ...options, style: 'currency', currency: 'USD', minimumFractionDigits: 2 } : options,
  ).format(exact(value));
  return dollars ? text : `${text} ${unit}`;
}

export function compactQuantity(value: string | number): string {
  return formatter({ notation: 'compact', maximumFractionDigits: 2 }).format(exact(value));
}

/** "+1.23%": value is already in percent. */
export function signedPercent(value: string | number): string {
  return formatter({
    style: 'unit',
    unit: 'percent',
    minimumFractionDigits: 2,
    maximumFractionDigits: 2,
    signDisplay: 'exceptZero',
  }).format(exact(value));
}

export function percent(value: string | number): string {
  return formatter({ style: 'unit', unit: 'percent', maximumFractionDigits: 1 }).format(exact(value));
}

export function count(value: number): string {
  return formatter({ maximumFractionDigits: 0 }).format(exact(value));
}

export type Zone = 'local' | 'utc';

function timeZone(zone: Zone): { timeZone?: string } {
  return zone === 'utc' ? { timeZone: 'UTC' } : {};
}

export function dateTime(iso: string, zone: Zone): string {
  return dateFormatter({
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'short',
    ...timeZone(zone),
  }).format(new Date(iso));
}

export function day(iso: string, zone: Zone): string {
  return dateFormatter({
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    ...timeZone(zone),
  }).format(new Date(iso));
}

export function clock(ms: number, zone: Zone): string {
  return dateFormatter({
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    ...timeZone(zone),
  }).format(new Date(ms));
}

const STEPS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

/** "2 minutes ago"; always shown together with the absolute time. */
export function ago(iso: string, nowMs: number): string {
  const seconds = Math.round((new Date(iso).getTime() - nowMs) / 1000);
  const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
  for (const [unit, size] of STEPS) {
    if (Math.abs(seconds) >= size) return relative.format(Math.trunc(seconds / size), unit);
  }
  return relative.format(seconds, 'second');
}

/** A JSON number (catalogue prices) as a decimal string without exponent. */
export function plain(value: number): string {
  return new Intl.NumberFormat('en-US', { useGrouping: false, maximumFractionDigits: 10 }).format(value);
}

/** Makes the usual formatters one by one while the first answers are on their way. */
export function warmFormats(): void {
  const uses = [
    () => money('1'),
    () => signedMoney('1'),
    () => price('1'),
    () => quantity('1'),
    () => signedPercent('1'),
    () => compactMoney('1'),
    () => dateTime('2026-01-01T00:00:00Z', 'local'),
    () => clock(0, 'local'),
  ];
  for (const use of uses) turn().then(use);
}
