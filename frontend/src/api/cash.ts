// SPDX-License-Identifier: MIT
// Cash and what it is worth with everything held: balance, limits, movements, deposits, withdrawals, gifts.
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { GET, POST, unwrap } from '~/api/client';
import { byCursor } from '~/api/cursor';
import { roots } from '~/api/keys';
import { live } from '~/api/live';
import { untilAnswered } from '~/api/send-again';

export const balanceQuery = () =>
  queryOptions({
    queryKey: [...roots.money, 'balance'],
    queryFn: ({ signal }) => unwrap(GET('/api/v1/balance', { signal })),
    ...live,
  });

export const limitsQuery = () =>
  queryOptions({
    queryKey: [...roots.money, 'limits'],
    queryFn: ({ signal }) => unwrap(GET('/api/v1/balance/limits', { signal })),
  });

export const portfolioQuery = () =>
  queryOptions({
    queryKey: [...roots.money, 'portfolio'],
    queryFn: ({ signal }) => unwrap(GET('/api/v1/portfolio', { signal })),
    ...live,
  });

/** Positions that were sold out, with what they brought. */
export const closedQuery = () =>
  queryOptions({
    queryKey: [...roots.money, 'portfolio', 'closed'],
    queryFn: async ({ signal }) =>
      (await unwrap(GET('/api/v1/portfolio', { params: { query: { status: 'closed' } }, signal }))).assets,
  });

export const transactionsQuery = (pageSize: number) =>
  infiniteQueryOptions({
    queryKey: [...roots.money, 'transactions', pageSize],
    ...byCursor,
    queryFn: ({ signal, pageParam }) =>
      unwrap(
        GET('/api/v1/balance/transactions', {
          params: { query: { limit: pageSize, cursor: pageParam } },
          signal,
        }),
      ),
  });

export type MoneyDirection = 'deposit' | 'withdraw';

export async function moveMoney(direction: MoneyDirection, amount: string, key: string) {
  const options = { params: { header: { 'Idempotency-Key': key } }, body: { amount } };
  return await untilAnswered(() =>
    unwrap(
      direction === 'deposit'
        ? POST('/api/v1/balance/deposit', options)
        : POST('/api/v1/balance/withdraw', options),
    ),
  );
}

export async function takeGift(phrase: string, key: string) {
  const options = { params: { header: { 'Idempotency-Key': key } }, body: { phrase } };
  return await untilAnswered(() => unwrap(POST('/api/v1/cny/claim', options)));
}
