// SPDX-License-Identifier: MIT
// Small pieces about orders that several pages show.
import { IconArrowDownLeft, IconArrowUpRight } from '@tabler/icons-react';
import { Link } from 'react-router';
import type { OrderStatus, OrderType } from '~/api/types';
import { sideOf } from '~/app/order-words';
import { paths } from '~/app/paths';
import { orders } from '~/text/orders';
import { Time } from '~/ui/Time';

export function isBuy(type: OrderType): boolean {
  return sideOf(type) === 'buy';
}

export function SideLabel({ buy, text }: { buy: boolean; text: string }) {
  const Icon = buy ? IconArrowDownLeft : IconArrowUpRight;
  return (
    <span className={`whitespace-nowrap font-medium ${buy ? 'text-up' : 'text-down'}`}>
      <Icon size={16} aria-hidden="true" className="me-1.5 inline align-[-0.15em]" />
      {text}
    </span>
  );
}

/** "Buy BTC"; without the asset just "Buy". */
export function TypeLabel({ type, assetId }: { type: OrderType; assetId?: string }) {
  return (
    <>
      <SideLabel buy={isBuy(type)} text={orders.types[type]} />
      {assetId ? <span className="ms-1.5 font-medium">{assetId}</span> : null}
    </>
  );
}

const tones: Partial<Record<OrderStatus, string>> = {
  completed: 'bg-up-tint text-up',
  queued: 'bg-tint text-on-tint',
  partial: 'bg-tint text-on-tint',
  failed: 'bg-down-tint text-down',
  expired: 'bg-warn-tint text-warn',
};

export function StatusChip({ status }: { status: OrderStatus }) {
  return <span className={`chip ${tones[status] ?? ''}`}>{orders.statuses[status]}</span>;
}

/** When an order was placed; leads to it. */
export function OrderLink({ orderId, at }: { orderId: string; at: string }) {
  return (
    <Link to={paths.order(orderId)} className="link">
      <Time at={at} />
      <span className="sr-only">{orders.open(orderId)}</span>
    </Link>
  );
}
