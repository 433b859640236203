// SPDX-License-Identifier: MIT
// What the stream tells. The shapes are those of docs/reference/openapi.yaml.
import type { MarketTrade, Order, OrderType } from '~/api/types';

interface Numbered {
  seq: number;
}

export type OrderEvent = Numbered &
  Pick<Order, 'order_id' | 'asset_id' | 'quantity' | 'price' | 'status' | 'reason'> & {
    order_type: OrderType;
  } & Partial<Order>;

export interface FillEvent extends Numbered {
  trade_id: string;
  order_id: string;
  asset_id: string;
  side: 'buy' | 'sell';
  liquidity: 'maker' | 'taker';
  price: string;
  quantity: string;
  value: string;
  time: string;
}

export interface BalanceEvent extends Numbered {
  asset_id: string;
  total: string;
  available: string;
  held: string;
  updated_at: string;
}

export type TradeEvent = Numbered & MarketTrade & { asset_id: string };

export interface Ticker {
  asset_id: string;
  state: 'open' | 'halted' | 'inactive' | 'no_price';
  mark_price: string | null;
}

export type StreamEvent =
  | { type: 'order'; data: OrderEvent }
  | { type: 'fill'; data: FillEvent }
  | { type: 'balance'; data: BalanceEvent }
  | { type: 'trade'; data: TradeEvent }
  | { type: 'ticker'; data: Ticker };

const types = new Set(['order', 'fill', 'balance', 'trade', 'ticker']);

/** Null for what a newer server may tell and this page does not know. */
export function readEvent(type: string, data: unknown): StreamEvent | null {
  if (!types.has(type) || data === null || typeof data !== 'object') return null;
  return { type, data } as StreamEvent;
}

/** 0 for what is not numbered. */
export function numberOf(event: StreamEvent): number {
  return event.type === 'ticker' ? 0 : event.data.seq;
}
