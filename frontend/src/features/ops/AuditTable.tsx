// SPDX-License-Identifier: MIT
import type { AuditLine } from '~/api/types';
import type { AuditFilter, AuditKey } from '~/features/ops/requests';
import { ops } from '~/text/ops';
import { type Column, DataTable } from '~/ui/DataTable';
import { Time } from '~/ui/Time';

const { columns: words, nothing } = ops.audit;

interface Props {
  rows: readonly AuditLine[];
  onFilter: (filter: AuditFilter) => void;
}

/** A value leads to everything that has it. */
function cellOf(key: AuditKey, onFilter: Props['onFilter']) {
  return (line: AuditLine) => {
    const value = line[key];
    if (!value) return nothing;
    return (
      <button type="button" className="link break-all text-start" onClick={() => onFilter({ key, value })}>
        {value}
      </button>
    );
  };
}

function columnsFor(onFilter: Props['onFilter']): readonly Column<AuditLine>[] {
  return [
    {
      label: words.happened,
      phone: 'left-2',
      // A damaged line is kept as it is; its time may be none.
      cell: ({ happened }) =>
        Number.isNaN(Date.parse(happened ?? '')) ? (happened ?? nothing) : <Time at={happened ?? ''} />,
    },
    { label: words.action, phone: 'left-1', cell: cellOf('action', onFilter) },
    { label: words.actor, phone: 'right-1', cell: cellOf('actor', onFilter) },
    { label: words.object, phone: 'left-3', cell: cellOf('object', onFilter) },
    { label: words.outcome, phone: 'right-2', cell: ({ outcome }) => outcome ?? nothing },
    { label: words.reason, phone: 'off', wide: true, cell: ({ reason }) => reason ?? nothing },
    { label: words.ip, phone: 'right-3', cell: ({ ip }) => ip ?? nothing },
    { label: ops.audit.keys.request_id, phone: 'off', wide: true, cell: cellOf('request_id', onFilter) },
  ];
}

export function AuditTable({ rows, onFilter }: Props) {
  return (
    <DataTable
      caption={ops.audit.title}
      columns={columnsFor(onFilter)}
      rows={rows}
      keyOf={({ number }) => String(number)}
    />
  );
}
