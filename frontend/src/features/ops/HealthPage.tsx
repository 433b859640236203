// SPDX-License-Identifier: MIT
import { useQuery } from '@tanstack/react-query';
import type { Alert, OperationsProcess } from '~/api/types';
import { AlertLine } from '~/features/ops/AlertLine';
import { MonitoringProblem } from '~/features/ops/MonitoringProblem';
import { ProcessTable } from '~/features/ops/ProcessTable';
import { alertsQuery, healthQuery, isAbsent } from '~/features/ops/requests';
import { common } from '~/text/common';
import { ops } from '~/text/ops';
import { Button } from '~/ui/Button';
import { Card } from '~/ui/Card';
import { EmptyState } from '~/ui/EmptyState';
import { PageHeader } from '~/ui/PageHeader';
import { SkeletonRows } from '~/ui/Skeleton';
import { Ago, Time } from '~/ui/Time';

interface Props {
  processes: readonly OperationsProcess[] | undefined;
  alerts: readonly Alert[] | undefined;
  /** The last looks at both have succeeded. */
  sure: boolean;
}

/** Processes first: an alert needs a minute to notice. */
function Wrong({ processes, alerts, sure }: Props) {
  const broken = (processes ?? []).filter(({ state }) => state !== 'up');
  const firing = (alerts ?? []).filter(({ silenced }) => !silenced);
  if (!processes) return <SkeletonRows rows={2} />;
  if (broken.length + firing.length === 0) {
    return alerts && sure ? <p className="p-4">{ops.health.nothing}</p> : null;
  }
  return (
    <ul className="divide-y divide-line">
      {broken.map(({ name, state, since }) => (
        <li key={name} className="flex flex-wrap items-baseline gap-x-3 p-4">
          <strong className="text-down">
            {state === 'down' ? ops.health.isDown(name) : ops.health.isSilent(name)}
          </strong>
          {since && state === 'down' ? <Ago at={since} /> : null}
        </li>
      ))}
      {firing.map((alert) => (
        <AlertLine key={alert.fingerprint} alert={alert} />
      ))}
    </ul>
  );
}

export function HealthPage() {
  const health = useQuery(healthQuery());
  const alerts = useQuery(alertsQuery());
  const look = () => {
    health.refetch();
    alerts.refetch();
  };
  const data = health.data;
  const missing = health.error && (!data || isAbsent(health.error));
  return (
    <>
      <PageHeader title={ops.health.title} text={ops.health.text}>
        <Button busy={health.isFetching} onClick={look}>
          {common.refresh}
        </Button>
      </PageHeader>
      {missing ? (
        <div className="card">
          <MonitoringProblem error={health.error} onRetry={look} />
        </div>
      ) : (
        <div className="flex flex-col gap-5">
          {health.error ? (
            <div className="card">
              <MonitoringProblem error={health.error} onRetry={look} />
              <p className="px-5 pb-5 text-muted">{ops.old}</p>
            </div>
          ) : null}
          <Card title={ops.health.wrong}>
            {alerts.error ? (
              <div className="border-line border-b">
                <p className="px-5 pt-4">{ops.health.noAlerts}</p>
                <MonitoringProblem error={alerts.error} onRetry={look} />
              </div>
            ) : null}
            <Wrong
              processes={data?.processes}
              alerts={alerts.data?.data}
              sure={!health.error && !alerts.error}
            />
          </Card>
          <Card
            title={ops.health.processes}
            action={
              data ? (
                <p className="text-muted text-sm">
                  {ops.health.checked} <Time at={data.checked_at} />
                </p>
              ) : null
            }
          >
            {!data ? (
              <SkeletonRows rows={8} className="h-12" />
            ) : data.processes.length > 0 ? (
              <ProcessTable rows={data.processes} />
            ) : (
              <EmptyState text={ops.health.none} />
            )}
          </Card>
        </div>
      )}
    </>
  );
}
