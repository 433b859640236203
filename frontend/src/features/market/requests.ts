// SPDX-License-Identifier: MIT
import { queryOptions } from '@tanstack/react-query';
import { GET, unwrap } from '~/api/client';
import { roots } from '~/api/keys';
import { live } from '~/api/live';
import type { MarketView, SortKey } from '~/features/market/view';

const sorts = {
  rank: 'rank',
  name: 'name',
  price: 'price',
  change: 'change_24h',
  cap: 'market_cap',
  volume: 'volume',
} as const satisfies Record<SortKey, string>;

/** The rows that stand on the page, in the order of the view. */
export const assetPageQuery = (view: MarketView) => {
  const query = {
    active_only: false,
    limit: Math.min(view.pageSize, 250),
    offset: (view.page - 1) * view.pageSize,
    sort: sorts[view.sort],
    order: view.descending ? ('desc' as const) : ('asc' as const),
    ...(view.search.trim() ? { search: view.search.trim().slice(0, 50) } : {}),
    ...(view.category ? { category: view.category } : {}),
  };
  return queryOptions({
    queryKey: [...roots.market, 'page', query],
    queryFn: async ({ signal }) =>
      (await unwrap(GET('/api/v1/inventory/assets', { params: { query }, signal }))).data,
    ...live,
  });
};
