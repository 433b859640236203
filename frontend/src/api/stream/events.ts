// SPDX-License-Identifier: MIT
// What the stream tells.
import type { BalanceEvent, FillEvent, OrderEvent, Ticker, TradeEvent } from '~/api/types';

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
