// SPDX-License-Identifier: MIT
import type { AssetTransaction } from '~/api/types';
import { price } from '~/lib/format';
import { portfolio } from '~/text/portfolio';
import { Amount } from '~/ui/Amount';
import { type Column, DataTable } from '~/ui/DataTable';
import { OrderLink, SideLabel } from '~/ui/OrderBits';

const words = portfolio.history;

const columns: readonly Column<AssetTransaction>[] = [
  {
    label: words.time,
    phone: 'left-2',
    cell: (fill) => <OrderLink orderId={fill.order_id} at={fill.timestamp} />,
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
