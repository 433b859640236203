// SPDX-License-Identifier: MIT
import { useInfiniteQuery } from '@tanstack/react-query';
import { useDeferredValue } from 'react';
import { transactionsQuery } from '~/api/cash';
import { STATEMENT, TRADES } from '~/app/downloads';
import { account } from '~/text/account';
import { exports } from '~/text/exports';
import { Card } from '~/ui/Card';
import { TABLE_ROW } from '~/ui/DataTable';
import { EmptyState } from '~/ui/EmptyState';
import { ExportButton } from '~/ui/ExportButton';
import { LoadMore } from '~/ui/LoadMore';
import { MovementTable } from '~/ui/MovementTable';
import { ProblemPanel } from '~/ui/ProblemPanel';
import { SkeletonRows } from '~/ui/Skeleton';

const PAGE = 25;
const words = account.history;

const exported = [
  { label: exports.statement, path: STATEMENT, name: 'statement' },
  { label: exports.trades, path: TRADES, name: 'trades' },
];

export function MovementsCard() {
  const list = useInfiniteQuery(transactionsQuery(PAGE));
  const rows = useDeferredValue(list.data)?.pages.flatMap(({ transactions }) => transactions);
  return (
    <Card title={words.title} action={<ExportButton exported={exported} />}>
      {rows && rows.length > 0 ? (
        <>
          <MovementTable movements={rows} />
          <LoadMore list={list} />
        </>
      ) : rows ? (
        <EmptyState text={words.empty} />
      ) : list.error && !list.data ? (
        <ProblemPanel error={list.error} onRetry={() => list.refetch()} />
      ) : (
        <SkeletonRows rows={6} className={TABLE_ROW} />
      )}
    </Card>
  );
}
