// SPDX-License-Identifier: MIT
// Small pieces about orders that several pages show.
import { IconArrowDownLeft, IconArrowUpRight } from '@tabler/icons-react';
import type { OrderStatus, OrderType } from '~/api/types';
import { orders } from '~/text/orders';

export function isBuy(type: OrderType): boolean {
  return type === 'market_buy' || type === 'limit_buy';
}

export function SideLabel({ buy, text }: { buy: boolean; text: string }) {
  const Icon = buy ? IconArrowDownLeft : IconArrowUpRight;
  return (
    <span className={`inline-flex items-center gap-1.5 font-medium ${buy ? 'text-up' : 'text-down'}`}>
      <Icon size={16} aria-hidden="true" />
      {text}
    </span>
  );
}

export function TypeLabel({ type }: { type: OrderType }) {
  return <SideLabel buy={isBuy(type)} text={orders.types[type]} />;
}

const tones: Partial<Record<OrderStatus, string>> = {
  completed: 'bg-up-tint text-up',
  failed: 'bg-down-tint text-down',
  expired: 'bg-warn-tint text-warn',
};

export function StatusChip({ status }: { status: OrderStatus }) {
  return <span className={`chip ${tones[status] ?? ''}`}>{orders.statuses[status]}</span>;
}
