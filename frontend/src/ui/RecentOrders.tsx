// SPDX-License-Identifier: MIT
import { useInfiniteQuery } from '@tanstack/react-query';
import { useDeferredValue } from 'react';
import { Link } from 'react-router';
import { ordersQuery } from '~/api/trading';
import { paths } from '~/app/paths';
import { orders } from '~/text/orders';
import { Card } from '~/ui/Card';
import { TABLE_ROW } from '~/ui/DataTable';
import { EmptyState } from '~/ui/EmptyState';
import { OrderTable } from '~/ui/OrderTable';
import { ProblemPanel } from '~/ui/ProblemPanel';
import { SkeletonRows } from '~/ui/Skeleton';

/** The newest orders with a link to all of them. */
export function RecentOrders({ title, rows }: { title: string; rows: number }) {
  const recent = useInfiniteQuery(ordersQuery({}, rows));
  const list = useDeferredValue(recent.data)?.pages[0]?.data;
  return (
    <Card
      title={title}
      action={
        <Link to={paths.orders} className="link text-sm">
          {orders.all}
        </Link>
      }
    >
      {list && list.length > 0 ? (
        <OrderTable caption={title} list={list} />
      ) : list ? (
        <EmptyState text={orders.empty} />
      ) : recent.error && !recent.data ? (
        <ProblemPanel error={recent.error} onRetry={() => recent.refetch()} />
      ) : (
        <SkeletonRows rows={rows} className={TABLE_ROW} />
      )}
    </Card>
  );
}
