// SPDX-License-Identifier: MIT

import { Fragment } from 'react';
import type { AuditLine } from '~/api/types';
import type { AuditFilter, AuditKey } from '~/features/ops/requests';
import { usePreferences } from '~/lib/preferences';
import { partly } from '~/lib/times';
import { ops } from '~/text/ops';
import { type Column, DataTable } from '~/ui/DataTable';

const { columns: words, nothing } = ops.audit;

const clockParts = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' } as const;

interface Props {
  rows: readonly AuditLine[];
  onFilter: (filter: AuditFilter) => void;
}

/** Long ids by their end, which is what tells them apart; the whole stands in the tooltip. */
function shortened(value: string): string {
  return value.replace(/[0-9a-f-]{24,}$/, (id) => `…${id.slice(-12)}`);
}

/** With seconds: events are often close together. */
function Moment({ at }: { at: string }) {
  const { zone } = usePreferences();
  const shown = partly(
    Date.parse(at),
    { ...{ year: 'numeric', month: 'short', day: 'numeric' }, ...clockParts, timeZoneName: 'short' },
    zone,
  );
  return (
    <time dateTime={at} className="num whitespace-nowrap">
      {shown}
    </time>
  );
}

/** A value leads to everything that has it. */
function cellOf(key: AuditKey, onFilter: Props['onFilter']) {
  return (line: AuditLine) => {
    const value = line[key];
    if (!value) return nothing;
    return (
      <button
        type="button"
        className="link wrap-anywhere text-start font-normal no-underline hover:underline"
        title={value}
        onClick={() => onFilter({ key, value })}
      >
        {shortened(value)
          .split('_')
          .map((part, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: parts of one text, which never move
            <Fragment key={index}>
              {index > 0 ? (
                <>
                  _<wbr />
                </>
              ) : null}
              {part}
            </Fragment>
          ))}
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
        Number.isNaN(Date.parse(happened ?? '')) ? (happened ?? nothing) : <Moment at={happened ?? ''} />,
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
