// SPDX-License-Identifier: MIT
// What waits on the books, with the way to take it off.
import { useInfiniteQuery } from '@tanstack/react-query';
import { useDeferredValue, useRef, useState } from 'react';
import { openOrdersQuery } from '~/api/trading';
import type { Order } from '~/api/types';
import * as format from '~/lib/format';
import { limits } from '~/text/limits';
import { orders } from '~/text/orders';
import { Amount } from '~/ui/Amount';
import { Button } from '~/ui/Button';
import CancelAllDialog from '~/ui/CancelAllDialog';
import CancelDialog from '~/ui/CancelDialog';
import { Card } from '~/ui/Card';
import { type Column, DataTable, TABLE_ROW } from '~/ui/DataTable';
import { EmptyState } from '~/ui/EmptyState';
import { LoadMore } from '~/ui/LoadMore';
import { OrderLink, TypeLabel } from '~/ui/OrderBits';
import { ProblemPanel } from '~/ui/ProblemPanel';
import { SkeletonRows } from '~/ui/Skeleton';

const words = limits.open;

function Held({ order: { held } }: { order: Order }) {
  if (!held) return null;
  return held.asset_id === 'USD' ? (
    <Amount value={held.amount} />
  ) : (
    <Amount value={held.amount} as="quantity" unit={held.asset_id} />
  );
}

function columnsFor(onCancel: (order: Order) => void): readonly Column<Order>[] {
  return [
    {
      label: words.columns.time,
      phone: 'left-3',
      cell: (order) => <OrderLink orderId={order.order_id} at={order.created_at} />,
    },
    {
      label: words.columns.order,
      phone: 'left-1',
      cell: (order) => <TypeLabel type={order.order_type} assetId={order.asset_id} />,
    },
    {
      label: words.columns.filled,
      num: true,
      phone: 'left-2',
      cell: (order) =>
        words.filled(format.quantity(order.filled_quantity ?? '0'), format.quantity(order.quantity)),
    },
    { label: words.columns.price, num: true, phone: 'right-1', cell: ({ price }) => format.price(price) },
    { label: words.columns.held, num: true, phone: 'right-2', cell: (order) => <Held order={order} /> },
    {
      label: words.columns.cancel,
      quiet: true,
      phone: 'right-3',
      cell: (order) => (
        <Button
          small
          aria-label={words.cancelOne(
            words.what(
              orders.types[order.order_type],
              format.quantity(order.quantity),
              order.asset_id,
              format.price(order.price),
            ),
          )}
          onClick={() => onCancel(order)}
        >
          {words.cancel}
        </Button>
      ),
    },
  ];
}

/** quiet: nothing at all as long as no order waits. */
export default function OpenOrders({ quiet }: { quiet?: boolean }) {
  const list = useInfiniteQuery(openOrdersQuery());
  const rows = useDeferredValue(list.data)?.pages.flatMap(({ data }) => data);
  const [wanted, setWanted] = useState<Order | null>(null);
  const [all, setAll] = useState(false);
  // The button that asked is gone with its row.
  const region = useRef<HTMLDivElement>(null);
  if (quiet && !wanted && !all && (rows?.length ?? 0) === 0) return null;
  return (
    <Card
      title={orders.waiting}
      className={quiet ? 'mb-5' : ''}
      action={
        rows && rows.length > 0 ? (
          <Button small onClick={() => setAll(true)}>
            {limits.cancelAll.ask}
          </Button>
        ) : null
      }
    >
      <div ref={region} tabIndex={-1} className="outline-none">
        {rows && rows.length > 0 ? (
          <>
            <DataTable
              caption={orders.waiting}
              columns={columnsFor(setWanted)}
              rows={rows}
              keyOf={({ order_id }) => order_id}
            />
            {list.hasNextPage ? <LoadMore list={list} /> : null}
          </>
        ) : rows ? (
          <EmptyState text={words.empty} />
        ) : list.error && !list.data ? (
          <ProblemPanel error={list.error} onRetry={() => list.refetch()} />
        ) : (
          <SkeletonRows rows={2} className={TABLE_ROW} />
        )}
      </div>
      {all ? <CancelAllDialog onClose={() => setAll(false)} after={() => region.current} /> : null}
      {wanted ? (
        <CancelDialog order={wanted} onClose={() => setWanted(null)} after={() => region.current} />
      ) : null}
    </Card>
  );
}
