// SPDX-License-Identifier: MIT
// The audit trail, by one filter that stands in the address.
import { useInfiniteQuery } from '@tanstack/react-query';
import { AuditFilterForm } from '~/features/ops/AuditFilterForm';
import { AuditTable } from '~/features/ops/AuditTable';
import { type AuditFilter, auditKeys, auditQuery } from '~/features/ops/requests';
import { useHydrated } from '~/lib/hydrated';
import { useSearch } from '~/lib/search';
import { ops } from '~/text/ops';
import { Button } from '~/ui/Button';
import { CopyText } from '~/ui/CopyText';
import { TABLE_ROW } from '~/ui/DataTable';
import { EmptyState } from '~/ui/EmptyState';
import { LoadMore } from '~/ui/LoadMore';
import { PageHeader } from '~/ui/PageHeader';
import { ProblemPanel } from '~/ui/ProblemPanel';
import { SkeletonRows } from '~/ui/Skeleton';

function readFilter(params: URLSearchParams): AuditFilter | null {
  const key = auditKeys.find((name) => params.get(name));
  return key ? { key, value: params.get(key) ?? '' } : null;
}

export function AuditPage() {
  const [params, setParams] = useSearch();
  const filter = readFilter(params);
  const list = useInfiniteQuery({ ...auditQuery(filter), enabled: useHydrated() });
  const rows = list.data?.pages.flatMap(({ data }) => data);
  const change = (next: AuditFilter | null) =>
    setParams(next ? { [next.key]: next.value } : {}, { replace: true });
  return (
    <>
      <PageHeader title={ops.audit.title} text={ops.audit.text} />
      <AuditFilterForm key={params.toString()} filter={filter} onChange={change} />
      <div className="card">
        {rows && rows.length > 0 ? (
          <>
            <AuditTable rows={rows} onFilter={change} />
            <LoadMore list={list} />
          </>
        ) : rows ? (
          <EmptyState text={ops.audit.none}>
            {filter ? <Button onClick={() => change(null)}>{ops.audit.clear}</Button> : null}
          </EmptyState>
        ) : list.error ? (
          <ProblemPanel error={list.error} onRetry={() => list.refetch()} />
        ) : (
          <SkeletonRows rows={10} className={TABLE_ROW} />
        )}
      </div>
      <p className="mt-4 flex flex-wrap items-center gap-2 text-muted text-sm">
        {ops.audit.prove} <code>{ops.audit.command}</code> <CopyText text={ops.audit.command} />
      </p>
    </>
  );
}
