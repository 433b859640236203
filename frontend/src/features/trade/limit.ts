// SPDX-License-Identifier: MIT
// From what was typed to a limit order that can be previewed. Pure functions, exact decimals.
import type { OrderDraft } from '~/api/trading';
import type { TimeInForce } from '~/api/types';
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
  postOnly: boolean;
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
  { timeInForce, postOnly }: Terms,
  step?: string,
): Reading {
  const sized = readOrder(typed, step);
  if (sized.draft === null || price === null || fault !== null) return { ...sized, draft: null };
  const draft: OrderDraft = {
    ...sized.draft,
    order_type: typed.side === 'buy' ? 'limit_buy' : 'limit_sell',
    price,
    time_in_force: timeInForce,
  };
  return { draft: postOnly && timeInForce === 'GTC' ? { ...draft, post_only: true } : draft, fault: null };
}

/** Whether a limit reaches the price of now, so that it trades at once. */
export function reaches(side: TypedOrder['side'], price: string, now: string): boolean {
  const order = decimal.compare(price, now);
  return side === 'buy' ? order >= 0 : order <= 0;
}
