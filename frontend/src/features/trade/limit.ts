// SPDX-License-Identifier: MIT
// From what was typed to a limit order that can be previewed. Pure functions, exact decimals.
import type { OrderDraft } from '~/api/trading';
import type { SelfTradePrevention, TimeInForce } from '~/api/types';
import {
  type LimitReading,
  type Reading,
  readLimit,
  readOrder,
  type TypedOrder,
} from '~/features/trade/input';
import * as decimal from '~/lib/decimal';
import { limits } from '~/text/limits';

const MOST_DIGITS = 6;
const CENTS_FROM = '1000';

export interface Terms {
  timeInForce: TimeInForce;
  /** The end of what waits till a time, as a moment; null while it cannot be read. */
  expiresAt: string | null;
  postOnly: boolean;
  selfTrade: SelfTradePrevention;
}

const atOnce: readonly TimeInForce[] = ['IOC', 'FOK'];

/** What is not filled at once goes on the book. */
export const waitsOnBook = (term: TimeInForce) => !atOnce.includes(term);

/** It is to wait till a time that is not there, or cannot be read. */
export const isEndless = ({ timeInForce, expiresAt }: Pick<Terms, 'timeInForce' | 'expiresAt'>) =>
  timeInForce === 'GTD' && expiresAt === null;

/** Only what differs from what the server does anyway, so that an order looks the same however it was typed. */
export function termsOf({ timeInForce, expiresAt, postOnly, selfTrade }: Terms): Partial<OrderDraft> {
  return {
    time_in_force: timeInForce,
    ...(timeInForce === 'GTD' && expiresAt !== null ? { expires_at: expiresAt } : {}),
    ...(postOnly && waitsOnBook(timeInForce) ? { post_only: true } : {}),
    ...(selfTrade === 'cancel_newest' ? {} : { self_trade_prevention: selfTrade }),
  };
}

/** Limits have six digits that count, and whole cents from 1,000 dollars on. */
export function isOnGrid(price: decimal.Decimal): boolean {
  const [whole = '', fraction = ''] = price.split('.');
  const digits = fraction.replace(/0+$/, '');
  if (decimal.compare(price, CENTS_FROM) >= 0) return digits.length <= 2;
  return (whole + digits).replace(/^0+/, '').length <= MOST_DIGITS;
}

export function readLimitPrice(text: string, locale?: string): LimitReading {
  const reading = readLimit(text, locale);
  if (reading.price === null || isOnGrid(reading.price)) return reading;
  return { price: null, fault: limits.digits };
}

/** The order as typed, and what is wrong with its quantity; without a price there is none. */
export function readLimitOrder(
  typed: TypedOrder,
  { price, fault }: LimitReading,
  terms: Terms,
  step?: string,
): Reading {
  const sized = readOrder(typed, step);
  if (sized.draft === null || price === null || fault !== null || isEndless(terms))
    return { ...sized, draft: null };
  const order_type = typed.side === 'buy' ? 'limit_buy' : 'limit_sell';
  return { draft: { ...sized.draft, order_type, price, ...termsOf(terms) }, fault: null };
}

/** Whether a limit reaches the price of now, so that it trades at once. */
export function reaches(side: TypedOrder['side'], price: string, now: string): boolean {
  const order = decimal.compare(price, now);
  return side === 'buy' ? order >= 0 : order <= 0;
}
