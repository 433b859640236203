// SPDX-License-Identifier: MIT
// Orders and trades: reading them, previewing and placing one.
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { DELETE, GET, PATCH, POST, unwrap } from '~/api/client';
import { byCursor } from '~/api/cursor';
import { roots } from '~/api/keys';
import { live, liveInterval } from '~/api/live';
import { isProblem } from '~/api/problem';
import { untilAnswered } from '~/api/send-again';
import type { Order, OrderStatus, OrderType, Preview, SelfTradePrevention, TimeInForce } from '~/api/types';

export interface OrderFilter {
  asset_id?: string;
  order_type?: OrderType;
  status?: OrderStatus | 'open';
  side?: 'buy' | 'sell';
  /** Placed from this moment on, and before that one. */
  from?: string;
  to?: string;
}

export interface OrderDraft {
  order_type: OrderType;
  asset_id: string;
  quantity?: string;
  amount?: string;
  /** The limit of a limit order, the worst acceptable price of a market order. */
  price?: string;
  /** Of an order that waits for it: the asset's price. */
  stop_price?: string;
  time_in_force?: TimeInForce;
  /** With GTD alone: until when it waits. */
  expires_at?: string;
  post_only?: true;
  /** What gives way when it meets an order of the same account; the new one when absent. */
  self_trade_prevention?: SelfTradePrevention;
  /** The whole position, although it is worth more than the largest order. */
  close?: true;
}

const OPEN_PAGE = 50;

/** Not final: it waits on the book, or is on its way there. */
export const isWaiting = ({ status }: Order) => waiting.has(status);

const waiting = new Set<OrderStatus>(['pending', 'queued', 'partial', 'processing']);

/** What waits may be filled by somebody else at any time. */
const whileWaiting = (orders: readonly Order[] | undefined) =>
  orders?.some(isWaiting) ? liveInterval() : false;

export const ordersQuery = (filter: OrderFilter, pageSize: number) =>
  infiniteQueryOptions({
    queryKey: [...roots.money, 'orders', filter, pageSize],
    ...byCursor,
    queryFn: ({ signal, pageParam }) =>
      unwrap(
        GET('/api/v1/orders', {
          params: { query: { ...filter, limit: pageSize, cursor: pageParam } },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => whileWaiting(state.data?.pages.flatMap(({ data }) => data)),
  });

/** What waits on all books, or on that of one asset. */
export const openOrdersQuery = (assetId?: string) => ({
  ...ordersQuery({ status: 'open', ...(assetId ? { asset_id: assetId } : {}) }, OPEN_PAGE),
  ...live,
});

export const orderQuery = (orderId: string) =>
  queryOptions({
    queryKey: [...roots.money, 'order', orderId],
    queryFn: ({ signal }) => readOrder(orderId, signal),
    refetchInterval: ({ state }) => whileWaiting(state.data && [state.data]),
  });

async function readOrder(orderId: string, signal?: AbortSignal): Promise<Order> {
  const path = { order_id: orderId };
  return (await unwrap(GET('/api/v1/orders/{order_id}', { params: { path }, signal }))).data;
}

/** The person's own trades of one asset, newest first. */
export const fillsQuery = (assetId: string, pageSize: number) =>
  infiniteQueryOptions({
    queryKey: [...roots.money, 'fills', assetId, pageSize],
    ...byCursor,
    queryFn: ({ signal, pageParam }) =>
      unwrap(
        GET('/api/v1/assets/{asset_id}/transactions', {
          params: { path: { asset_id: assetId }, query: { limit: pageSize, cursor: pageParam } },
          signal,
        }),
      ),
  });

const limitOf = ({ price }: OrderDraft) => (price === undefined ? {} : { price });

function orderBody(draft: OrderDraft) {
  const { order_type, asset_id, stop_price, time_in_force, expires_at, post_only, self_trade_prevention } =
    draft;
  const terms = {
    ...(stop_price ? { stop_price } : {}),
    ...(time_in_force ? { time_in_force } : {}),
    ...(expires_at ? { expires_at } : {}),
    ...(post_only ? { post_only } : {}),
    ...(self_trade_prevention ? { self_trade_prevention } : {}),
  };
  const common = { order_type, asset_id, ...limitOf(draft), ...terms };
  return draft.amount === undefined
    ? { ...common, quantity: draft.quantity ?? '' }
    : { ...common, amount: draft.amount };
}

export const previewKey = (content: string) => [...roots.money, 'preview', content];

export async function previewOrder(draft: OrderDraft, signal?: AbortSignal): Promise<Preview> {
  const { asset_id } = draft;
  const reply = draft.close
    ? await unwrap(
        POST('/api/v1/positions/{asset_id}/close/preview', {
          params: { path: { asset_id } },
          body: limitOf(draft),
          signal,
        }),
      )
    : await unwrap(POST('/api/v1/orders/preview', { body: orderBody(draft), signal }));
  return reply.data;
}

export async function placeOrder(draft: OrderDraft, key: string): Promise<Order> {
  const header = { 'Idempotency-Key': key };
  const path = { asset_id: draft.asset_id };
  const send = () =>
    draft.close
      ? unwrap(POST('/api/v1/positions/{asset_id}/close', { params: { header, path }, body: limitOf(draft) }))
      : unwrap(POST('/api/v1/orders', { params: { header }, body: orderBody(draft) }));
  return (await untilAnswered(send)).data;
}

/** Takes all open orders off the books, or off that of one asset; how many that were. */
export async function cancelAllOrders(assetId?: string): Promise<number> {
  const params = assetId ? { params: { query: { asset_id: assetId } } } : {};
  const reply = await untilAnswered(() => unwrap(DELETE('/api/v1/orders', params)));
  return reply.data.cancelled_count;
}

/** What an amendment changes; the rest stays. */
export interface Amendment {
  /** Of the whole order, what has been filled included. */
  quantity?: string;
  price?: string;
}

/** Gives the order as it is then. The same twice has the effect of once. */
export async function amendOrder(orderId: string, body: Amendment): Promise<Order> {
  const path = { order_id: orderId };
  return (await untilAnswered(() => unwrap(PATCH('/api/v1/orders/{order_id}', { params: { path }, body }))))
    .data;
}

/** Takes an order off the book. Gives it as it ended, which may be otherwise: somebody can have filled it first. */
export async function cancelOrder(orderId: string): Promise<Order> {
  const path = { order_id: orderId };
  try {
    return (await untilAnswered(() => unwrap(DELETE('/api/v1/orders/{order_id}', { params: { path } }))))
      .data;
  } catch (error) {
    if (isProblem(error) && error.code === 'order_final') return await readOrder(orderId);
    throw error;
  }
}
