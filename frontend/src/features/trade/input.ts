// SPDX-License-Identifier: MIT
// From what was typed to an order that can be previewed. Pure functions, exact decimals.
import type { OrderDraft } from '~/api/trading';
import type { Portfolio } from '~/api/types';
import * as decimal from '~/lib/decimal';
import { asTyped, readTyped } from '~/lib/typed-number';
import { trade } from '~/text/trade';

export type Side = 'buy' | 'sell';
export type Mode = 'quantity' | 'amount';
export type Kind = 'market' | 'limit' | 'stop';

const CENT = '0.01';
/** Of the ledger; what an asset publishes is never finer. */
const FINEST = '0.00000001';
const LARGEST = { quantity: '99999999999', amount: '1000000' } as const;
const PRICE_DIGITS = 10;
const LARGEST_PRICE = '1000000';

export interface TypedOrder {
  assetId: string;
  side: Side;
  mode: Mode;
  text: string;
}

export interface Reading {
  draft: OrderDraft | null;
  fault: string | null;
}

const DOLLARS = ['US$', '$', 'USD'] as const;

/** What may stand beside the number. */
const units = (mode: Mode, assetId: string) => (mode === 'amount' ? DOLLARS : [assetId]);

const digitsOf = (step: string) => step.replace(/\.?0+$/, '').split('.')[1]?.length ?? 0;

function faultOf(value: decimal.Decimal, mostDigits: number, largest: string): string | null {
  if (decimal.sign(value) === 0) return trade.invalid.zero;
  const digits = value.split('.')[1]?.length ?? 0;
  if (digits > mostDigits) return trade.invalid.digits(mostDigits);
  return decimal.compare(value, largest) > 0 ? trade.invalid.tooLarge : null;
}

interface Bounds {
  units: readonly string[];
  mostDigits: number;
  largest: string;
}

/** An empty field is neither a value nor a mistake. */
function readWithin(text: string, { units, mostDigits, largest }: Bounds, locale?: string) {
  const { value, fault: unread } = readTyped(text, units, locale);
  if (unread === 'empty') return { value: null, fault: null };
  if (value === null) return { value: null, fault: trade.invalid[unread](asTyped('0.25', locale)) };
  const fault = faultOf(value, mostDigits, largest);
  return fault ? { value: null, fault } : { value, fault: null };
}

export function readOrder(
  { assetId, side, mode, text }: TypedOrder,
  step = FINEST,
  locale?: string,
): Reading {
  const mostDigits = digitsOf(mode === 'quantity' ? step : CENT);
  const bounds = { units: units(mode, assetId), mostDigits, largest: LARGEST[mode] };
  const { value, fault } = readWithin(text, bounds, locale);
  if (value === null) return { draft: null, fault };
  const order_type = side === 'buy' ? 'market_buy' : 'market_sell';
  return { draft: { order_type, asset_id: assetId, [mode]: value }, fault: null };
}

/** It has a limit, and what is not filled at once waits. */
export const isLimit = ({ order_type }: Pick<OrderDraft, 'order_type'>) => !order_type.startsWith('market');

export interface LimitReading {
  price: string | null;
  fault: string | null;
}

/** The worst acceptable price as typed; an empty field accepts any. */
export function readLimit(text: string, locale?: string): LimitReading {
  const bounds = { units: DOLLARS, mostDigits: PRICE_DIGITS, largest: LARGEST_PRICE };
  const { value, fault } = readWithin(text, bounds, locale);
  return { price: value, fault };
}

/** With the worst acceptable price; a limit that cannot be read leaves no order at all. */
export function withLimit(draft: OrderDraft | null, { price, fault }: LimitReading): OrderDraft | null {
  if (fault !== null) return null;
  return draft && price !== null ? { ...draft, price } : draft;
}

interface Means {
  cash: string;
  held: string;
  price: string;
  maxOrderValue: string;
}

function smaller(a: string, b: string): string {
  return decimal.compare(a, b) <= 0 ? a : b;
}

/** What a share button fills in: dollars when buying, units when selling; above the order limit only when it is the whole holding. */
export function shareOf(percent: number, side: Side, means: Means): { mode: Mode; text: string } {
  const share = (whole: string) => decimal.divideDown(decimal.multiply(whole, String(percent)), '100', 8);
  if (side === 'buy') {
    return { mode: 'amount', text: decimal.roundDown(smaller(share(means.cash), means.maxOrderValue), 2) };
  }
  if (percent === 100) return { mode: 'quantity', text: means.held };
  const most =
    decimal.sign(means.price) > 0 ? decimal.divideDown(means.maxOrderValue, means.price, 8) : means.held;
  return { mode: 'quantity', text: smaller(share(means.held), most) };
}

interface Position {
  held: string;
  price: string;
  maxOrderValue: string | undefined;
}

/** A sale of the whole holding closes the position where an order would be too large; it is never too small. */
export function withClose(draft: OrderDraft | null, { held, price, maxOrderValue }: Position) {
  if (draft?.order_type !== 'market_sell' || draft.quantity === undefined || !maxOrderValue) return draft;
  const whole = decimal.compare(draft.quantity, held) === 0;
  const value = decimal.multiply(draft.quantity, price);
  return whole && decimal.compare(value, maxOrderValue) > 0 ? { ...draft, close: true as const } : draft;
}

/** Units that no order holds. */
export function freeUnits(portfolio: Portfolio | undefined, assetId: string): string {
  const holding = portfolio?.assets.find(({ asset_id }) => asset_id === assetId);
  return holding ? decimal.subtract(holding.quantity, holding.held_quantity) : '0';
}

/** How many dollars are missing for the order, in whole cents; null when none are. */
export function missingCash(total: string, cash: string): string | null {
  const missing = decimal.subtract(total, cash);
  return decimal.sign(missing) > 0 ? decimal.roundUp(missing, 2) : null;
}

const MOVE_PERCENT = '0.5';

/** Whether the price has moved so far since the review was opened that it must be confirmed again. */
export function movedTooFar(seen: string, now: string): boolean {
  if (decimal.sign(seen) === 0) return true;
  const distance = decimal.absolute(decimal.subtract(now, seen));
  return decimal.compare(decimal.multiply(distance, '100'), decimal.multiply(seen, MOVE_PERCENT)) > 0;
}
