// SPDX-License-Identifier: MIT
// Whom operators have frozen, as the audit trail tells it.
import { useQuery } from '@tanstack/react-query';
import type { LedgerChange } from '~/features/ops/LedgerDialog';
import { ListTable } from '~/features/ops/ListTable';
import { type Frozen, frozenQuery } from '~/features/ops/ledger-requests';
import { named } from '~/features/ops/named';
import { ledger } from '~/text/ledger';
import { Button } from '~/ui/Button';
import { Card } from '~/ui/Card';
import type { Column } from '~/ui/DataTable';
import { Time } from '~/ui/Time';

const { frozen: words } = ledger;

interface Props {
  onChange: (change: LedgerChange) => void;
}

function columnsFor(onChange: Props['onChange']): readonly Column<Frozen>[] {
  return [
    {
      label: words.columns.account,
      phone: 'left-1',
      cell: ({ account }) => <span className="num font-medium">{account}</span>,
    },
    {
      label: words.columns.reason,
      phone: 'left-2',
      cell: ({ reason }) => <span className="wrap-anywhere">{reason ?? words.nothing}</span>,
    },
    {
      label: words.columns.since,
      phone: 'left-3',
      cell: ({ since }) =>
        Number.isNaN(Date.parse(since ?? '')) ? words.nothing : <Time at={since ?? ''} />,
    },
    {
      label: words.columns.actor,
      phone: 'right-2',
      cell: ({ actor }) => named(words.columns.actor, actor ?? words.nothing),
    },
    {
      label: words.columns.act,
      quiet: true,
      phone: 'right-1',
      cell: ({ account }) => (
        <Button
          small
          aria-label={words.unfreezeLabel(account)}
          onClick={() => onChange({ act: 'unfreeze', object: account, price: null })}
        >
          {words.unfreeze}
        </Button>
      ),
    },
  ];
}

export function FrozenCard({ onChange }: Props) {
  const list = useQuery(frozenQuery());
  const rows = list.data?.rows;
  return (
    <Card
      title={words.title}
      action={
        <Button small onClick={() => onChange({ act: 'unfreeze', object: '', price: null })}>
          {words.unfreezeOther}
        </Button>
      }
    >
      <ListTable
        list={list}
        rows={rows}
        awaited={2}
        caption={words.title}
        columns={columnsFor(onChange)}
        keyOf={({ account }) => account}
        none={words.none}
      />
      <p className="border-line border-t p-4 text-muted text-sm">
        {words.source} {list.data?.older ? words.older : null}
      </p>
    </Card>
  );
}
