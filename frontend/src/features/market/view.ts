// SPDX-License-Identifier: MIT
// What the market list shows, kept in the address so that it survives reload, back and sharing.
import type { Asset } from '~/api/types';
import { useSearch } from '~/lib/search';

export const sortKeys = ['rank', 'name', 'price', 'change', 'cap', 'volume'] as const;
export type SortKey = (typeof sortKeys)[number];

export interface MarketView {
  search: string;
  category: string;
  starred: boolean;
  sort: SortKey;
  descending: boolean;
  pageSize: number;
  page: number;
}

export const pageSizes = [25, 50, 100, 500] as const;

const firstDescending: ReadonlySet<SortKey> = new Set(['price', 'change', 'cap', 'volume']);

function read(params: URLSearchParams): MarketView {
  const sort = sortKeys.find((key) => key === params.get('sort')) ?? 'rank';
  const size = Number(params.get('rows'));
  return {
    search: params.get('q') ?? '',
    category: params.get('category') ?? '',
    starred: params.get('starred') === '1',
    sort,
    descending: (params.get('order') ?? (firstDescending.has(sort) ? 'desc' : 'asc')) === 'desc',
    pageSize: pageSizes.find((known) => known === size) ?? 25,
    page: Math.max(1, Math.trunc(Number(params.get('page'))) || 1),
  };
}

export function useMarketView() {
  const [params, setParams] = useSearch();
  const view = read(params);

  /** Null removes a parameter; any change but of the page itself goes back to page one. */
  function change(next: Record<string, string | null>): void {
    const merged = new URLSearchParams(params);
    merged.delete('page');
    for (const [key, value] of Object.entries(next)) {
      if (value) merged.set(key, value);
      else merged.delete(key);
    }
    setParams(merged, { replace: true, preventScrollReset: true });
  }

  function sortBy(key: SortKey): void {
    const descending = view.sort === key ? !view.descending : firstDescending.has(key);
    change({ sort: key, order: descending ? 'desc' : 'asc' });
  }

  return { view, change, sortBy };
}

const figures = {
  rank: (asset: Asset) => asset.market_cap_rank,
  price: (asset: Asset) => asset.price_usd,
  change: (asset: Asset) => asset.price_change_percentage_24h,
  cap: (asset: Asset) => asset.market_cap,
  volume: (asset: Asset) => asset.total_volume_24h,
} as const;

/** Unknown figures come last in both directions, as on the server. */
function comparator({ sort, descending }: MarketView) {
  const direction = descending ? -1 : 1;
  return (a: Asset, b: Asset): number => {
    if (sort === 'name') return direction * a.name.localeCompare(b.name, 'en');
    const [left, right] = [figures[sort](a), figures[sort](b)];
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    return direction * (left - right);
  };
}

export function select(assets: readonly Asset[], view: MarketView, starred: readonly string[]): Asset[] {
  const wanted = view.search.trim().toLowerCase();
  return assets
    .filter((asset) => !view.category || asset.category === view.category)
    .filter((asset) => !view.starred || starred.includes(asset.asset_id))
    .filter(({ asset_id, name }) => `${asset_id} ${name}`.toLowerCase().includes(wanted))
    .sort(comparator(view));
}

export function categoriesOf(assets: readonly Asset[]): string[] {
  return [...new Set(assets.map(({ category }) => category))].sort();
}

/** "layer-1" reads "Layer 1". */
export function titled(category: string): string {
  return category.charAt(0).toUpperCase() + category.slice(1).replaceAll('-', ' ');
}
