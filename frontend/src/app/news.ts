// SPDX-License-Identifier: MIT
// What happened to the person's orders without them: fills of what waited, ends they did not ask for.
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

function fillOf(fills: readonly FillEvent[], hideAmounts: boolean): News | null {
  const [first] = fills;
  if (!first) return null;
  const total = (of: (fill: FillEvent) => string) => fills.map(of).reduce(add);
  const amount = quantity(total((fill) => fill.quantity));
  return {
    orderId: first.order_id,
    title: hideAmounts ? words.hidden : words.filled(words.done[first.side], amount, first.asset_id),
    text: hideAmounts ? '' : words.value(money(total(({ value }) => value))),
    bad: false,
  };
}

/** One for each order: somebody who meets ten others has traded once. What was just placed tells its own outcome. */
export function newsOf(events: readonly StreamEvent[], hideAmounts: boolean): News[] {
  const fills = new Map<string, FillEvent[]>();
  const ends: News[] = [];
  for (const event of events) {
    if (event.type === 'order') ends.push(...[endOf(event.data)].filter((one) => one !== null));
    if (event.type !== 'fill' || event.data.liquidity !== 'maker') continue;
    const { order_id } = event.data;
    fills.set(order_id, [...(fills.get(order_id) ?? []), event.data]);
  }
  const filled = [...fills.values()].map((list) => fillOf(list, hideAmounts)).filter((one) => one !== null);
  return [...filled, ...ends];
}

export const linkOf = ({ orderId }: News) => ({ to: paths.order(orderId), label: words.order });
