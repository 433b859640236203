// SPDX-License-Identifier: MIT
// Display of amounts through Intl, as the browser's language writes them. Input are decimal strings, which
// Intl formats exactly.

import { userLocale } from '~/lib/locale';

type Exact = Intl.StringNumericLiteral;

// Making a formatter costs a hundred times more than using it.
const formatters = new Map<string, Intl.NumberFormat>();

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

function exact(value: string | number): Exact {
  return String(value) as Exact;
}

/** From this price on, so many digits: the steps in which the server moves prices. */
const STEPS: readonly [from: number, digits: number][] = [
  [1000, 2],
  [0.5, 4],
  [0.01, 6],
  [0.0001, 8],
];
const MOST_DIGITS = 10;

/** Digits after the point of every price of an asset: those of its published step, or the usual ones at its price. */
export function priceDigits(value: string | number, tick?: string | null): number {
  if (tick) return Math.max(2, fractionOf(tick));
  const size = Math.abs(Number(value));
  if (size === 0) return 2;
  return STEPS.find(([from]) => size >= from)?.[1] ?? MOST_DIGITS;
}

function fractionOf(plain: string): number {
  return plain.replace(/0+$/, '').split('.')[1]?.length ?? 0;
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

/** All prices of one asset have the same digits; pass them where the asset is known. */
export function price(value: string | number, digits = priceDigits(value)): string {
  return formatter({
    style: 'currency',
    currency: 'USD',
    minimumFractionDigits: digits,
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

/** "0.03176": where there is room for the size only, such as on a chart. */
export function briefQuantity(value: string | number): string {
  return formatter({ notation: 'compact', maximumSignificantDigits: 4, roundingMode: 'trunc' }).format(
    exact(value),
  );
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

export function wholePercent(value: string | number): string {
  return formatter({ style: 'unit', unit: 'percent', maximumFractionDigits: 0 }).format(exact(value));
}

export function count(value: number): string {
  return formatter({ maximumFractionDigits: 0 }).format(exact(value));
}

/** A JSON number (catalogue prices) as a decimal string without exponent. */
export function plain(value: number): string {
  return new Intl.NumberFormat('en-US', { useGrouping: false, maximumFractionDigits: 10 }).format(value);
}
