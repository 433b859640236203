// SPDX-License-Identifier: MIT
// Each trade of one order: what it traded, as whom, and what that brought. Loaded after the order itself.
import { infiniteQueryOptions, useInfiniteQuery } from '@tanstack/react-query';
import { GET, unwrap } from '~/api/client';
import { byCursor } from '~/api/cursor';
import { roots } from '~/api/keys';
import type { Fill, Order } from '~/api/types';
import * as format from '~/lib/format';
import { orders } from '~/text/orders';
import { Amount } from '~/ui/Amount';
import { Card } from '~/ui/Card';
import { Change } from '~/ui/Change';
import { type Column, DataTable, TABLE_ROW } from '~/ui/DataTable';
import { LoadMore } from '~/ui/LoadMore';
import { ProblemPanel } from '~/ui/ProblemPanel';
import { SkeletonRows } from '~/ui/Skeleton';
import { Time } from '~/ui/Time';

const PAGE = 25;
const words = orders.fills;

/** Below the fills of its asset, which every trade outdates. */
const fillsOfOrder = ({ order_id, asset_id }: Order) =>
  infiniteQueryOptions({
    queryKey: [...roots.money, 'fills', asset_id, 'of', order_id],
    ...byCursor,
    queryFn: ({ signal, pageParam }) =>
      unwrap(
        GET('/api/v1/fills', { params: { query: { order_id, limit: PAGE, cursor: pageParam } }, signal }),
      ),
  });

const columns: readonly Column<Fill>[] = [
  { label: words.time, phone: 'left-3', cell: ({ time }) => <Time at={time} /> },
  { label: words.liquidity, phone: 'left-1', cell: ({ liquidity }) => words.liquidities[liquidity] },
  {
    label: words.quantity,
    num: true,
    phone: 'left-2',
    cell: ({ quantity }) => <Amount value={quantity} as="quantity" />,
  },
  { label: words.price, num: true, phone: 'right-2', cell: ({ price }) => format.price(price) },
  {
    label: words.value,
    num: true,
    phone: 'right-1',
    cell: ({ value }) => <Amount value={value} as="total" />,
  },
  { label: words.fee, num: true, wide: true, phone: 'off', cell: ({ fee }) => <Amount value={fee} /> },
];

const gain: Column<Fill> = {
  label: words.gain,
  num: true,
  phone: 'right-3',
  cell: ({ realised_pnl }) => (
    <Change value={realised_pnl}>
      {realised_pnl === null ? null : <Amount value={realised_pnl} as="signed" />}
    </Change>
  ),
};

export default function OrderFills({ order }: { order: Order }) {
  const fills = useInfiniteQuery(fillsOfOrder(order));
  const rows = fills.data?.pages.flatMap(({ data }) => data);
  const sells = order.order_type.endsWith('_sell');
  if (rows?.length === 0) return null;
  return (
    <Card title={words.title}>
      {rows ? (
        <>
          <DataTable
            caption={words.title}
            columns={sells ? [...columns, gain] : columns}
            rows={rows}
            keyOf={({ trade_id }) => trade_id}
          />
          {fills.hasNextPage ? <LoadMore list={fills} /> : null}
        </>
      ) : fills.error ? (
        <ProblemPanel error={fills.error} onRetry={() => fills.refetch()} />
      ) : (
        <SkeletonRows rows={1} className={TABLE_ROW} />
      )}
    </Card>
  );
}
