// SPDX-License-Identifier: MIT
// What the address says of the orders to list. What it says wrongly is left out.
import type { OrderFilter } from '~/api/trading';
import type { OrderStatus, OrderType } from '~/api/types';
import { bounds } from '~/lib/day-range';
import type { Zone } from '~/lib/times';
import { orders } from '~/text/orders';

export interface Days {
  /** First and last day, both included; empty for no bound. */
  from: string;
  to: string;
}

export const daysOf = (params: URLSearchParams): Days => ({
  from: params.get('from') ?? '',
  to: params.get('to') ?? '',
});

export const backwards = ({ from, to }: Days) => from !== '' && to !== '' && to < from;

export function readFilter(params: URLSearchParams, zone: Zone): OrderFilter {
  const filter: OrderFilter = {};
  const [asset, type, status] = [params.get('asset'), params.get('type'), params.get('status')];
  const [side, days] = [params.get('side'), daysOf(params)];
  if (asset && /^[A-Za-z0-9]{1,10}$/.test(asset)) filter.asset_id = asset.toUpperCase();
  if (type && type in orders.types) filter.order_type = type as OrderType;
  if (status && (status === 'open' || status in orders.statuses)) filter.status = status as OrderStatus;
  if (side === 'buy' || side === 'sell') filter.side = side;
  return backwards(days) ? filter : { ...filter, ...bounds({ ...days, zone }) };
}
