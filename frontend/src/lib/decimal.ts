// SPDX-License-Identifier: MIT
// Exact decimal arithmetic on strings. Amounts never become JavaScript numbers.
import Big from 'big.js';

export type Decimal = string;

// Quotients are cut, never rounded up; sums and products are exact anyway.
Big.RM = Big.roundDown;
Big.DP = 30;

const SHAPE = /^-?\d{1,30}(\.\d{1,20})?$/;

/** True for a plain decimal such as "12" or "0.50"; no exponent, no sign but minus, no blanks. */
export function isDecimal(text: string): boolean {
  return SHAPE.test(text);
}

function plain(value: Big): Decimal {
  return value.toFixed();
}

export function add(a: Decimal, b: Decimal): Decimal {
  return plain(Big(a).plus(b));
}

export function subtract(a: Decimal, b: Decimal): Decimal {
  return plain(Big(a).minus(b));
}

export function multiply(a: Decimal, b: Decimal): Decimal {
  return plain(Big(a).times(b));
}

/** a / b, cut off (never rounded up) after `places` digits. */
export function divideDown(a: Decimal, b: Decimal, places: number): Decimal {
  return plain(Big(a).div(b).round(places, Big.roundDown));
}

export function roundDown(value: Decimal, places: number): Decimal {
  return plain(Big(value).round(places, Big.roundDown));
}

export function roundUp(value: Decimal, places: number): Decimal {
  return plain(Big(value).round(places, Big.roundUp));
}

export function compare(a: Decimal, b: Decimal): -1 | 0 | 1 {
  return Big(a).cmp(b);
}

export function sign(value: Decimal): -1 | 0 | 1 {
  return Big(value).cmp(0);
}

export function absolute(value: Decimal): Decimal {
  return plain(Big(value).abs());
}

export function sum(values: readonly Decimal[]): Decimal {
  return values.reduce(add, '0');
}

/** Share of `part` in `whole` as percent with two digits; "0" when the whole is zero. */
export function percentOf(part: Decimal, whole: Decimal): Decimal {
  return sign(whole) === 0 ? '0' : divideDown(multiply(part, '100'), whole, 2);
}

/** For drawing only (bar widths, chart points): the nearest number. Never for amounts shown or sent. */
export function forDrawing(value: Decimal): number {
  return Big(value).toNumber();
}
