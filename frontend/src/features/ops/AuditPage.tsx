// SPDX-License-Identifier: MIT
// The audit trail, by one filter that stands in the address.
import { useInfiniteQuery } from '@tanstack/react-query';
import { AuditExport } from '~/features/ops/AuditExport';
import { AuditFilterForm } from '~/features/ops/AuditFilterForm';
import { AuditTable } from '~/features/ops/AuditTable';
import { type AuditDays, type AuditFilter, auditKeys, auditQuery } from '~/features/ops/requests';
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

/** What the address lacks or spells wrongly is no bound. */
function readDays(params: URLSearchParams): AuditDays {
  const day = (name: string) => params.get(name)?.match(/^\d{4}-\d\d-\d\d$/)?.[0];
  return { from: day('from'), to: day('to') };
}

export function AuditPage() {
  const [params, setParams] = useSearch();
  const filter = readFilter(params);
  const days = readDays(params);
  const list = useInfiniteQuery({ ...auditQuery(filter, days), enabled: useHydrated() });
  const rows = list.data?.pages.flatMap(({ data }) => data);
  const change = (next: AuditFilter | null, { from, to }: AuditDays = days) =>
    setParams(
      { ...(next ? { [next.key]: next.value } : {}), ...(from ? { from } : {}), ...(to ? { to } : {}) },
      { replace: true },
    );
  return (
    <>
      <PageHeader title={ops.audit.title} text={ops.audit.text}>
        <AuditExport filter={filter} days={days} />
      </PageHeader>
      <AuditFilterForm key={params.toString()} filter={filter} days={days} onChange={change} />
      <div className="card">
        {rows && rows.length > 0 ? (
          <>
            <AuditTable rows={rows} onFilter={change} />
            <LoadMore list={list} />
          </>
        ) : rows ? (
          <EmptyState text={ops.audit.none}>
            {filter || days.from || days.to ? (
              <Button onClick={() => change(null, {})}>{ops.audit.clear}</Button>
            ) : null}
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
