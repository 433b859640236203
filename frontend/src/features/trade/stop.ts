// SPDX-License-Identifier: MIT
// From what was typed to an order that waits for a price. Pure functions, exact decimals.
import type { OrderDraft } from '~/api/trading';
import {
  type LimitReading,
  type Reading,
  readOrder,
  type Side,
  type TypedOrder,
} from '~/features/trade/input';
import { isEndless, type Terms, termsOf } from '~/features/trade/limit';
import * as decimal from '~/lib/decimal';

/** A stop waits for a price that is worse for its owner than the one of now, a take-profit for a better one. */
export type Trigger = 'stop' | 'take_profit';

export const rises = (trigger: Trigger, side: Side) => (trigger === 'stop') === (side === 'buy');

/** Whether the market has been there already, so that the order would not wait. */
export function isMet(trigger: Trigger, side: Side, stop: string, now: string): boolean {
  const order = decimal.compare(now, stop);
  return rises(trigger, side) ? order >= 0 : order <= 0;
}

interface Prices {
  stop: LimitReading;
  /** Empty: none but what protects its owner. */
  limit: LimitReading;
}

/** The order as typed, and what is wrong with its quantity; without a price to wait for there is none. */
export function readStopOrder(
  typed: TypedOrder,
  trigger: Trigger,
  { stop, limit }: Prices,
  terms: Terms,
  step?: string,
): Reading {
  const sized = readOrder(typed, step);
  if (sized.draft === null || stop.price === null || limit.fault !== null || isEndless(terms))
    return { ...sized, draft: null };
  const order_type = `${trigger}${limit.price === null ? '' : '_limit'}_${typed.side}` as const;
  const price = limit.price === null ? {} : { price: limit.price };
  const draft: OrderDraft = {
    ...sized.draft,
    order_type,
    stop_price: stop.price,
    ...price,
    ...termsOf(terms),
  };
  return { draft, fault: null };
}
