// SPDX-License-Identifier: MIT
import type { OperationsProcess } from '~/api/types';
import { named } from '~/features/ops/named';
import { ops } from '~/text/ops';
import { type Column, DataTable } from '~/ui/DataTable';
import { Ago } from '~/ui/Time';

const { columns: words, states, unknown } = ops.health;

const tones = {
  down: 'bg-down-tint text-down',
  silent: 'bg-warn-tint text-warn',
  up: 'bg-up-tint text-up',
} as const;

const columns: readonly Column<OperationsProcess>[] = [
  { label: words.name, phone: 'left-1', cell: ({ name }) => <strong>{name}</strong> },
  {
    label: words.state,
    phone: 'right-1',
    cell: ({ state }) => <span className={`chip ${tones[state]}`}>{states[state]}</span>,
  },
  { label: words.since, phone: 'left-2', cell: ({ since }) => (since ? <Ago at={since} /> : unknown) },
  {
    label: words.restarts,
    phone: 'right-2',
    num: true,
    cell: ({ restarts }) => named(words.restarts, restarts ?? unknown),
  },
  { label: words.version, phone: 'left-3', cell: ({ version }) => named(words.version, version ?? unknown) },
];

export function ProcessTable({ rows }: { rows: readonly OperationsProcess[] }) {
  return (
    <DataTable caption={ops.health.processes} columns={columns} rows={rows} keyOf={({ name }) => name} />
  );
}
