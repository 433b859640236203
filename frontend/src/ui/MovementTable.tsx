// SPDX-License-Identifier: MIT
import { Link } from 'react-router';
import type { Transaction } from '~/api/types';
import { paths } from '~/app/paths';
import { account } from '~/text/account';
import { Amount } from '~/ui/Amount';
import { Change } from '~/ui/Change';
import { type Column, DataTable } from '~/ui/DataTable';
import { Time } from '~/ui/Time';

const words = account.history;

const columns: readonly Column<Transaction>[] = [
  { label: words.time, phone: 'left-2', cell: (movement) => <Time at={movement.created_at} /> },
  { label: words.type, phone: 'left-1', cell: (movement) => words.types[movement.transaction_type] },
  {
    label: words.order,
    phone: 'left-3',
    cell: (movement) =>
      movement.reference_id ? (
        <Link to={paths.order(movement.reference_id)} className="link">
          {words.seeOrder}
        </Link>
      ) : null,
  },
  {
    label: words.status,
    phone: 'right-2',
    cell: (movement) => (
      <span className={`chip ${movement.status === 'completed' ? 'bg-up-tint text-up' : ''}`}>
        {words.statuses[movement.status]}
      </span>
    ),
  },
  {
    label: words.amount,
    num: true,
    phone: 'right-1',
    cell: (movement) => (
      <Change value={movement.amount}>
        <Amount value={movement.amount} as="signed" />
      </Change>
    ),
  },
];

/** Movements of cash: credits and debits with sign, arrow and colour. */
export function MovementTable({ movements }: { movements: readonly Transaction[] }) {
  return (
    <DataTable
      caption={words.title}
      columns={columns}
      rows={movements}
      keyOf={({ transaction_id }) => transaction_id}
    />
  );
}
