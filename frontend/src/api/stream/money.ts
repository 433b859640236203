// SPDX-License-Identifier: MIT
// Orders and balances into the cache: patched where the event says all of it, asked for again where it does not.
import type { InfiniteData, QueryClient } from '@tanstack/react-query';
import { roots } from '~/api/keys';
import { isWaiting, type OrderFilter } from '~/api/trading';
import type { BalanceEvent, Order, OrderEvent } from '~/api/types';

interface OrderPage {
  data: Order[];
}

type Orders = InfiniteData<OrderPage>;

/** Never back in time: an answer may be newer than the event that is told late. */
function orderAt(order: Order, { seq: _, ...event }: OrderEvent): Order {
  const older = order.updated_at && event.updated_at && order.updated_at > event.updated_at;
  if (older) return order;
  // A market order has no members about waiting, and gets none.
  const waits = !order.order_type.startsWith('market_');
  return {
    ...order,
    ...(waits ? event : Object.fromEntries(Object.entries(event).filter(([name]) => name in order))),
  };
}

function belongs({ asset_id, order_type, status, side, from, to }: OrderFilter, order: Order): boolean {
  const placed = Date.parse(order.created_at);
  if (side && !order.order_type.endsWith(side)) return false;
  if ((from && placed < Date.parse(from)) || (to && placed >= Date.parse(to))) return false;
  if (asset_id && asset_id !== order.asset_id) return false;
  if (order_type && order_type !== order.order_type) return false;
  return !status || (status === 'open' ? isWaiting(order) : status === order.status);
}

/** The list with the order as it is now; null when the list has to be asked for. */
function listAt(list: Orders, filter: OrderFilter, event: OrderEvent): Orders | null {
  const known = list.pages.flatMap(({ data }) => data).find(({ order_id }) => order_id === event.order_id);
  if (!known) return belongs(filter, event as unknown as Order) ? null : list;
  const order = orderAt(known, event);
  if (!belongs(filter, order)) return null;
  const replace = (one: Order) => (one === known ? order : one);
  return { ...list, pages: list.pages.map((page) => ({ ...page, data: page.data.map(replace) })) };
}

type Outdate = (...key: unknown[]) => void;

/** `outdate` asks again, not too often. */
export function feedOrder(cache: QueryClient, event: OrderEvent, outdate: Outdate): void {
  for (const query of cache.getQueryCache().findAll({ queryKey: roots.money })) {
    const [, kind, what] = query.queryKey;
    const { data, fetchStatus } = query.state;
    const one = kind === 'order' && what === event.order_id;
    if (!one && kind !== 'orders') continue;
    // The answer on its way may be from before the event.
    if (fetchStatus !== 'idle') outdate(...query.queryKey);
    if (data === undefined) continue;
    const next = one ? orderAt(data as Order, event) : listAt(data as Orders, what as OrderFilter, event);
    if (next === null) outdate(...query.queryKey);
    else if (next !== data) cache.setQueryData(query.queryKey, next);
  }
}

interface Balance {
  current_balance: string;
  held_balance: string;
  updated_at: string;
}

export function feedBalance(cache: QueryClient, event: BalanceEvent, outdate: Outdate): void {
  const key = [...roots.money, 'balance'];
  if (event.asset_id === 'USD') {
    if (cache.getQueryState(key)?.fetchStatus === 'fetching') outdate(...key);
    const now = { current_balance: event.available, held_balance: event.held, updated_at: event.updated_at };
    cache.setQueryData<Balance>(key, (old) => old && { ...old, ...now });
    for (const list of ['transactions', 'limits']) outdate(...roots.money, list);
  }
  outdate(...roots.money, 'portfolio');
}
