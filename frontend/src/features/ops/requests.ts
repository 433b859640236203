// SPDX-License-Identifier: MIT
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { GET, unwrap } from '~/api/client';
import { isProblem } from '~/api/problem';

export const LIVE_MS = 15_000;
const MAX_RETRIES = 2;

export function isAbsent(error: unknown): boolean {
  return isProblem(error) && error.code === 'monitoring_absent';
}

/** All that is asked fails alike: none is deployed, or none answers. */
export function isMonitoring(error: unknown): boolean {
  return isAbsent(error) || (isProblem(error) && error.code === 'monitoring_failed');
}

/** What is not deployed will not be in a second, either. */
export const patient = (failures: number, error: unknown) =>
  failures < MAX_RETRIES && isProblem(error) && error.transient && !isAbsent(error);

export const spans = { '15m': 900, '1h': 3600, '6h': 21_600, '24h': 86_400, '7d': 604_800 } as const;

export type Span = keyof typeof spans;

export function asSpan(text: string | null): Span {
  return text !== null && text in spans ? (text as Span) : '1h';
}

export const healthQuery = () =>
  queryOptions({
    queryKey: ['ops', 'health'],
    queryFn: async ({ signal }) => (await unwrap(GET('/api/v1/ops/health', { signal }))).data,
    refetchInterval: LIVE_MS,
    retry: patient,
  });

export const alertsKey = ['ops', 'alerts'] as const;

export const alertsQuery = () =>
  queryOptions({
    queryKey: alertsKey,
    queryFn: ({ signal }) => unwrap(GET('/api/v1/ops/alerts', { signal })),
    refetchInterval: LIVE_MS,
    retry: patient,
  });

export const panelsQuery = () =>
  queryOptions({
    queryKey: ['ops', 'panels'],
    queryFn: async ({ signal }) => (await unwrap(GET('/api/v1/ops/panels', { signal }))).data,
    staleTime: Number.POSITIVE_INFINITY,
  });

export const DAY_S = 86_400;

/** ago: seconds; the span ends so long before now. */
export const panelQuery = (panel_id: string, span: Span, live: boolean, ago = 0) =>
  queryOptions({
    queryKey: ['ops', 'panel', panel_id, span, ago],
    queryFn: async ({ signal }) => {
      const to = Math.floor(Date.now() / 1000) - ago;
      const query = { from: to - spans[span], ...(ago > 0 ? { to } : {}) };
      const reply = await unwrap(
        GET('/api/v1/ops/panels/{panel_id}', { params: { path: { panel_id }, query }, signal }),
      );
      return reply.data;
    },
    refetchInterval: live ? LIVE_MS : false,
    placeholderData: keepPreviousData,
    retry: patient,
  });

const AUDIT_PAGE = 50;

export const auditKeys = ['action', 'actor', 'object', 'request_id'] as const;

export type AuditKey = (typeof auditKeys)[number];

/** The trail is read by one thing at a time. */
export interface AuditFilter {
  key: AuditKey;
  value: string;
}

/** Days, as YYYY-MM-DD in UTC; both count in. */
export interface AuditDays {
  from?: string | undefined;
  to?: string | undefined;
}

/** The newest lines before that of this number; 0: of all. */
export function readAudit(
  filter: AuditFilter | null,
  { from, to }: AuditDays,
  { limit, before, signal }: { limit: number; before: number; signal?: AbortSignal },
) {
  const by = filter ? { [filter.key]: filter.value } : {};
  const days = { ...(from ? { from } : {}), ...(to ? { to } : {}) };
  const query = { ...by, ...days, limit, ...(before ? { before } : {}) };
  return unwrap(GET('/api/v1/ops/audit', { params: { query }, ...(signal ? { signal } : {}) }));
}

export const auditQuery = (filter: AuditFilter | null, days: AuditDays) =>
  infiniteQueryOptions({
    queryKey: ['ops', 'audit', filter, days.from, days.to],
    queryFn: ({ pageParam, signal }) =>
      readAudit(filter, days, { limit: AUDIT_PAGE, before: pageParam, signal }),
    initialPageParam: 0,
    getNextPageParam: (last) => (last.has_more ? last.data.at(-1)?.number : undefined),
  });
