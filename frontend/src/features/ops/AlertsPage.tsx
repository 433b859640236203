// SPDX-License-Identifier: MIT
import { useQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { AlertLine } from '~/features/ops/AlertLine';
import { MonitoringProblem } from '~/features/ops/MonitoringProblem';
import { alertsQuery } from '~/features/ops/requests';
import { type SilenceChange, SilenceDialog } from '~/features/ops/SilenceDialog';
import { SilencesCard } from '~/features/ops/SilencesCard';
import { common } from '~/text/common';
import { ops } from '~/text/ops';
import { Button } from '~/ui/Button';
import { Card } from '~/ui/Card';
import { EmptyState } from '~/ui/EmptyState';
import { PageHeader } from '~/ui/PageHeader';
import { SkeletonRows } from '~/ui/Skeleton';

export function AlertsPage() {
  const alerts = useQuery(alertsQuery());
  const [change, setChange] = useState<SilenceChange | null>(null);
  const refresh = useRef<HTMLButtonElement>(null);
  const data = alerts.data;
  return (
    <>
      <PageHeader title={ops.alerts.title} text={ops.alerts.text}>
        <Button ref={refresh} busy={alerts.isFetching} onClick={() => alerts.refetch()}>
          {common.refresh}
        </Button>
      </PageHeader>
      {alerts.error ? (
        <div className="card">
          <MonitoringProblem error={alerts.error} onRetry={() => alerts.refetch()} />
        </div>
      ) : (
        <Card title={ops.alerts.list}>
          {!data ? (
            <SkeletonRows rows={3} className="h-20" />
          ) : data.data.length > 0 ? (
            <ul className="divide-y divide-line">
              {data.data.map((alert) => (
                <AlertLine
                  key={alert.fingerprint}
                  alert={alert}
                  onSilence={({ fingerprint, name }) => setChange({ kind: 'silence', id: fingerprint, name })}
                />
              ))}
            </ul>
          ) : (
            <EmptyState text={ops.alerts.none} />
          )}
          {data && data.omitted > 0 ? (
            <p className="border-line border-t p-4 text-muted">{ops.alerts.omitted(data.omitted)}</p>
          ) : null}
        </Card>
      )}
      {alerts.error ? null : <SilencesCard onChange={setChange} />}
      {change ? (
        <SilenceDialog
          key={`${change.kind} ${change.id}`}
          change={change}
          onClose={() => setChange(null)}
          after={() => refresh.current}
        />
      ) : null}
    </>
  );
}
