// SPDX-License-Identifier: MIT
// The frame of the operations pages: who may see them, and the way from one to the other. The server decides
// about rights; this only spares others a page of refusals.
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { NavLink } from 'react-router';
import { meQuery } from '~/api/identity';
import { paths } from '~/app/paths';
import { guard } from '~/text/guard';
import { ledger } from '~/text/ledger';
import { logs } from '~/text/logs';
import { ops } from '~/text/ops';
import { system } from '~/text/system';
import { EmptyState } from '~/ui/EmptyState';
import { ProblemPanel } from '~/ui/ProblemPanel';
import { SkeletonRows } from '~/ui/Skeleton';

const pages = [
  { to: paths.ops, label: ops.health.title },
  { to: paths.opsMetrics, label: ops.metrics.title },
  { to: paths.opsAlerts, label: ops.alerts.title },
  { to: paths.opsAudit, label: ops.audit.title },
  { to: paths.opsLogs, label: logs.title },
  { to: paths.opsSecurity, label: guard.title },
  { to: paths.opsLedger, label: ledger.title },
  { to: paths.opsSystem, label: system.title },
];

export function OpsFrame({ children }: { children: ReactNode }) {
  const me = useQuery(meQuery());
  if (!me.data) {
    return me.error ? (
      <div className="card">
        <ProblemPanel error={me.error} onRetry={() => me.refetch()} />
      </div>
    ) : (
      <SkeletonRows rows={4} />
    );
  }
  if (me.data.role !== 'admin') {
    return (
      <div className="card">
        <h1 className="sr-only">{ops.title}</h1>
        <EmptyState text={ops.refused} />
      </div>
    );
  }
  return (
    <>
      <nav aria-label={ops.pages} className="mb-6 flex flex-wrap gap-2 border-line border-b pb-3">
        {pages.map(({ to, label }) => (
          <NavLink
            key={to}
            to={to}
            end
            className={({ isActive }) => `btn btn-small ${isActive ? 'btn-primary' : ''}`}
          >
            {label}
          </NavLink>
        ))}
      </nav>
      {children}
    </>
  );
}
