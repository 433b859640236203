// SPDX-License-Identifier: MIT
import { queryOptions } from '@tanstack/react-query';
import { GET, POST, unwrap } from '~/api/client';
import type { Silence } from '~/api/types';
import { LIVE_MS, patient } from '~/features/ops/requests';

export const silencesKey = ['ops', 'silences'] as const;

export const silencesQuery = () =>
  queryOptions({
    queryKey: silencesKey,
    queryFn: ({ signal }) => unwrap(GET('/api/v1/ops/silences', { signal })),
    refetchInterval: LIVE_MS,
    retry: patient,
  });

export type SilenceOrder =
  | { kind: 'silence'; id: string; reason: string; seconds: number }
  | { kind: 'end'; id: string; reason: string };

export async function changeSilence(order: SilenceOrder): Promise<void> {
  if (order.kind === 'silence') {
    const body = { fingerprint: order.id, reason: order.reason, seconds: order.seconds };
    await unwrap(POST('/api/v1/ops/silences', { body }));
    return;
  }
  const path = { silence_id: order.id };
  const body = { reason: order.reason };
  await unwrap(POST('/api/v1/ops/silences/{silence_id}/end', { params: { path }, body }));
}

/** The alert's name where a silence is of one, else all that it compares. */
export function nameOf({ matchers }: Silence): string {
  const alert = matchers.find(({ name, comparison }) => name === 'alertname' && comparison === '=');
  return alert?.value ?? matchers.map(textOf).join(', ');
}

export function textOf({ name, comparison, value }: Silence['matchers'][number]): string {
  return `${name}${comparison}"${value}"`;
}
