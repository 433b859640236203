// SPDX-License-Identifier: MIT
// A list from the server as a table: what failed, what is awaited, what there is, or that there is nothing.
import { type Column, DataTable, TABLE_ROW } from '~/ui/DataTable';
import { EmptyState } from '~/ui/EmptyState';
import { ProblemPanel } from '~/ui/ProblemPanel';
import { SkeletonRows } from '~/ui/Skeleton';

interface Props<Row> {
  list: { error: unknown; refetch: () => unknown };
  /** Undefined: not there yet. What is there stays when a later request fails. */
  rows: readonly Row[] | undefined;
  awaited: number;
  caption: string;
  columns: readonly Column<Row>[];
  keyOf: (row: Row) => string;
  none: string;
}

export function ListTable<Row>({ list, rows, awaited, none, ...table }: Props<Row>) {
  if (!rows && list.error) return <ProblemPanel error={list.error} onRetry={() => list.refetch()} />;
  if (!rows) return <SkeletonRows rows={awaited} className={TABLE_ROW} />;
  if (rows.length === 0) return <EmptyState text={none} />;
  return <DataTable {...table} rows={rows} />;
}
