// SPDX-License-Identifier: MIT
import { Link } from 'react-router';
import type { AssetTransaction } from '~/api/types';
import { paths } from '~/app/paths';
import { price } from '~/lib/format';
import { portfolio as words } from '~/text/portfolio';
import { Amount } from '~/ui/Amount';
import { SideLabel } from '~/ui/OrderBits';
import { Time } from '~/ui/Time';

const columns = words.history;

export function FillTable({ fills }: { fills: readonly AssetTransaction[] }) {
  return (
    <table className="data-table stack-table">
      <caption className="sr-only">{columns.trades}</caption>
      <thead>
        <tr>
          <th scope="col">{columns.time}</th>
          <th scope="col">{columns.side}</th>
          <th scope="col" className="num">
            {columns.quantity}
          </th>
          <th scope="col" className="num">
            {columns.price}
          </th>
          <th scope="col">{columns.order}</th>
        </tr>
      </thead>
      <tbody>
        {fills.map((fill) => (
          <tr key={`${fill.order_id} ${fill.timestamp}`}>
            <td data-label={columns.time}>
              <Time at={fill.timestamp} />
            </td>
            <td data-label={columns.side}>
              <SideLabel
                buy={fill.transaction_type === 'BUY'}
                text={fill.transaction_type === 'BUY' ? columns.bought : columns.sold}
              />
            </td>
            <td data-label={columns.quantity} className="num">
              <Amount value={fill.quantity} as="quantity" />
            </td>
            <td data-label={columns.price} className="num">
              {price(fill.price)}
            </td>
            <td data-label={columns.order}>
              <Link to={paths.order(fill.order_id)} className="link break-all">
                {fill.order_id}
              </Link>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
