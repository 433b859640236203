// SPDX-License-Identifier: MIT
import { pageTitle } from '~/app/meta';
import { OrdersPage } from '~/features/orders/OrdersPage';
import { orders } from '~/text/orders';

export const meta = () => pageTitle(orders.title, orders.text);

export default OrdersPage;
