// SPDX-License-Identifier: MIT
// What happened to the person's orders without them: fills of what waited, prices that were reached, ends they did not
// ask for.
import type { StreamEvent } from '~/api/stream/events';
import type { FillEvent, OrderEvent } from '~/api/types';
import { paths } from '~/app/paths';
import { add } from '~/lib/decimal';
import { money, quantity } from '~/lib/format';
import { limits } from '~/text/limits';
import { news as words } from '~/text/news';
import { orders } from '~/text/orders';

export interface News {
  orderId: string;
  title: string;
  text: string;
  bad: boolean;
}

/** Ends that are no answer to what the person has just done. */
const unasked = new Set(['self_trade', 'account_frozen', 'time', 'cancel_after']);

function endOf(event: OrderEvent): News | null {
  const { status, reason } = event;
  if ((status !== 'cancelled' && status !== 'expired') || !reason || !unasked.has(reason)) return null;
  return {
    orderId: event.order_id,
    title: words.ended[status](orders.types[event.order_type], event.asset_id),
    text: limits.reasons[reason],
    bad: true,
  };
}

const waitedForPrice = (event: OrderEvent) => event.stop_price !== undefined;

/** Its price was reached, and it has found nobody yet: whoever it found is told by its fills. */
function triggerOf(event: OrderEvent): News | null {
  if (!waitedForPrice(event) || event.status !== 'queued') return null;
  return {
    orderId: event.order_id,
    title: words.triggered(orders.types[event.order_type], event.asset_id),
    text: words.waits,
    bad: false,
  };
}

/** What an order takes when it is placed is no news to whoever places it. */
const isNews = (fill: FillEvent, order: OrderEvent | undefined) =>
  fill.liquidity === 'maker' || (order !== undefined && fill.time > order.created_at);

function fillOf(
  fills: readonly FillEvent[],
  order: OrderEvent | undefined,
  hideAmounts: boolean,
): News | null {
  const [first] = fills;
  if (!first) return null;
  const reached = order && waitedForPrice(order) && first.liquidity === 'taker';
  const total = (of: (fill: FillEvent) => string) => fills.map(of).reduce(add);
  const amount = quantity(total((fill) => fill.quantity));
  return {
    orderId: first.order_id,
    title: hideAmounts ? words.hidden : words.filled(words.done[first.side], amount, first.asset_id),
    text: [hideAmounts ? '' : words.value(money(total(({ value }) => value))), reached ? words.reached : '']
      .filter((part) => part !== '')
      .join(' '),
    bad: false,
  };
}

const told = (news: News | null) => news !== null;

/**
 * One for each order: somebody who meets ten others has traded once. What was just placed tells its own outcome.
 * `triggered` are the orders whose prices are known to be reached; it grows.
 */
export function newsOf(events: readonly StreamEvent[], triggered: Set<string>, hideAmounts: boolean): News[] {
  const changed = new Map<string, OrderEvent>();
  const fills = new Map<string, FillEvent[]>();
  for (const { type, data } of events) if (type === 'order') changed.set(data.order_id, data);
  for (const { type, data } of events) {
    if (type !== 'fill' || !isNews(data, changed.get(data.order_id))) continue;
    fills.set(data.order_id, [...(fills.get(data.order_id) ?? []), data]);
  }
  const filled = [...fills].map(([id, list]) => fillOf(list, changed.get(id), hideAmounts));
  const reached = [...changed.values()]
    .filter(({ order_id }) => !triggered.has(order_id) && !fills.has(order_id))
    .map(triggerOf);
  const ends = events.map(({ type, data }) => (type === 'order' ? endOf(data) : null));
  for (const [id, order] of changed)
    if (waitedForPrice(order) && order.status !== 'pending') triggered.add(id);
  return [...filled, ...reached, ...ends].filter(told);
}

export const linkOf = ({ orderId }: News) => ({ to: paths.order(orderId), label: words.order });
