// SPDX-License-Identifier: MIT
import { Link } from 'react-router';
import type { AssetTransaction } from '~/api/types';
import { paths } from '~/app/paths';
import { price } from '~/lib/format';
import { orders } from '~/text/orders';
import { portfolio } from '~/text/portfolio';
import { Amount } from '~/ui/Amount';
import { type Column, DataTable } from '~/ui/DataTable';
import { SideLabel } from '~/ui/OrderBits';
import { Time } from '~/ui/Time';

const words = portfolio.history;

const columns: readonly Column<AssetTransaction>[] = [
  {
    label: words.time,
    phone: 'left-2',
    cell: (fill) => (
      <Link to={paths.order(fill.order_id)} className="link">
        <Time at={fill.timestamp} />
        <span className="sr-only">{orders.open(fill.order_id)}</span>
      </Link>
    ),
  },
  {
    label: words.side,
    phone: 'left-1',
    cell: ({ transaction_type }) => (
      <SideLabel
        buy={transaction_type === 'BUY'}
        text={transaction_type === 'BUY' ? words.bought : words.sold}
      />
    ),
  },
  {
    label: words.quantity,
    num: true,
    phone: 'right-1',
    cell: (fill) => <Amount value={fill.quantity} as="quantity" />,
  },
  { label: words.price, num: true, phone: 'right-2', cell: (fill) => price(fill.price) },
];

export function FillTable({ fills }: { fills: readonly AssetTransaction[] }) {
  return (
    <DataTable
      caption={words.trades}
      columns={columns}
      rows={fills}
      keyOf={(fill) => `${fill.order_id} ${fill.timestamp}`}
    />
  );
}
