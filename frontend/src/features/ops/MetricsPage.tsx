// SPDX-License-Identifier: MIT
// The charts of one dashboard; which one and over how long stands in the address.
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { MonitoringProblem } from '~/features/ops/MonitoringProblem';
import { PanelCard } from '~/features/ops/PanelCard';
import { asSpan, isMonitoring, panelQuery, panelsQuery, type Span, spans } from '~/features/ops/requests';
import { useSearch } from '~/lib/search';
import { ops } from '~/text/ops';
import { PageHeader } from '~/ui/PageHeader';
import { ProblemPanel } from '~/ui/ProblemPanel';
import { Segment } from '~/ui/Segment';
import { SkeletonRows } from '~/ui/Skeleton';

const choices = (Object.keys(spans) as Span[]).map((value) => ({ value, label: ops.metrics.spans[value] }));

export function MetricsPage() {
  const [params, setParams] = useSearch();
  const [live, setLive] = useState(true);
  const boards = useQuery(panelsQuery());
  const span = asSpan(params.get('span'));
  const isCompared = params.get('compare') === 'yesterday';
  const board = boards.data?.find(({ name }) => name === params.get('board')) ?? boards.data?.[0];
  const first = board?.panels[0];
  // One chart tells for all of them whether there is any monitoring.
  const probe = useQuery({ ...panelQuery(first?.panel_id ?? '', span, live), enabled: first !== undefined });
  const change = (name: string, value: string) =>
    setParams((now) => ({ ...Object.fromEntries(now), [name]: value }), { replace: true });
  return (
    <>
      <PageHeader title={ops.metrics.title} text={ops.metrics.text}>
        <Segment
          label={ops.metrics.span}
          choices={choices}
          value={span}
          onChange={(value) => change('span', value)}
        />
        <label className="inline-flex min-h-10 items-center gap-2">
          <input type="checkbox" checked={live} onChange={(event) => setLive(event.target.checked)} />
          {ops.metrics.live}
        </label>
        <label className="inline-flex min-h-10 items-center gap-2">
          <input
            type="checkbox"
            checked={isCompared}
            onChange={(event) => change('compare', event.target.checked ? 'yesterday' : '')}
          />
          {ops.metrics.compare}
        </label>
      </PageHeader>
      {boards.data && board ? (
        <Segment
          label={ops.metrics.dashboard}
          className="mb-5 min-w-0 max-w-full overflow-x-auto whitespace-nowrap"
          choices={boards.data.map(({ name, title }) => ({ value: name, label: title }))}
          value={board.name}
          onChange={(value) => change('board', value)}
        />
      ) : null}
      {boards.error && !boards.data ? (
        <div className="card">
          <ProblemPanel error={boards.error} onRetry={() => boards.refetch()} />
        </div>
      ) : !board ? (
        <SkeletonRows rows={6} />
      ) : isMonitoring(probe.error) ? (
        <div className="card mb-5">
          <MonitoringProblem error={probe.error} onRetry={() => probe.refetch()} />
          {probe.data ? <p className="px-5 pb-5 text-muted">{ops.old}</p> : null}
        </div>
      ) : null}
      {board && (!isMonitoring(probe.error) || probe.data) ? (
        <div className="grid gap-5 lg:grid-cols-2">
          {board.panels.map((panel) => (
            <PanelCard key={panel.panel_id} panel={panel} span={span} live={live} isCompared={isCompared} />
          ))}
        </div>
      ) : null}
    </>
  );
}
