// SPDX-License-Identifier: MIT
import { useInfiniteQuery } from '@tanstack/react-query';
import { useDeferredValue } from 'react';
import { Link } from 'react-router';
import { ordersQuery } from '~/api/trading';
import { ORDERS, TRADES } from '~/app/downloads';
import { paths } from '~/app/paths';
import { daysOf, readFilter } from '~/features/orders/filter';
import { OrderFilters } from '~/features/orders/OrderFilters';
import { OrderSummary } from '~/features/orders/OrderSummary';
import { useHydrated } from '~/lib/hydrated';
import { usePreferences } from '~/lib/preferences';
import { useSearch } from '~/lib/search';
import { exports } from '~/text/exports';
import { orders } from '~/text/orders';
import { Button } from '~/ui/Button';
import { TABLE_ROW } from '~/ui/DataTable';
import { EmptyState } from '~/ui/EmptyState';
import { ExportButton } from '~/ui/ExportButton';
import { LoadMore } from '~/ui/LoadMore';
import { OpenOrdersLater } from '~/ui/OpenOrdersLater';
import { OrderTable } from '~/ui/OrderTable';
import { PageHeader } from '~/ui/PageHeader';
import { ProblemPanel } from '~/ui/ProblemPanel';
import { SkeletonRows } from '~/ui/Skeleton';

const PAGE = 25;

const exported = [
  { label: exports.orders, path: ORDERS, name: 'orders' },
  { label: exports.trades, path: TRADES, name: 'trades' },
];

export function OrdersPage() {
  const [params, setParams] = useSearch();
  const { zone } = usePreferences();
  const days = daysOf(params);
  const filter = readFilter(params, zone);
  // The filter stands in the address, which cannot be read before the page runs.
  const list = useInfiniteQuery({ ...ordersQuery(filter, PAGE), enabled: useHydrated() });
  const rows = useDeferredValue(list.data)?.pages.flatMap(({ data }) => data);
  const filtered = Object.keys(filter).length > 0;

  function change(name: string, value: string) {
    const next = new URLSearchParams(params);
    if (value) next.set(name, value);
    else next.delete(name);
    setParams(next, { replace: true, preventScrollReset: true });
  }

  return (
    <>
      <PageHeader title={orders.title} text={orders.text}>
        <ExportButton exported={exported} filter={filtered ? { ...filter } : undefined} days={days} />
        <Link to={paths.trading} className="btn btn-primary">
          {orders.place}
        </Link>
      </PageHeader>
      {filtered ? null : <OpenOrdersLater quiet />}
      <OrderFilters filter={filter} days={days} onChange={change} />
      <div className="card">
        {rows && rows.length > 0 ? (
          <>
            <OrderTable caption={orders.title} list={rows} />
            <LoadMore list={list} />
          </>
        ) : rows ? (
          <EmptyState text={filtered ? orders.emptyFiltered : orders.empty}>
            {filtered ? <Button onClick={() => setParams({})}>{orders.clear}</Button> : null}
          </EmptyState>
        ) : list.error && !list.data ? (
          <ProblemPanel error={list.error} onRetry={() => list.refetch()} />
        ) : (
          <SkeletonRows rows={10} className={TABLE_ROW} />
        )}
      </div>
      {rows && rows.length > 0 ? <OrderSummary list={rows} whole={!list.hasNextPage} /> : null}
    </>
  );
}
