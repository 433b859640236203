// SPDX-License-Identifier: MIT
import { IconDownload } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useDeferredValue } from 'react';
import { transactionsQuery } from '~/api/cash';
import { STATEMENT } from '~/features/account/requests';
import { account } from '~/text/account';
import { Card } from '~/ui/Card';
import { TABLE_ROW } from '~/ui/DataTable';
import { EmptyState } from '~/ui/EmptyState';
import { LoadMore } from '~/ui/LoadMore';
import { MovementTable } from '~/ui/MovementTable';
import { ProblemPanel } from '~/ui/ProblemPanel';
import { SkeletonRows } from '~/ui/Skeleton';

const PAGE = 25;
const words = account.history;

function Exports() {
  return (
    <div className="flex flex-wrap gap-2">
      <a className="btn btn-small" href={`${STATEMENT}?format=csv`} download="statement.csv">
        <IconDownload size={16} aria-hidden="true" />
        {words.csv}
      </a>
      <a className="btn btn-small" href={`${STATEMENT}?format=jsonl`} download="statement.jsonl">
        <IconDownload size={16} aria-hidden="true" />
        {words.jsonl}
      </a>
    </div>
  );
}

export function MovementsCard() {
  const list = useInfiniteQuery(transactionsQuery(PAGE));
  const rows = useDeferredValue(list.data)?.pages.flatMap(({ transactions }) => transactions);
  return (
    <Card title={words.title} action={<Exports />}>
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
