// SPDX-License-Identifier: MIT
import { pageTitle } from '~/app/meta';
import { OrderPage } from '~/features/orders/OrderPage';
import { orders } from '~/text/orders';
import type { Route } from './+types/order';

export const meta = () => pageTitle(orders.columns.order);

export default function OrderRoute({ params }: Route.ComponentProps) {
  return <OrderPage key={params.orderId} orderId={params.orderId} />;
}
