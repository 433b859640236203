// SPDX-License-Identifier: MIT
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { type ReactNode, useDeferredValue } from 'react';
import { Link } from 'react-router';
import { portfolioQuery, transactionsQuery } from '~/api/cash';
import { meQuery } from '~/api/identity';
import { paths } from '~/app/paths';
import { FirstSteps, ROWS } from '~/features/dashboard/FirstSteps';
import { StarredAssets } from '~/features/dashboard/StarredAssets';
import { dashboard } from '~/text/dashboard';
import { portfolio as portfolioWords } from '~/text/portfolio';
import { Allocation } from '~/ui/Allocation';
import { Card } from '~/ui/Card';
import { TABLE_ROW } from '~/ui/DataTable';
import { EmptyState } from '~/ui/EmptyState';
import { Freshness } from '~/ui/Freshness';
import { MovementTable } from '~/ui/MovementTable';
import { Movers } from '~/ui/Movers';
import { PageHeader } from '~/ui/PageHeader';
import { PortfolioFigures } from '~/ui/PortfolioFigures';
import { ProblemPanel } from '~/ui/ProblemPanel';
import { RecentOrders } from '~/ui/RecentOrders';
import { Skeleton, SkeletonRows } from '~/ui/Skeleton';

function Figures() {
  const portfolio = useQuery(portfolioQuery());
  if (portfolio.error && !portfolio.data) {
    return (
      <div className="card mb-5">
        <ProblemPanel error={portfolio.error} onRetry={() => portfolio.refetch()} />
      </div>
    );
  }
  return (
    <>
      <PortfolioFigures portfolio={portfolio.data} />
      <FirstSteps>
        <Card title={portfolioWords.allocation} className="mb-5">
          {portfolio.data ? (
            <Allocation portfolio={portfolio.data} />
          ) : (
            <Skeleton className="m-4 h-[2.875rem]" />
          )}
        </Card>
      </FirstSteps>
    </>
  );
}

function Movements() {
  const list = useInfiniteQuery(transactionsQuery(ROWS));
  const rows = useDeferredValue(list.data)?.pages[0]?.transactions;
  return (
    <Card
      title={dashboard.movements}
      action={
        <Link to={paths.account} className="link text-sm">
          {dashboard.movementsAll}
        </Link>
      }
    >
      {rows && rows.length > 0 ? (
        <MovementTable movements={rows} />
      ) : rows ? (
        <EmptyState text={dashboard.movementsEmpty} />
      ) : list.error && !list.data ? (
        <ProblemPanel error={list.error} onRetry={() => list.refetch()} />
      ) : (
        <SkeletonRows rows={ROWS} className={TABLE_ROW} />
      )}
    </Card>
  );
}

/** `extra` is what the route adds below, such as the daily gift. */
export function DashboardPage({ extra }: { extra?: ReactNode }) {
  const me = useQuery(meQuery());
  const portfolio = useQuery(portfolioQuery());
  return (
    <>
      <PageHeader
        title={me.data ? dashboard.greeting(me.data.username) : dashboard.title}
        text={dashboard.text}
      >
        <Freshness updatedAtMs={portfolio.dataUpdatedAt} />
        <Link to={paths.deposit()} className="btn">
          {dashboard.deposit}
        </Link>
        <Link to={paths.trading} className="btn btn-primary">
          {dashboard.trade}
        </Link>
      </PageHeader>
      <Figures />
      <div className="grid gap-5 lg:grid-cols-[minmax(0,1fr)_22rem]">
        <RecentOrders title={dashboard.orders} rows={ROWS} />
        <Card
          title={dashboard.movers}
          action={
            <Link to={paths.market} className="link text-sm">
              {dashboard.moversAll}
            </Link>
          }
        >
          <Movers rows={ROWS} />
        </Card>
        <div className="min-w-0">
          <Movements />
        </div>
        <StarredAssets rows={ROWS} />
      </div>
      {extra}
    </>
  );
}
