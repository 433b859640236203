// SPDX-License-Identifier: MIT
import type { Order } from '~/api/types';
import { price } from '~/lib/format';
import { orders } from '~/text/orders';
import { Amount } from '~/ui/Amount';
import { type Column, DataTable } from '~/ui/DataTable';
import { OrderLink, StatusChip, TypeLabel } from '~/ui/OrderBits';

const words = orders.columns;

const columns: readonly Column<Order>[] = [
  {
    label: words.time,
    phone: 'left-3',
    cell: (order) => <OrderLink orderId={order.order_id} at={order.created_at} />,
  },
  {
    label: words.order,
    phone: 'left-1',
    cell: (order) => <TypeLabel type={order.order_type} assetId={order.asset_id} />,
  },
  {
    label: words.quantity,
    num: true,
    phone: 'left-2',
    cell: (order) => <Amount value={order.quantity} as="quantity" />,
  },
  {
    label: words.price,
    num: true,
    phone: 'right-2',
    cell: (order) => price(order.average_price ?? order.price),
  },
  {
    label: words.total,
    num: true,
    phone: 'right-1',
    cell: (order) => <Amount value={order.total_amount} as="total" />,
  },
  { label: words.status, phone: 'right-3', cell: (order) => <StatusChip status={order.status} /> },
];

export function OrderTable({ caption, list }: { caption: string; list: readonly Order[] }) {
  return <DataTable caption={caption} columns={columns} rows={list} keyOf={({ order_id }) => order_id} />;
}
