// SPDX-License-Identifier: MIT
// The catalogue and prices. The whole catalogue is for names and searching; what is polled is only what a page shows.
import { queryOptions } from '@tanstack/react-query';
import { GET, unwrap } from '~/api/client';
import { roots } from '~/api/keys';
import { bookInterval, live } from '~/api/live';
import type { Asset, Candle, CandleInterval } from '~/api/types';

const PAGE = 250;
const CATALOGUE_MAX_PAGES = 8;
const CANDLES = 200;
/** Enough to see the last candle end and the next begin between two polls. */
const NEWEST = 3;

type Part<Row> = Promise<{ data: readonly Row[]; has_more: boolean }>;

/** A list that is read page by page, from its first row to its last, or as far as so many pages go. */
export async function wholeList<Row>(
  mostPages: number,
  read: (query: { limit: number; offset: number }) => Part<Row>,
): Promise<Row[]> {
  const all: Row[] = [];
  for (let page = 0; page < mostPages; page += 1) {
    const { data, has_more } = await read({ limit: PAGE, offset: page * PAGE });
    all.push(...data);
    if (!has_more) break;
  }
  return all;
}

/** All assets in rank order, with prices of the time they were fetched. */
export const assetsQuery = () =>
  queryOptions({
    queryKey: [...roots.market, 'assets'],
    queryFn: ({ signal }) =>
      wholeList<Asset>(CATALOGUE_MAX_PAGES, (page) =>
        unwrap(
          GET('/api/v1/inventory/assets', { params: { query: { active_only: false, ...page } }, signal }),
        ),
      ),
    staleTime: 5 * 60_000,
  });

export const assetQuery = (assetId: string) =>
  queryOptions({
    queryKey: [...roots.market, 'asset', assetId],
    queryFn: async ({ signal }) =>
      (
        await unwrap(
          GET('/api/v1/inventory/assets/{asset_id}', { params: { path: { asset_id: assetId } }, signal }),
        )
      ).data,
    ...live,
  });

/** The assets that moved most in 24 hours, in either direction. */
export const moversQuery = (rows: number) =>
  queryOptions({
    queryKey: [...roots.market, 'movers', rows],
    queryFn: async ({ signal }) => {
      const most = (order: 'asc' | 'desc') => {
        const query = { sort: 'change_24h', order, limit: rows } as const;
        return unwrap(GET('/api/v1/inventory/assets', { params: { query }, signal }));
      };
      const [falling, rising] = await Promise.all([most('asc'), most('desc')]);
      const size = (asset: Asset) => Math.abs(asset.price_change_percentage_24h ?? 0);
      const known = new Map([...falling.data, ...rising.data].map((asset) => [asset.asset_id, asset]));
      return {
        active: rising.matched_count,
        assets: [...known.values()].sort((a, b) => size(b) - size(a)).slice(0, rows),
      };
    },
    ...live,
  });

/** The older candles with the newest in their places; null when there is a hole between them. */
function joined(older: readonly Candle[], newest: readonly Candle[]): Candle[] | null {
  const [first] = newest;
  const at = first ? older.findIndex(({ time }) => time === first.time) : -1;
  return at < 0 ? null : [...older.slice(0, at), ...newest].slice(-CANDLES);
}

export const candlesQuery = (assetId: string, interval: CandleInterval) => {
  const queryKey = [...roots.market, 'candles', assetId, interval];
  return queryOptions({
    queryKey,
    queryFn: async ({ signal, client }) => {
      const ask = async (limit: number) => {
        const params = { path: { asset_id: assetId }, query: { interval, limit } };
        const reply = await unwrap(GET('/api/v1/inventory/assets/{asset_id}/candles', { params, signal }));
        return reply.data;
      };
      const older = client.getQueryData<Candle[]>(queryKey);
      const grown = older ? joined(older, await ask(NEWEST)) : null;
      return grown ?? (await ask(CANDLES));
    },
    ...live,
  });
};

export const bookQuery = (assetId: string, levels: number) =>
  queryOptions({
    queryKey: [...roots.market, 'book', assetId, levels],
    queryFn: async ({ signal }) => {
      const params = { path: { asset_id: assetId }, query: { levels } };
      return (await unwrap(GET('/api/v1/markets/{asset_id}/book', { params, signal }))).data;
    },
    refetchInterval: bookInterval,
  });

/** What anybody traded last, newest first. */
export const tapeQuery = (assetId: string, limit: number) =>
  queryOptions({
    queryKey: [...roots.market, 'tape', assetId, limit],
    queryFn: async ({ signal }) => {
      const params = { path: { asset_id: assetId }, query: { limit } };
      return (await unwrap(GET('/api/v1/markets/{asset_id}/trades', { params, signal }))).data;
    },
    refetchInterval: bookInterval,
  });
