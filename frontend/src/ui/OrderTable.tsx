// SPDX-License-Identifier: MIT
import { Link } from 'react-router';
import type { Order } from '~/api/types';
import { paths } from '~/app/paths';
import { price } from '~/lib/format';
import { orders } from '~/text/orders';
import { Amount } from '~/ui/Amount';
import { StatusChip, TypeLabel } from '~/ui/OrderBits';
import { Time } from '~/ui/Time';

const columns = orders.columns;

export function OrderTable({ caption, list }: { caption: string; list: readonly Order[] }) {
  return (
    <table className="data-table stack-table">
      <caption className="sr-only">{caption}</caption>
      <thead>
        <tr>
          <th scope="col">{columns.time}</th>
          <th scope="col">{columns.type}</th>
          <th scope="col">{columns.asset}</th>
          <th scope="col" className="num">
            {columns.quantity}
          </th>
          <th scope="col" className="num">
            {columns.price}
          </th>
          <th scope="col" className="num">
            {columns.total}
          </th>
          <th scope="col">{columns.status}</th>
        </tr>
      </thead>
      <tbody>
        {list.map((order) => (
          <tr key={order.order_id}>
            <td data-label={columns.time}>
              <Link to={paths.order(order.order_id)} className="link">
                <Time at={order.created_at} />
                <span className="sr-only">{orders.open(order.order_id)}</span>
              </Link>
            </td>
            <td data-label={columns.type}>
              <TypeLabel type={order.order_type} />
            </td>
            <td data-label={columns.asset}>{order.asset_id}</td>
            <td data-label={columns.quantity} className="num">
              <Amount value={order.quantity} as="quantity" />
            </td>
            <td data-label={columns.price} className="num">
              {price(order.price)}
            </td>
            <td data-label={columns.total} className="num">
              <Amount value={order.total_amount} as="total" />
            </td>
            <td data-label={columns.status}>
              <StatusChip status={order.status} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
