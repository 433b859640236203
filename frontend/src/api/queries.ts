// SPDX-License-Identifier: MIT
// Everything the pages read. One factory makes all keys, so that a change knows what it outdates.
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { GET, unwrap } from '~/api/client';
import { LIVE_MS } from '~/api/live';
import type { Asset, CandleInterval, OrderStatus, OrderType } from '~/api/types';

const CATALOGUE_PAGE = 250;
const CATALOGUE_MAX_PAGES = 8;
const CANDLES = 200;

export interface OrderFilter {
  asset_id?: string;
  order_type?: OrderType;
  status?: OrderStatus;
}

export const keys = {
  me: ['me'],
  version: ['version'],
  assets: ['market', 'assets'],
  asset: (assetId: string) => ['market', 'asset', assetId],
  candles: (assetId: string, interval: CandleInterval) => ['market', 'candles', assetId, interval],
  /** Everything that an order, a deposit or a withdrawal can change. */
  money: ['money'],
  balance: ['money', 'balance'],
  limits: ['money', 'limits'],
  transactions: (pageSize: number) => ['money', 'transactions', pageSize],
  portfolio: ['money', 'portfolio'],
  orders: (filter: OrderFilter, pageSize: number) => ['money', 'orders', filter, pageSize],
  order: (orderId: string) => ['money', 'order', orderId],
  fills: (assetId: string, pageSize: number) => ['money', 'fills', assetId, pageSize],
  insights: ['money', 'insights'],
  proof: ['money', 'proof'],
  profile: ['profile'],
  sessions: ['sessions'],
} as const;

const live = { refetchInterval: LIVE_MS } as const;

export const meQuery = () =>
  queryOptions({
    queryKey: keys.me,
    queryFn: ({ signal }) => unwrap(GET('/api/v1/auth/me', { signal })),
    staleTime: 60_000,
  });

export const versionQuery = () =>
  queryOptions({
    queryKey: keys.version,
    queryFn: ({ signal }) => unwrap(GET('/version', { signal })),
    staleTime: 10 * 60_000,
    retry: false,
  });

async function wholeCatalogue(signal: AbortSignal): Promise<Asset[]> {
  const all: Asset[] = [];
  for (let page = 0; page < CATALOGUE_MAX_PAGES; page += 1) {
    const query = { active_only: false, limit: CATALOGUE_PAGE, offset: page * CATALOGUE_PAGE };
    const { data, has_more } = await unwrap(GET('/api/v1/inventory/assets', { params: { query }, signal }));
    all.push(...data);
    if (!has_more) break;
  }
  return all;
}

/** All assets of the catalogue in rank order, refreshed while the page is visible. */
export const assetsQuery = () =>
  queryOptions({ queryKey: keys.assets, queryFn: ({ signal }) => wholeCatalogue(signal), ...live });

export const assetQuery = (assetId: string) =>
  queryOptions({
    queryKey: keys.asset(assetId),
    queryFn: async ({ signal }) =>
      (
        await unwrap(
          GET('/api/v1/inventory/assets/{asset_id}', { params: { path: { asset_id: assetId } }, signal }),
        )
      ).data,
    ...live,
  });

export const candlesQuery = (assetId: string, interval: CandleInterval) =>
  queryOptions({
    queryKey: keys.candles(assetId, interval),
    queryFn: async ({ signal }) =>
      (
        await unwrap(
          GET('/api/v1/inventory/assets/{asset_id}/candles', {
            params: { path: { asset_id: assetId }, query: { interval, limit: CANDLES } },
            signal,
          }),
        )
      ).data,
    ...live,
  });

export const balanceQuery = () =>
  queryOptions({
    queryKey: keys.balance,
    queryFn: ({ signal }) => unwrap(GET('/api/v1/balance', { signal })),
    ...live,
  });

export const limitsQuery = () =>
  queryOptions({
    queryKey: keys.limits,
    queryFn: ({ signal }) => unwrap(GET('/api/v1/balance/limits', { signal })),
  });

export const portfolioQuery = () =>
  queryOptions({
    queryKey: keys.portfolio,
    queryFn: ({ signal }) => unwrap(GET('/api/v1/portfolio', { signal })),
    ...live,
  });

export const transactionsQuery = (pageSize: number) =>
  infiniteQueryOptions({
    queryKey: keys.transactions(pageSize),
    initialPageParam: undefined as string | undefined,
    queryFn: ({ signal, pageParam }) =>
      unwrap(
        GET('/api/v1/balance/transactions', {
          params: { query: { limit: pageSize, cursor: pageParam } },
          signal,
        }),
      ),
    getNextPageParam: (last) => (last.has_more ? (last.next_cursor ?? undefined) : undefined),
  });

export const ordersQuery = (filter: OrderFilter, pageSize: number) =>
  infiniteQueryOptions({
    queryKey: keys.orders(filter, pageSize),
    initialPageParam: undefined as string | undefined,
    queryFn: ({ signal, pageParam }) =>
      unwrap(
        GET('/api/v1/orders', {
          params: { query: { ...filter, limit: pageSize, cursor: pageParam } },
          signal,
        }),
      ),
    getNextPageParam: (last) => (last.has_more ? (last.next_cursor ?? undefined) : undefined),
    placeholderData: keepPreviousData,
  });

export const orderQuery = (orderId: string) =>
  queryOptions({
    queryKey: keys.order(orderId),
    queryFn: async ({ signal }) =>
      (await unwrap(GET('/api/v1/orders/{order_id}', { params: { path: { order_id: orderId } }, signal })))
        .data,
  });

/** The person's own trades of one asset, newest first. */
export const fillsQuery = (assetId: string, pageSize: number) =>
  infiniteQueryOptions({
    queryKey: keys.fills(assetId, pageSize),
    initialPageParam: undefined as string | undefined,
    queryFn: ({ signal, pageParam }) =>
      unwrap(
        GET('/api/v1/assets/{asset_id}/transactions', {
          params: { path: { asset_id: assetId }, query: { limit: pageSize, cursor: pageParam } },
          signal,
        }),
      ),
    getNextPageParam: (last) => (last.has_more ? (last.next_cursor ?? undefined) : undefined),
  });

export const insightsQuery = () =>
  queryOptions({
    queryKey: keys.insights,
    queryFn: async ({ signal }) => (await unwrap(GET('/api/v1/insights/portfolio', { signal }))).data,
  });

export const proofQuery = () =>
  queryOptions({
    queryKey: keys.proof,
    queryFn: async ({ signal }) => (await unwrap(GET('/api/v1/ledger/proof', { signal }))).data,
    staleTime: 15_000,
  });

export const profileQuery = () =>
  queryOptions({
    queryKey: keys.profile,
    queryFn: ({ signal }) => unwrap(GET('/api/v1/auth/profile', { signal })),
  });

export const sessionsQuery = () =>
  queryOptions({
    queryKey: keys.sessions,
    queryFn: async ({ signal }) => (await unwrap(GET('/api/v1/auth/sessions', { signal }))).data,
  });
