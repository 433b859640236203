// SPDX-License-Identifier: MIT
import { queryOptions } from '@tanstack/react-query';
import { GET, unwrap } from '~/api/client';

export const versionQuery = () =>
  queryOptions({
    queryKey: ['version'],
    queryFn: ({ signal }) => unwrap(GET('/version', { signal })),
    staleTime: 10 * 60_000,
    retry: false,
  });
