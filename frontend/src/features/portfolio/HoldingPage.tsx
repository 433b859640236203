// SPDX-License-Identifier: MIT
import { IconArrowLeft } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useDeferredValue } from 'react';
import { Link } from 'react-router';
import { portfolioQuery } from '~/api/cash';
import { assetsQuery } from '~/api/market';
import { fillsQuery } from '~/api/trading';
import { paths } from '~/app/paths';
import { CloseLink } from '~/features/portfolio/CloseLink';
import { FillTable } from '~/features/portfolio/FillTable';
import { price, priceDigits } from '~/lib/format';
import { portfolio as words } from '~/text/portfolio';
import { Amount } from '~/ui/Amount';
import { Card } from '~/ui/Card';
import { Change } from '~/ui/Change';
import { EmptyState } from '~/ui/EmptyState';
import { Figure } from '~/ui/Figure';
import { LoadMore } from '~/ui/LoadMore';
import { PageHeader } from '~/ui/PageHeader';
import { ProblemPanel } from '~/ui/ProblemPanel';
import { Skeleton, SkeletonRows } from '~/ui/Skeleton';

const PAGE = 25;

function useHolding(assetId: string) {
  const portfolio = useQuery(portfolioQuery());
  return { portfolio, held: portfolio.data?.assets.find((holding) => holding.asset_id === assetId) };
}

function Position({ assetId }: { assetId: string }) {
  const { portfolio, held } = useHolding(assetId);
  const waiting = portfolio.data || portfolio.error ? '–' : <Skeleton className="mt-1 h-6 w-24" />;
  return (
    <dl className="mb-5 grid grid-cols-2 gap-3 sm:gap-4 lg:grid-cols-4">
      <Figure label={words.columns.quantity}>
        {held ? <Amount value={held.quantity} as="quantity" /> : waiting}
      </Figure>
      <Figure label={words.columns.value}>{held ? <Amount value={held.market_value} /> : waiting}</Figure>
      <Figure label={words.columns.averageCost}>
        {held ? price(held.average_cost, priceDigits(held.current_price)) : waiting}
      </Figure>
      <Figure label={words.columns.profit}>
        {held ? (
          <Change value={held.unrealised_pnl}>
            <Amount value={held.unrealised_pnl} as="signed" />
          </Change>
        ) : (
          waiting
        )}
      </Figure>
    </dl>
  );
}

export function HoldingPage({ assetId }: { assetId: string }) {
  const assets = useQuery(assetsQuery());
  const { held } = useHolding(assetId);
  const known = assets.data?.some(({ asset_id }) => asset_id === assetId);
  const fills = useInfiniteQuery({ ...fillsQuery(assetId, PAGE), enabled: known !== false });
  const rows = useDeferredValue(fills.data)?.pages.flatMap(({ data }) => data);
  const back = (
    <Link to={paths.portfolio} className="link mb-3 inline-flex min-h-9 items-center gap-1 text-sm">
      <IconArrowLeft size={16} aria-hidden="true" />
      {words.history.back}
    </Link>
  );
  if (known === false) {
    return (
      <>
        {back}
        <PageHeader title={assetId} />
        <div className="card">
          <EmptyState text={words.history.missing(assetId)}>
            <Link to={paths.market} className="btn btn-primary">
              {words.browse}
            </Link>
          </EmptyState>
        </div>
      </>
    );
  }
  return (
    <>
      {back}
      <PageHeader title={words.history.title(assetId)} text={words.history.text}>
        <Link to={paths.trade(assetId, 'buy')} className="btn btn-primary">
          {words.tradeAsset(assetId)}
        </Link>
        {held ? <CloseLink holding={held} text={words.closeAsset(assetId)} className="btn" /> : null}
        <Link to={paths.asset(assetId)} className="btn">
          {words.history.chart}
        </Link>
      </PageHeader>
      <Position assetId={assetId} />
      <Card title={words.history.trades}>
        {rows && rows.length > 0 ? (
          <>
            <FillTable fills={rows} />
            <LoadMore list={fills} />
          </>
        ) : rows ? (
          <EmptyState text={words.history.empty} />
        ) : fills.error && !fills.data ? (
          <ProblemPanel error={fills.error} onRetry={() => fills.refetch()} />
        ) : (
          <SkeletonRows rows={5} className="h-16 md:h-12" />
        )}
      </Card>
    </>
  );
}
