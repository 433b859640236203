// SPDX-License-Identifier: MIT
import { queryOptions } from '@tanstack/react-query';
import { GET, unwrap } from '~/api/client';
import { roots } from '~/api/keys';

export const proofQuery = () =>
  queryOptions({
    queryKey: [...roots.money, 'proof'],
    queryFn: async ({ signal }) => (await unwrap(GET('/api/v1/ledger/proof', { signal }))).data,
    staleTime: 15_000,
  });
