// SPDX-License-Identifier: MIT
import { queryOptions } from '@tanstack/react-query';
import { GET, POST, unwrap } from '~/api/client';

const LIVE_MS = 15_000;

export const guardKey = ['ops', 'guard'] as const;

export const guardQuery = () =>
  queryOptions({
    queryKey: guardKey,
    queryFn: ({ signal }) => unwrap(GET('/api/v1/ops/guard', { signal })),
    refetchInterval: LIVE_MS,
  });

export interface GuardOrder {
  address: string;
  reason: string;
  /** Length of a block; null lifts it. */
  seconds: number | null;
}

export async function setGuard({ address, reason, seconds }: GuardOrder) {
  const body = { address, reason, blocked: seconds !== null, seconds: seconds ?? 3600 };
  return (await unwrap(POST('/api/v1/ops/guard', { body }))).data;
}
