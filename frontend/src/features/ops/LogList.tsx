// SPDX-License-Identifier: MIT
// What a search has found, how far it came, and new lines above while it is live.
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type { LogLine } from '~/api/types';
import { LogRow } from '~/features/ops/LogRow';
import type { Field } from '~/features/ops/log-lines';
import { type LogTime, logsQuery, tailQuery } from '~/features/ops/log-requests';
import type { Span } from '~/features/ops/requests';
import { inUnit } from '~/features/ops/units';
import { usePreferences } from '~/lib/preferences';
import { dateTime } from '~/lib/times';
import { logs } from '~/text/logs';
import { Button } from '~/ui/Button';
import { Card } from '~/ui/Card';
import { EmptyState } from '~/ui/EmptyState';
import { LoadMore } from '~/ui/LoadMore';
import { ProblemPanel } from '~/ui/ProblemPanel';
import { SkeletonRows } from '~/ui/Skeleton';

const { list: words } = logs;

interface Props {
  match: string | undefined;
  span: Span;
  fixed: LogTime | null;
  /** New lines are shown as they come. */
  live: boolean;
  onKeep: (field: Field) => void;
  onClear: () => void;
}

/** New lines first, each once. */
function together(fresh: readonly LogLine[], found: readonly LogLine[]): readonly LogLine[] {
  const ids = new Set(found.map(({ id }) => id));
  return [...fresh.filter(({ id }) => !ids.has(id)), ...found];
}

export function LogList({ match, span, fixed, live, onKeep, onClear }: Props) {
  const { zone } = usePreferences();
  const list = useInfiniteQuery(logsQuery(match, span, fixed));
  const askedMs = list.data?.pages[0]?.askedMs;
  const tail = useQuery({ ...tailQuery(match, askedMs ?? 0), enabled: live && askedMs !== undefined });
  const last = list.data?.pages.at(-1)?.reply;
  if (!list.data || !last) {
    return (
      <Card title={words.title}>
        {list.error ? (
          <ProblemPanel error={list.error} onRetry={() => list.refetch()} />
        ) : (
          <SkeletonRows rows={10} className="h-10" />
        )}
      </Card>
    );
  }
  const fresh = live ? (tail.data?.lines ?? []) : [];
  const rows = together(
    fresh,
    list.data.pages.flatMap(({ reply }) => reply.data),
  );
  const bytes = list.data.pages.reduce((sum, { reply }) => sum + reply.searched_bytes, 0);
  return (
    <Card
      title={words.title}
      action={<output className="num text-muted text-sm">{words.shown(rows.length)}</output>}
    >
      {live ? (
        <p role="status" className="border-line border-b px-4 py-2 text-muted text-sm">
          {tail.error ? words.tailFailed : tail.data?.gap ? words.gap : words.tail}
        </p>
      ) : null}
      {rows.length > 0 ? (
        <ol aria-label={words.title} className="divide-y divide-line">
          {rows.map((line) => (
            <LogRow key={line.id} line={line} zone={zone} onKeep={onKeep} />
          ))}
        </ol>
      ) : (
        <EmptyState text={last.has_more ? words.noneYet : words.none}>
          {match ? <Button onClick={onClear}>{words.clear}</Button> : null}
        </EmptyState>
      )}
      <LoadMore list={list} />
      <p className="border-line border-t px-4 py-2 text-muted text-sm">
        {words.searched(dateTime(last.searched_from, zone), inUnit(bytes, 'bytes'))}{' '}
        {last.exhausted ? words.exhausted : null}{' '}
        {last.unread_files > 0 ? words.unread(last.unread_files) : null}
      </p>
    </Card>
  );
}
