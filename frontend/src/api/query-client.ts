// SPDX-License-Identifier: MIT
// The cache of server data and its rules: what is retried, how long data count as fresh.
import { QueryClient } from '@tanstack/react-query';
import { forgetIntentions } from '~/api/intention';
import { isProblem } from '~/api/problem';
import { emptyTab } from '~/lib/storage';

const MAX_RETRIES = 2;

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 2_000,
        gcTime: 10 * 60_000,
        retry: (failures, error) => failures < MAX_RETRIES && isProblem(error) && error.transient,
        retryDelay: (attempt) => Math.min(500 * 2 ** attempt, 4_000),
        // A failed request is shown as such; it must not wait in silence for the network to return.
        networkMode: 'always',
      },
      mutations: { networkMode: 'always' },
    },
  });
}

const publicData = new Set(['market', 'version']);

/** Drops everything that belongs to the person who was signed in. */
export function forgetPerson(cache: QueryClient): void {
  forgetIntentions();
  emptyTab();
  cache.removeQueries({ predicate: ({ queryKey }) => !publicData.has(String(queryKey[0])) });
}
