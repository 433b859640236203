// SPDX-License-Identifier: MIT
// What this installation is made of: versions that run, and what grows old or ends.
import { useQuery } from '@tanstack/react-query';
import type { OperationsProcess, PanelData } from '~/api/types';
import { MonitoringProblem } from '~/features/ops/MonitoringProblem';
import { healthQuery, isAbsent, panelQuery } from '~/features/ops/requests';
import { inUnit } from '~/features/ops/units';
import { system } from '~/text/system';
import { Card } from '~/ui/Card';
import { type Column, DataTable, TABLE_ROW } from '~/ui/DataTable';
import { EmptyState } from '~/ui/EmptyState';
import { PageHeader } from '~/ui/PageHeader';
import { Skeleton, SkeletonRows } from '~/ui/Skeleton';

interface Version {
  version: string | null;
  names: string[];
}

/** The versions by how many processes run them. Those that are down run none. */
function versionsOf(processes: readonly OperationsProcess[]): Version[] {
  const known = new Map<string | null, string[]>();
  for (const { version, name, state } of processes) {
    if (state !== 'down') known.set(version, [...(known.get(version) ?? []), name]);
  }
  return [...known]
    .map(([version, names]) => ({ version, names }))
    .sort((a, b) => b.names.length - a.names.length);
}

const columns: readonly Column<Version>[] = [
  {
    label: system.columns.version,
    phone: 'left-1',
    cell: ({ version }) => <strong className="wrap-anywhere">{version ?? system.unknown}</strong>,
  },
  {
    label: system.columns.processes,
    phone: 'left-2',
    cell: ({ names }) => <span className="wrap-anywhere">{system.running(names)}</span>,
  },
];

function Versions() {
  const health = useQuery(healthQuery());
  const rows = health.data ? versionsOf(health.data.processes) : undefined;
  const several = (rows ?? []).filter(({ version }) => version !== null).length > 1;
  return (
    <Card title={system.versions} action={several ? <p className="text-warn">{system.mixed}</p> : null}>
      {health.error && !rows ? (
        <MonitoringProblem error={health.error} onRetry={() => health.refetch()} />
      ) : !rows ? (
        <SkeletonRows rows={2} className={TABLE_ROW} />
      ) : rows.length > 0 ? (
        <DataTable
          caption={system.versions}
          columns={columns}
          rows={rows}
          keyOf={({ version }) => version ?? ''}
        />
      ) : (
        <EmptyState text={system.none} />
      )}
    </Card>
  );
}

/** The newest value of each series; a series that has ended is none. */
function newestOf({ series }: PanelData): { legend: string; value: number }[] {
  return series.flatMap(({ legend, values }) => {
    const value = values.slice(-3).findLast((one) => one !== null) ?? null;
    return value === null ? [] : [{ legend, value }];
  });
}

function Ages({ panelId }: { panelId: keyof typeof system.figures }) {
  const panel = useQuery(panelQuery(panelId, '15m', true));
  const words = system.figures[panelId];
  const rows = panel.data ? newestOf(panel.data) : [];
  return (
    <Card title={words.title}>
      {panel.error && !panel.data ? (
        <MonitoringProblem error={panel.error} onRetry={() => panel.refetch()} />
      ) : !panel.data ? (
        <Skeleton className="m-4 h-12" />
      ) : rows.length > 0 ? (
        <ul className="flex flex-col gap-2 p-4">
          {rows.map(({ legend, value }) => (
            <li key={legend} className="num">
              {legend} <strong>{value < 0 ? system.ended : inUnit(value, 's')}</strong>
            </li>
          ))}
        </ul>
      ) : (
        <EmptyState text={words.none} />
      )}
    </Card>
  );
}

export function SystemPage() {
  const health = useQuery(healthQuery());
  return (
    <>
      <PageHeader title={system.title} text={system.text} />
      {isAbsent(health.error) ? (
        <div className="card">
          <MonitoringProblem error={health.error} onRetry={() => health.refetch()} />
        </div>
      ) : (
        <div className="flex flex-col gap-6">
          <Versions />
          <div className="grid gap-6 lg:grid-cols-3">
            <Ages panelId="security-key-age" />
            <Ages panelId="security-certificate-left" />
            <Ages panelId="machine-backup-age" />
          </div>
        </div>
      )}
    </>
  );
}
