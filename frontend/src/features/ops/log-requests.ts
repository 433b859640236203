// SPDX-License-Identifier: MIT
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { GET, unwrap } from '~/api/client';
import type { LogLine } from '~/api/types';
import { type Span, spans } from '~/features/ops/requests';

const PAGE = 100;
const TAIL_PAGE = 200;
const TAIL_MS = 2000;
const TAIL_MAX = 1000;
/** Lines may stand in their files a little later than their times say. */
const TAIL_OVERLAP_MS = 5000;

/** What every search of the logs is kept under. */
export const LOG_KEY = ['ops', 'logs'] as const;

/** In Unix seconds; without an end it goes up to now. */
export interface LogTime {
  from: number;
  to?: number;
}

const iso = (ms: number) => new Date(ms).toISOString();

/** What a span means now. */
function since(span: Span, fixed: LogTime | null): { from: string; to?: string } {
  if (fixed === null) return { from: iso(Date.now() - spans[span] * 1000) };
  return { from: iso(fixed.from * 1000), ...(fixed.to === undefined ? {} : { to: iso(fixed.to * 1000) }) };
}

export const logsQuery = (match: string | undefined, span: Span, fixed: LogTime | null) =>
  infiniteQueryOptions({
    queryKey: [...LOG_KEY, 'list', match, span, fixed?.from, fixed?.to],
    queryFn: async ({ pageParam, signal }) => {
      // later pages are of the same span as the first
      const time = pageParam?.time ?? since(span, fixed);
      const cursor = pageParam ? { cursor: pageParam.cursor } : {};
      const query = { ...(match ? { match } : {}), ...time, ...cursor, limit: PAGE };
      const askedMs = Date.now();
      const reply = await unwrap(GET('/api/v1/ops/logs', { params: { query }, signal }));
      return { time, askedMs, reply };
    },
    refetchOnWindowFocus: false, // a search is run when somebody asks for it
    initialPageParam: null as { time: { from: string; to?: string }; cursor: string } | null,
    getNextPageParam: ({ time, reply }) =>
      reply.next_cursor === null ? undefined : { time, cursor: reply.next_cursor },
  });

export const logBarsQuery = (match: string | undefined, span: Span, fixed: LogTime | null) =>
  queryOptions({
    queryKey: [...LOG_KEY, 'bars', match, span, fixed?.from, fixed?.to],
    queryFn: async ({ signal }) => {
      const query = { ...(match ? { match } : {}), ...since(span, fixed) };
      return (await unwrap(GET('/api/v1/ops/logs/histogram', { params: { query }, signal }))).data;
    },
    refetchOnWindowFocus: false,
    placeholderData: keepPreviousData,
  });

export interface Tail {
  lines: LogLine[];
  /** There were more at once than a page holds. */
  gap: boolean;
}

/** Puts what is new before what is known. */
export function joined(known: Tail, page: { data: LogLine[]; has_more: boolean }): Tail {
  const ids = new Set(known.lines.map(({ id }) => id));
  const fresh = page.data.filter(({ id }) => !ids.has(id));
  const lines = [...fresh, ...known.lines]
    .sort((a, b) => (a.time < b.time ? 1 : a.time > b.time ? -1 : 0))
    .slice(0, TAIL_MAX);
  return { lines, gap: known.gap || (page.has_more && fresh.length === page.data.length) };
}

/** Lines since a moment, asked for again and again; each time only the last few seconds are. */
export const tailQuery = (match: string | undefined, startMs: number) => {
  const queryKey = [...LOG_KEY, 'tail', match, startMs] as const;
  return queryOptions({
    queryKey,
    queryFn: async ({ client, signal }): Promise<Tail> => {
      const known = client.getQueryData<Tail>(queryKey) ?? { lines: [], gap: false };
      const newest = Date.parse(known.lines[0]?.time ?? '') || startMs;
      const query = {
        ...(match ? { match } : {}),
        from: iso(Math.max(startMs, newest) - TAIL_OVERLAP_MS),
        limit: TAIL_PAGE,
      };
      return joined(known, await unwrap(GET('/api/v1/ops/logs', { params: { query }, signal })));
    },
    refetchInterval: TAIL_MS,
  });
};
