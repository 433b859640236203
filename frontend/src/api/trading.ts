// SPDX-License-Identifier: MIT
// Orders and trades: reading them, previewing and placing one.
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { GET, POST, unwrap } from '~/api/client';
import { byCursor } from '~/api/cursor';
import { roots } from '~/api/keys';
import { untilAnswered } from '~/api/send-again';
import type { Order, OrderStatus, OrderType, Preview } from '~/api/types';

export interface OrderFilter {
  asset_id?: string;
  order_type?: OrderType;
  status?: OrderStatus;
}

export interface OrderDraft {
  order_type: OrderType;
  asset_id: string;
  quantity?: string;
  amount?: string;
  /** The worst acceptable one. */
  price?: string;
  /** The whole position, although it is worth more than the largest order. */
  close?: true;
}

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
  });

export const orderQuery = (orderId: string) =>
  queryOptions({
    queryKey: [...roots.money, 'order', orderId],
    queryFn: async ({ signal }) =>
      (await unwrap(GET('/api/v1/orders/{order_id}', { params: { path: { order_id: orderId } }, signal })))
        .data,
  });

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
  const { order_type, asset_id } = draft;
  const common = { order_type, asset_id, ...limitOf(draft) };
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
