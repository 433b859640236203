// SPDX-License-Identifier: MIT
// The silences that are in force or still to begin, the first to end first.
import { useQuery } from '@tanstack/react-query';
import type { Silence } from '~/api/types';
import { ListTable } from '~/features/ops/ListTable';
import { named } from '~/features/ops/named';
import type { SilenceChange } from '~/features/ops/SilenceDialog';
import { nameOf, silencesQuery, textOf } from '~/features/ops/silence-requests';
import { silences as words } from '~/text/silences';
import { Button } from '~/ui/Button';
import { Card } from '~/ui/Card';
import type { Column } from '~/ui/DataTable';
import { Time } from '~/ui/Time';

interface Props {
  onChange: (change: SilenceChange) => void;
}

function columnsFor(onChange: Props['onChange']): readonly Column<Silence>[] {
  return [
    {
      label: words.columns.what,
      phone: 'left-1',
      cell: (silence) => (
        <>
          <strong className="wrap-anywhere font-medium">{nameOf(silence)}</strong>
          <span className="wrap-anywhere block text-muted text-sm">
            {silence.matchers.map(textOf).join(', ')}
          </span>
        </>
      ),
    },
    {
      label: words.columns.reason,
      phone: 'left-2',
      cell: ({ reason }) => <span className="wrap-anywhere">{reason || words.nothing}</span>,
    },
    {
      label: words.columns.by,
      phone: 'left-3',
      cell: ({ created_by }) => named(words.columns.by, created_by || words.nothing),
    },
    {
      label: words.columns.until,
      phone: 'right-2',
      cell: ({ ends_at, active }) => (
        <>
          {named(words.columns.until, <Time at={ends_at} />)}
          {active ? null : <span className="chip ml-2">{words.pending}</span>}
        </>
      ),
    },
    {
      label: words.columns.act,
      quiet: true,
      phone: 'right-1',
      cell: (silence) => {
        const name = nameOf(silence);
        return (
          <Button
            small
            aria-label={words.endLabel(name)}
            onClick={() => onChange({ kind: 'end', id: silence.silence_id, name })}
          >
            {words.end}
          </Button>
        );
      },
    },
  ];
}

export function SilencesCard({ onChange }: Props) {
  const list = useQuery(silencesQuery());
  const rows = list.data?.data;
  return (
    <Card title={words.title} className="mt-6">
      <p className="border-line border-b p-4 text-muted text-sm">{words.text}</p>
      <ListTable
        list={list}
        rows={rows}
        awaited={2}
        caption={words.title}
        columns={columnsFor(onChange)}
        keyOf={({ silence_id }) => silence_id}
        none={words.none}
      />
      {list.data && list.data.omitted > 0 ? (
        <p className="border-line border-t p-4 text-muted">{words.omitted(list.data.omitted)}</p>
      ) : null}
    </Card>
  );
}
