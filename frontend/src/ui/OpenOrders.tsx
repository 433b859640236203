// SPDX-License-Identifier: MIT
// What waits on the books, with the ways to change it and to take it off.
import { IconPencil, IconX } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { lazy, Suspense, useDeferredValue, useRef, useState } from 'react';
import { openOrdersQuery } from '~/api/trading';
import type { Order } from '~/api/types';
import { awaitedPrice } from '~/app/order-words';
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
import { Segment } from '~/ui/Segment';
import { SkeletonRows } from '~/ui/Skeleton';

const loadAmend = () => import('~/ui/AmendDialog');
const AmendDialog = lazy(loadAmend);

const words = limits.open;

function Held({ order: { held } }: { order: Order }) {
  if (!held) return null;
  return held.asset_id === 'USD' ? (
    <Amount value={held.amount} />
  ) : (
    <Amount value={held.amount} as="quantity" unit={held.asset_id} />
  );
}

/** Beside a date there is room for two pictures, not for two words. */
const onPhones = 'max-md:min-h-8 max-md:px-2';

type Ask = (order: Order, what: 'amend' | 'cancel') => void;

const whatOf = (order: Order) =>
  words.what(
    orders.types[order.order_type],
    format.quantity(order.quantity),
    order.asset_id,
    format.price(awaitedPrice(order)),
  );

function columnsFor(ask: Ask): readonly Column<Order>[] {
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
    {
      label: words.columns.price,
      num: true,
      phone: 'right-1',
      cell: (order) => format.price(awaitedPrice(order)),
    },
    { label: words.columns.held, num: true, phone: 'right-2', cell: (order) => <Held order={order} /> },
    {
      label: words.columns.change,
      quiet: true,
      phone: 'right-3',
      cell: (order) => (
        <span className="flex justify-end gap-1 md:gap-2">
          <Button
            small
            className={onPhones}
            aria-label={words.changeOne(whatOf(order))}
            onFocus={loadAmend}
            onPointerEnter={loadAmend}
            onClick={() => ask(order, 'amend')}
          >
            <IconPencil size={16} aria-hidden="true" className="md:hidden" />
            <span className="max-md:sr-only">{words.change}</span>
          </Button>
          <Button
            small
            className={onPhones}
            aria-label={words.cancelOne(whatOf(order))}
            onClick={() => ask(order, 'cancel')}
          >
            <IconX size={16} aria-hidden="true" className="md:hidden" />
            <span className="max-md:sr-only">{words.cancel}</span>
          </Button>
        </span>
      ),
    },
  ];
}

const everywhere = 'all';

interface WhereProps {
  assetId: string;
  all: boolean;
  onChange: (all: boolean) => void;
}

function Where({ assetId, all, onChange }: WhereProps) {
  return (
    <Segment
      label={words.markets}
      choices={[
        { value: assetId, label: assetId },
        { value: everywhere, label: words.everywhere },
      ]}
      value={all ? everywhere : assetId}
      onChange={(chosen) => onChange(chosen === everywhere)}
    />
  );
}

interface Props {
  /** Nothing at all as long as no order waits. */
  quiet?: boolean;
  /** Those of this asset come first; the others on request. */
  assetId?: string | undefined;
}

export default function OpenOrders({ quiet, assetId }: Props) {
  const [all, setAll] = useState(false);
  const only = all ? undefined : assetId;
  const list = useInfiniteQuery({ ...openOrdersQuery(only), placeholderData: undefined });
  const rows = useDeferredValue(list.data)?.pages.flatMap(({ data }) => data);
  const [asked, setAsked] = useState<{ order: Order; what: 'amend' | 'cancel' } | null>(null);
  const [ending, setEnding] = useState(false);
  // The button that asked is gone with its row.
  const region = useRef<HTMLDivElement>(null);
  const Dialog = asked?.what === 'amend' ? AmendDialog : CancelDialog;
  const some = rows !== undefined && rows.length > 0;
  if (quiet && !asked && !ending && !some) return null;
  return (
    <Card
      title={orders.waiting}
      className={quiet ? 'mb-5' : ''}
      action={
        <div className="flex flex-wrap items-center gap-3">
          {assetId ? <Where assetId={assetId} all={all} onChange={setAll} /> : null}
          {some ? (
            <Button small onClick={() => setEnding(true)}>
              {limits.cancelAll.ask}
            </Button>
          ) : null}
        </div>
      }
    >
      <div ref={region} tabIndex={-1} className="outline-none">
        {some ? (
          <>
            <DataTable
              caption={orders.waiting}
              columns={columnsFor((order, what) => setAsked({ order, what }))}
              rows={rows}
              keyOf={({ order_id }) => order_id}
            />
            {list.hasNextPage ? <LoadMore list={list} /> : null}
          </>
        ) : rows ? (
          <EmptyState text={only ? words.emptyOf(only) : words.empty} />
        ) : list.error && !list.data ? (
          <ProblemPanel error={list.error} onRetry={() => list.refetch()} />
        ) : (
          <SkeletonRows rows={2} className={TABLE_ROW} />
        )}
      </div>
      {ending ? (
        <CancelAllDialog assetId={only} onClose={() => setEnding(false)} after={() => region.current} />
      ) : null}
      {asked ? (
        <Suspense>
          <Dialog order={asked.order} onClose={() => setAsked(null)} after={() => region.current} />
        </Suspense>
      ) : null}
    </Card>
  );
}
