// SPDX-License-Identifier: MIT
import { queryOptions } from '@tanstack/react-query';
import { GET, unwrap } from '~/api/client';
import { roots } from '~/api/keys';

export const insightsQuery = () =>
  queryOptions({
    queryKey: [...roots.money, 'insights'],
    queryFn: async ({ signal }) => (await unwrap(GET('/api/v1/insights/portfolio', { signal }))).data,
  });
