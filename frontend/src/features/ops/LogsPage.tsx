// SPDX-License-Identifier: MIT
// Search of the logs. Query and time stand in the address, so a search can be sent to somebody.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { LogBars } from '~/features/ops/LogBars';
import { LogBuilder } from '~/features/ops/LogBuilder';
import { LogList } from '~/features/ops/LogList';
import { LogQueryForm } from '~/features/ops/LogQueryForm';
import { type Field, narrowed } from '~/features/ops/log-lines';
import { LOG_KEY, type LogTime, logBarsQuery } from '~/features/ops/log-requests';
import { matchOf } from '~/features/ops/log-tests';
import { readLogql } from '~/features/ops/logql';
import { asSpan, type Span, spans } from '~/features/ops/requests';
import { useHydrated } from '~/lib/hydrated';
import { usePreferences } from '~/lib/preferences';
import { useSearch } from '~/lib/search';
import { dateTime } from '~/lib/times';
import { logs } from '~/text/logs';
import { ops } from '~/text/ops';
import { Button } from '~/ui/Button';
import { Card } from '~/ui/Card';
import { PageHeader } from '~/ui/PageHeader';
import { ProblemPanel } from '~/ui/ProblemPanel';
import { Segment } from '~/ui/Segment';
import { SkeletonRows } from '~/ui/Skeleton';

const choices = (Object.keys(spans) as Span[]).map((value) => ({ value, label: ops.metrics.spans[value] }));

/** What the address lacks or spells wrongly is no bound. */
function readTime(params: URLSearchParams): LogTime | null {
  const second = (name: string) => Number(params.get(name)?.match(/^\d{1,10}$/)?.[0]) || undefined;
  const [from, to] = [second('from'), second('to')];
  if (from === undefined || (to !== undefined && to <= from)) return null;
  return { from, ...(to === undefined ? {} : { to }) };
}

interface FoundProps {
  match: string | undefined;
  span: Span;
  fixed: LogTime | null;
  live: boolean;
  onOnly: (time: LogTime) => void;
  onKeep: (field: Field) => void;
  onClear: () => void;
}

function Found({ match, span, fixed, live, onOnly, onKeep, onClear }: FoundProps) {
  const bars = useQuery(logBarsQuery(match, span, fixed));
  return (
    <div className="flex flex-col gap-5">
      <Card title={logs.bars.title}>
        {bars.data ? (
          <LogBars data={bars.data} onOnly={onOnly} />
        ) : bars.error ? (
          <ProblemPanel error={bars.error} onRetry={() => bars.refetch()} />
        ) : (
          <SkeletonRows rows={4} className="h-12" />
        )}
      </Card>
      <LogList match={match} span={span} fixed={fixed} live={live} onKeep={onKeep} onClear={onClear} />
    </div>
  );
}

export function LogsPage() {
  const [params, setParams] = useSearch();
  const { zone } = usePreferences();
  const hydrated = useHydrated();
  const client = useQueryClient();
  const [live, setLive] = useState(false);
  const query = params.get('q') ?? '';
  const span = asSpan(params.get('span'));
  const fixed = readTime(params);
  const reading = query ? readLogql(query) : { tests: [] };
  const change = (part: Record<string, string | null>) =>
    setParams((now) => {
      const next = { ...Object.fromEntries(now), ...part };
      return Object.fromEntries(
        Object.entries(next).filter((entry): entry is [string, string] => Boolean(entry[1])),
      );
    });
  /** The same query again looks again. */
  const search = (q: string) =>
    q === query ? void client.invalidateQueries({ queryKey: LOG_KEY }) : change({ q });
  const keepTime = ({ from, to }: LogTime) => {
    setLive(false);
    change({ from: String(from), to: to === undefined ? null : String(to) });
  };
  const shown = (seconds: number) => dateTime(new Date(seconds * 1000).toISOString(), zone);
  return (
    <>
      <PageHeader title={logs.title} text={logs.text}>
        {fixed ? (
          <>
            <span className="num text-sm">
              {logs.fixed(shown(fixed.from), shown(fixed.to ?? Date.now() / 1000))}
            </span>
            <Button small onClick={() => change({ from: null, to: null })}>
              {logs.release}
            </Button>
          </>
        ) : (
          <>
            <Segment
              label={logs.span}
              choices={choices}
              value={span}
              onChange={(value) => change({ span: value })}
            />
            <label className="inline-flex min-h-10 items-center gap-2">
              <input type="checkbox" checked={live} onChange={(event) => setLive(event.target.checked)} />
              {logs.live}
            </label>
          </>
        )}
      </PageHeader>
      <LogQueryForm query={query} onSearch={search} />
      <LogBuilder onSearch={search} />
      {!hydrated ? (
        <SkeletonRows rows={10} />
      ) : reading.tests ? (
        <Found
          match={matchOf(reading.tests)}
          span={span}
          fixed={fixed}
          live={live && !fixed}
          onOnly={keepTime}
          onKeep={(field) => search(narrowed(query, field))}
          onClear={() => search('')}
        />
      ) : null}
    </>
  );
}
