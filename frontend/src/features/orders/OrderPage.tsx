// SPDX-License-Identifier: MIT
import { IconArrowLeft } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { isMissing } from '~/api/problem';
import { orderQuery } from '~/api/trading';
import type { Order } from '~/api/types';
import { paths } from '~/app/paths';
import * as format from '~/lib/format';
import { orders } from '~/text/orders';
import { Amount } from '~/ui/Amount';
import { Card } from '~/ui/Card';
import { CopyText } from '~/ui/CopyText';
import { EmptyState } from '~/ui/EmptyState';
import { isBuy, StatusChip, TypeLabel } from '~/ui/OrderBits';
import { PageHeader } from '~/ui/PageHeader';
import { ProblemPanel } from '~/ui/ProblemPanel';
import { Skeleton } from '~/ui/Skeleton';
import { Time } from '~/ui/Time';

const words = orders.detail;

function Row({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="flex flex-wrap justify-between gap-x-4 gap-y-1 px-4 py-3">
      <dt className="text-muted">{label}</dt>
      <dd className="ms-auto min-w-0 break-all text-end">{children}</dd>
    </div>
  );
}

function Facts({ order }: { order: Order }) {
  return (
    <dl className="card divide-y divide-line">
      <Row label={orders.columns.status}>
        <StatusChip status={order.status} />
      </Row>
      <Row label={orders.columns.type}>
        <TypeLabel type={order.order_type} />
      </Row>
      <Row label={orders.columns.asset}>
        <Link to={paths.asset(order.asset_id)} className="link">
          {order.asset_id}
        </Link>
      </Row>
      <Row label={orders.columns.quantity}>
        <Amount value={order.quantity} as="quantity" />
      </Row>
      <Row label={orders.columns.price}>
        <span className="num" title={order.price}>
          {format.price(order.price)}
        </span>
      </Row>
      <Row label={words.fee}>
        <Amount value={order.fee} />
      </Row>
      <Row label={isBuy(order.order_type) ? words.paid : words.received}>
        <strong>
          <Amount value={order.total_amount} as="total" />
        </strong>
      </Row>
      <Row label={words.placed}>
        <Time at={order.created_at} />
      </Row>
      <Row label={words.id}>
        <code>{order.order_id}</code> <CopyText text={order.order_id} />
      </Row>
      {order.client_order_id ? (
        <Row label={words.clientId}>
          <code>{order.client_order_id}</code>
        </Row>
      ) : null}
    </dl>
  );
}

function Timeline({ order }: { order: Order }) {
  const steps: string[] = [words.accepted];
  if (order.status === 'completed') {
    steps.push(words.filled(format.quantity(order.quantity), order.asset_id, format.price(order.price)));
  }
  return (
    <Card title={words.timeline}>
      <ol className="flex flex-col gap-4 p-4">
        {steps.map((step) => (
          <li key={step} className="flex gap-3">
            <span className="mt-1.5 size-2.5 shrink-0 rounded-full bg-primary" aria-hidden="true" />
            <span>
              {step}
              <span className="block text-muted text-sm">
                <Time at={order.created_at} />
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
            <Link
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
          <Facts order={order.data} />
          <Timeline order={order.data} />
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
    </div>
  );
}
