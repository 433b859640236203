// SPDX-License-Identifier: MIT
import { useQuery } from '@tanstack/react-query';
import { useDeferredValue } from 'react';
import { Link } from 'react-router';
import { portfolioQuery } from '~/api/cash';
import { assetsQuery } from '~/api/market';
import { paths } from '~/app/paths';
import { ClosedPositions } from '~/features/portfolio/ClosedPositions';
import { HoldingsTable } from '~/features/portfolio/HoldingsTable';
import { orders } from '~/text/orders';
import { portfolio as words } from '~/text/portfolio';
import { Allocation } from '~/ui/Allocation';
import { Amount } from '~/ui/Amount';
import { Card } from '~/ui/Card';
import { Change } from '~/ui/Change';
import { EmptyState } from '~/ui/EmptyState';
import { Freshness } from '~/ui/Freshness';
import { PageHeader } from '~/ui/PageHeader';
import { PortfolioFigures } from '~/ui/PortfolioFigures';
import { ProblemPanel } from '~/ui/ProblemPanel';
import { RecentOrders } from '~/ui/RecentOrders';
import { Skeleton, SkeletonRows } from '~/ui/Skeleton';

export function PortfolioPage() {
  const portfolio = useQuery(portfolioQuery());
  const shown = useDeferredValue(portfolio.data);
  const assets = useQuery(assetsQuery());
  const nameOf = (assetId: string) =>
    assets.data?.find(({ asset_id }) => asset_id === assetId)?.name ?? assetId;

  if (portfolio.error && !portfolio.data) {
    return (
      <>
        <PageHeader title={words.title} text={words.text} />
        <div className="card">
          <ProblemPanel error={portfolio.error} onRetry={() => portfolio.refetch()} />
        </div>
      </>
    );
  }
  const held = shown?.assets;
  return (
    <>
      <PageHeader title={words.title} text={words.text}>
        <Freshness updatedAtMs={portfolio.dataUpdatedAt} />
      </PageHeader>
      <PortfolioFigures portfolio={portfolio.data} />
      <div className="flex flex-col gap-5">
        <Card
          title={words.allocation}
          action={
            portfolio.data ? (
              <p className="text-muted text-sm">
                {words.realised}{' '}
                <Change value={portfolio.data.realised_pnl}>
                  <Amount value={portfolio.data.realised_pnl} as="signed" />
                </Change>
              </p>
            ) : null
          }
        >
          {portfolio.data ? (
            <Allocation portfolio={portfolio.data} />
          ) : (
            <Skeleton className="m-4 h-[2.875rem]" />
          )}
        </Card>
        <Card title={words.holdings}>
          {held && held.length > 0 ? (
            <HoldingsTable holdings={held} nameOf={nameOf} />
          ) : held ? (
            <EmptyState text={words.empty}>
              <Link to={paths.market} className="btn btn-primary">
                {words.browse}
              </Link>
              <Link to={paths.deposit()} className="btn">
                {words.deposit}
              </Link>
            </EmptyState>
          ) : (
            <SkeletonRows rows={3} className="h-31 md:h-16" />
          )}
        </Card>
        <ClosedPositions nameOf={nameOf} />
        <RecentOrders title={orders.title} rows={10} />
      </div>
    </>
  );
}
