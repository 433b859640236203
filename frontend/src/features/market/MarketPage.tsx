// SPDX-License-Identifier: MIT
import { useQuery } from '@tanstack/react-query';
import { useDeferredValue } from 'react';
import { assetsQuery } from '~/api/queries';
import type { Asset } from '~/api/types';
import { MarketFilters } from '~/features/market/MarketFilters';
import { MarketPager } from '~/features/market/MarketPager';
import { MarketTable } from '~/features/market/MarketTable';
import { categoriesOf, select, useMarketView } from '~/features/market/view';
import { useFavourites } from '~/lib/favourites';
import { market } from '~/text/market';
import { Button } from '~/ui/Button';
import { EmptyState } from '~/ui/EmptyState';
import { Freshness } from '~/ui/Freshness';
import { PageHeader } from '~/ui/PageHeader';
import { ProblemPanel } from '~/ui/ProblemPanel';
import { SkeletonRows } from '~/ui/Skeleton';

type ViewState = ReturnType<typeof useMarketView>;

function Results({ assets, state }: { assets: readonly Asset[]; state: ViewState }) {
  const { view, change, sortBy } = state;
  const starred = useFavourites();
  const found = select(assets, view, starred);
  const pages = Math.max(1, Math.ceil(found.length / view.pageSize));
  const from = (Math.min(view.page, pages) - 1) * view.pageSize;
  if (found.length === 0) {
    return (
      <EmptyState text={view.starred ? market.emptyStarred : market.empty}>
        <Button onClick={() => change({ q: null, category: null, starred: null })}>{market.clear}</Button>
      </EmptyState>
    );
  }
  return (
    <>
      <MarketTable
        assets={found.slice(from, from + view.pageSize)}
        starred={starred}
        view={view}
        onSort={sortBy}
      />
      <MarketPager view={view} total={found.length} onChange={change} />
    </>
  );
}

export function MarketPage() {
  const assets = useQuery(assetsQuery());
  const shown = useDeferredValue(assets.data);
  const state = useMarketView();
  return (
    <>
      <PageHeader title={market.title} text={market.text}>
        <Freshness updatedAtMs={assets.dataUpdatedAt} />
      </PageHeader>
      <MarketFilters view={state.view} categories={categoriesOf(shown ?? [])} onChange={state.change} />
      <div className="card overflow-hidden">
        {shown ? (
          <Results assets={shown} state={state} />
        ) : assets.error && !assets.data ? (
          <ProblemPanel error={assets.error} onRetry={() => assets.refetch()} />
        ) : (
          <SkeletonRows rows={20} className="h-[3.625rem]" />
        )}
      </div>
    </>
  );
}
