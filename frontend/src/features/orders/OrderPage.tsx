// SPDX-License-Identifier: MIT
import { IconArrowLeft } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useRef, useState } from 'react';
import { Link } from 'react-router';
import { isMissing } from '~/api/problem';
import { isWaiting, orderQuery } from '~/api/trading';
import type { Order } from '~/api/types';
import { paths } from '~/app/paths';
import { OrderFacts } from '~/features/orders/OrderFacts';
import * as decimal from '~/lib/decimal';
import * as format from '~/lib/format';
import { orders } from '~/text/orders';
import { Button } from '~/ui/Button';
import { Card } from '~/ui/Card';
import { EmptyState } from '~/ui/EmptyState';
import { isBuy } from '~/ui/OrderBits';
import { PageHeader } from '~/ui/PageHeader';
import { ProblemPanel } from '~/ui/ProblemPanel';
import { Skeleton } from '~/ui/Skeleton';
import { Time } from '~/ui/Time';

const words = orders.detail;

const OrderFills = lazy(() => import('~/features/orders/OrderFills'));
const AmendDialog = lazy(() => import('~/ui/AmendDialog'));
const CancelDialog = lazy(() => import('~/ui/CancelDialog'));

interface Step {
  text: string;
  at: string;
}

function stepsOf(order: Order): Step[] {
  const { asset_id, status, created_at: placed } = order;
  const now = order.updated_at ?? placed;
  const filled = order.filled_quantity ?? order.quantity;
  const left = format.quantity(order.remaining_quantity ?? '0');
  const steps: Step[] = [{ text: words.accepted, at: placed }];
  if (decimal.sign(filled) > 0) {
    const price = format.price(order.average_price ?? order.price);
    steps.push({ text: words.filled(format.quantity(filled), asset_id, price), at: now });
  }
  if (isWaiting(order)) steps.push({ text: words.waits(left, asset_id), at: now });
  else if (status !== 'completed')
    steps.push({ text: words.ended(orders.statuses[status], left, asset_id), at: now });
  return steps;
}

function Timeline({ order }: { order: Order }) {
  return (
    <Card title={words.timeline}>
      <ol className="flex flex-col gap-4 p-4">
        {stepsOf(order).map(({ text, at }) => (
          <li key={text} className="flex gap-3">
            <span className="mt-1.5 size-2.5 shrink-0 rounded-full bg-primary" aria-hidden="true" />
            <span>
              {text}
              <span className="block text-muted text-sm">
                <Time at={at} />
              </span>
            </span>
          </li>
        ))}
      </ol>
    </Card>
  );
}

export function OrderPage({ orderId }: { orderId: string }) {
  const order = useQuery(orderQuery(orderId));
  const [asked, setAsked] = useState<'amend' | 'cancel' | null>(null);
  const again = useRef<HTMLAnchorElement>(null);
  const Dialog = asked === 'amend' ? AmendDialog : CancelDialog;
  const title = order.data
    ? words.title(orders.types[order.data.order_type], order.data.asset_id)
    : orders.columns.order;
  return (
    <div className="mx-auto max-w-4xl">
      <Link to={paths.orders} className="link mb-3 inline-flex min-h-9 items-center gap-1 text-sm">
        <IconArrowLeft size={16} aria-hidden="true" />
        {words.back}
      </Link>
      <PageHeader title={title}>
        {order.data ? (
          <>
            {isWaiting(order.data) ? (
              <>
                <Button onClick={() => setAsked('amend')}>{words.amend}</Button>
                <Button look="danger" onClick={() => setAsked('cancel')}>
                  {words.cancel}
                </Button>
              </>
            ) : null}
            <Link
              ref={again}
              to={paths.trade(order.data.asset_id, isBuy(order.data.order_type) ? 'buy' : 'sell')}
              className="btn btn-primary"
            >
              {words.again}
            </Link>
            <Link to={paths.holding(order.data.asset_id)} className="btn">
              {words.history}
            </Link>
          </>
        ) : null}
      </PageHeader>
      {order.data ? (
        <div className="grid items-start gap-5 md:grid-cols-[minmax(0,1fr)_18rem]">
          <OrderFacts order={order.data} />
          <Timeline order={order.data} />
          <div className="min-w-0 md:col-span-2">
            <Suspense>
              <OrderFills order={order.data} />
            </Suspense>
          </div>
        </div>
      ) : isMissing(order.error) ? (
        <div className="card">
          <EmptyState text={words.missing}>
            <Link to={paths.orders} className="btn btn-primary">
              {words.back}
            </Link>
          </EmptyState>
        </div>
      ) : order.error ? (
        <div className="card">
          <ProblemPanel error={order.error} onRetry={() => order.refetch()} />
        </div>
      ) : (
        <Skeleton className="h-96" />
      )}
      {order.data && asked ? (
        <Suspense>
          <Dialog order={order.data} onClose={() => setAsked(null)} after={() => again.current} />
        </Suspense>
      ) : null}
    </div>
  );
}
