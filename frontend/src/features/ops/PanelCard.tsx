// SPDX-License-Identifier: MIT
import { useQuery } from '@tanstack/react-query';
import type { Panel } from '~/api/types';
import { LineChart } from '~/features/ops/LineChart';
import { MonitoringProblem } from '~/features/ops/MonitoringProblem';
import { DAY_S, panelQuery, type Span } from '~/features/ops/requests';
import { ops } from '~/text/ops';
import { Card } from '~/ui/Card';
import { Skeleton } from '~/ui/Skeleton';

interface Props {
  panel: Panel;
  span: Span;
  live: boolean;
  isCompared: boolean;
}

export function PanelCard({ panel, span, live, isCompared }: Props) {
  const chart = useQuery(panelQuery(panel.panel_id, span, live));
  const before = useQuery({ ...panelQuery(panel.panel_id, span, live, DAY_S), enabled: isCompared });
  const data = chart.data;
  return (
    <Card title={panel.title}>
      {chart.error && !data ? (
        <MonitoringProblem error={chart.error} onRetry={() => chart.refetch()} />
      ) : !data ? (
        <div className="p-4">
          <Skeleton className="h-72" />
        </div>
      ) : data.series.some(({ values }) => values.some((value) => value !== null)) ? (
        <>
          <LineChart panel={data} before={isCompared ? before.data : undefined} />
          {isCompared && before.error ? (
            <p className="px-4 pb-4 text-muted text-sm">{ops.metrics.noBefore}</p>
          ) : null}
        </>
      ) : (
        <p className="grid min-h-44 place-items-center p-4 text-muted">{ops.metrics.empty}</p>
      )}
    </Card>
  );
}
