// SPDX-License-Identifier: MIT
import { useQuery } from '@tanstack/react-query';
import { useDeferredValue } from 'react';
import { live } from '~/api/live';
import { assetsQuery } from '~/api/market';
import type { Asset } from '~/api/types';
import { useStarred } from '~/api/watchlists';
import { MarketFilters } from '~/features/market/MarketFilters';
import { MarketPager } from '~/features/market/MarketPager';
import { MarketTable } from '~/features/market/MarketTable';
import { assetPageQuery } from '~/features/market/requests';
import { categoriesOf, select, useMarketView } from '~/features/market/view';
import { useHydrated } from '~/lib/hydrated';
import { market } from '~/text/market';
import { Button } from '~/ui/Button';
import { EmptyState } from '~/ui/EmptyState';
import { Freshness } from '~/ui/Freshness';
import { PageHeader } from '~/ui/PageHeader';
import { ProblemPanel } from '~/ui/ProblemPanel';
import { SkeletonRows } from '~/ui/Skeleton';

type ViewState = ReturnType<typeof useMarketView>;

const LONGEST_ANSWER = 250;

interface ResultsProps {
  assets: readonly Asset[];
  state: ViewState;
  current: readonly Asset[] | undefined;
}

/** The whole catalogue answers every search and sort at once; the rows on the page are then kept current. */
function Results({ assets, state, current }: ResultsProps) {
  const { view, change, sortBy } = state;
  const stars = useStarred();
  const starred = stars.data ?? [];
  const found = select(assets, view, starred);
  const pages = Math.max(1, Math.ceil(found.length / view.pageSize));
  const from = (Math.min(view.page, pages) - 1) * view.pageSize;
  const rows = found.slice(from, from + view.pageSize);
  if (view.starred && !stars.data) {
    return stars.error ? (
      <ProblemPanel error={stars.error} onRetry={stars.refetch} />
    ) : (
      <SkeletonRows rows={5} className="h-[3.625rem]" />
    );
  }
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
        assets={current && current.length > 0 ? current : rows}
        starred={starred}
        view={view}
        onSort={sortBy}
      />
      <MarketPager view={view} total={found.length} onChange={change} />
    </>
  );
}

export function MarketPage() {
  const state = useMarketView();
  const { starred, pageSize } = state.view;
  // Starred rows, and lists longer than one answer, are known to this browser only: then everything is polled.
  const paged = !starred && pageSize <= LONGEST_ANSWER;
  const assets = useQuery({ ...assetsQuery(), ...(paged ? {} : live) });
  const page = useQuery({ ...assetPageQuery(state.view), enabled: useHydrated() && paged });
  const shown = useDeferredValue(assets.data);
  const current = useDeferredValue(paged ? page.data : undefined);
  return (
    <>
      <PageHeader title={market.title} text={market.text}>
        <Freshness updatedAtMs={paged ? page.dataUpdatedAt : assets.dataUpdatedAt} />
      </PageHeader>
      <MarketFilters view={state.view} categories={categoriesOf(shown ?? [])} onChange={state.change} />
      <div className="card overflow-hidden">
        {shown ? (
          <Results assets={shown} state={state} current={current} />
        ) : assets.error && !assets.data ? (
          <ProblemPanel error={assets.error} onRetry={() => assets.refetch()} />
        ) : (
          <SkeletonRows rows={20} className="h-[3.625rem]" />
        )}
      </div>
    </>
  );
}
