// SPDX-License-Identifier: MIT
// Which markets trade: halted ones first, the others in the catalogue's order.
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Market } from '~/api/types';
import type { LedgerChange } from '~/features/ops/LedgerDialog';
import { marketsQuery } from '~/features/ops/ledger-requests';
import { named } from '~/features/ops/named';
import { price } from '~/lib/format';
import { ledger } from '~/text/ledger';
import { Button } from '~/ui/Button';
import { Card } from '~/ui/Card';
import { type Column, DataTable, TABLE_ROW } from '~/ui/DataTable';
import { EmptyState } from '~/ui/EmptyState';
import { Field } from '~/ui/Field';
import { ProblemPanel } from '~/ui/ProblemPanel';
import { SkeletonRows } from '~/ui/Skeleton';
import { Ago } from '~/ui/Time';

const { markets: words } = ledger;
const SHOWN = 25;

const tones: Record<Market['state'], string> = {
  open: 'bg-up-tint text-up',
  halted: 'bg-down-tint text-down',
  no_price: 'bg-warn-tint text-warn',
  inactive: '',
};

interface Props {
  onChange: (change: LedgerChange) => void;
}

function columnsFor(onChange: Props['onChange']): readonly Column<Market>[] {
  return [
    {
      label: words.columns.asset,
      phone: 'left-1',
      cell: ({ asset_id }) => <span className="font-medium">{asset_id}</span>,
    },
    {
      label: words.columns.state,
      phone: 'left-2',
      cell: ({ state }) => <span className={`chip ${tones[state]}`}>{words.states[state]}</span>,
    },
    {
      label: words.columns.price,
      phone: 'right-1',
      num: true,
      cell: ({ mark_price }) => (mark_price === null ? words.nothing : price(mark_price)),
    },
    {
      label: words.columns.time,
      phone: 'right-2',
      cell: ({ mark_time }) =>
        named(words.columns.time, mark_time === null ? words.nothing : <Ago at={mark_time} />),
    },
    {
      label: words.columns.act,
      quiet: true,
      phone: 'left-3',
      cell: ({ asset_id: object, state, mark_price }) => (
        <span className="inline-flex flex-wrap items-center gap-3">
          {state === 'halted' ? (
            <Button
              small
              aria-label={words.resumeLabel(object)}
              onClick={() => onChange({ act: 'resume', object, price: null })}
            >
              {words.resume}
            </Button>
          ) : (
            <Button
              small
              look="danger"
              aria-label={words.haltLabel(object)}
              onClick={() => onChange({ act: 'halt', object, price: null })}
            >
              {words.halt}
            </Button>
          )}
          <Button
            small
            aria-label={words.setPriceLabel(object)}
            onClick={() => onChange({ act: 'price_set', object, price: mark_price })}
          >
            {words.setPrice}
          </Button>
        </span>
      ),
    },
  ];
}

function matching(all: readonly Market[], text: string): Market[] {
  const wanted = text.trim().toUpperCase();
  const halted = ({ state }: Market) => (state === 'halted' ? 0 : 1);
  return all
    .filter(({ asset_id }) => asset_id.toUpperCase().includes(wanted))
    .sort((a, b) => halted(a) - halted(b));
}

function List({ all, text, onChange }: Props & { all: readonly Market[]; text: string }) {
  const rows = matching(all, text);
  if (rows.length === 0) return <EmptyState text={all.length > 0 ? words.noMatch : words.none} />;
  return (
    <>
      <DataTable
        caption={words.title}
        columns={columnsFor(onChange)}
        rows={rows.slice(0, SHOWN)}
        keyOf={({ asset_id }) => asset_id}
      />
      {rows.length > SHOWN ? (
        <p className="border-line border-t p-4 text-muted text-sm">{words.more(rows.length - SHOWN)}</p>
      ) : null}
    </>
  );
}

export function MarketsCard({ onChange }: Props) {
  const list = useQuery(marketsQuery());
  const [text, setText] = useState('');
  const halted = list.data?.filter(({ state }) => state === 'halted').length ?? 0;
  return (
    <Card
      title={words.title}
      action={list.data ? <p className="text-muted text-sm">{words.halted(halted)}</p> : null}
    >
      <search className="block p-4">
        <Field
          label={words.search}
          type="search"
          data-page-search
          maxLength={10}
          autoComplete="off"
          className="max-w-64"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </search>
      {list.data ? (
        <List all={list.data} text={text} onChange={onChange} />
      ) : list.error ? (
        <ProblemPanel error={list.error} onRetry={() => list.refetch()} />
      ) : (
        <SkeletonRows rows={5} className={TABLE_ROW} />
      )}
    </Card>
  );
}
