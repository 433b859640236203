// SPDX-License-Identifier: MIT
// Addresses at the gateway's login guard: who failed, who is blocked, and an operator's block or its lifting.
import { useQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { Link } from 'react-router';
import type { GuardAddress } from '~/api/types';
import { paths } from '~/app/paths';
import { type GuardChange, GuardDialog } from '~/features/ops/GuardDialog';
import { guardQuery } from '~/features/ops/guard-requests';
import { ListTable } from '~/features/ops/ListTable';
import { quoteLogql } from '~/features/ops/logql';
import { named } from '~/features/ops/named';
import { guard } from '~/text/guard';
import { Button } from '~/ui/Button';
import { Card } from '~/ui/Card';
import type { Column } from '~/ui/DataTable';
import { PageHeader } from '~/ui/PageHeader';
import { Time } from '~/ui/Time';

const { columns: words } = guard;

function logsOf(address: string): string {
  const q = `{service=~".+"} |= ${quoteLogql(`"${address}"`)}`;
  return `${paths.opsLogs}?${new URLSearchParams({ q, span: '24h' })}`;
}

function columnsFor(onChange: (change: GuardChange) => void): readonly Column<GuardAddress>[] {
  return [
    {
      label: words.address,
      phone: 'left-1',
      cell: ({ address }) => <span className="num wrap-anywhere font-medium">{address}</span>,
    },
    {
      label: words.failures,
      phone: 'left-2',
      num: true,
      cell: ({ failures }) => named(words.failures, failures),
    },
    { label: words.unknown, phone: 'off', num: true, wide: true, cell: ({ unknown_users }) => unknown_users },
    {
      label: words.until,
      phone: 'left-3',
      cell: ({ blocked_until }) =>
        blocked_until ? (
          named(words.until, <Time at={blocked_until} />)
        ) : (
          <span className="max-md:hidden">{guard.notBlocked}</span>
        ),
    },
    {
      label: words.act,
      quiet: true,
      phone: 'right-1',
      cell: ({ address, blocked_until }) => (
        <span className="inline-flex flex-wrap items-center gap-3">
          {blocked_until ? (
            <Button
              small
              aria-label={guard.liftLabel(address)}
              onClick={() => onChange({ kind: 'lift', address })}
            >
              {guard.lift}
            </Button>
          ) : (
            <Button
              small
              look="danger"
              aria-label={guard.blockLabel(address)}
              onClick={() => onChange({ kind: 'block', address })}
            >
              {guard.block}
            </Button>
          )}
          <Link className="link" to={logsOf(address)} aria-label={guard.logsLabel(address)}>
            {guard.logs}
          </Link>
        </span>
      ),
    },
  ];
}

export function SecurityPage() {
  const list = useQuery(guardQuery());
  const [change, setChange] = useState<GuardChange | null>(null);
  const other = useRef<HTMLButtonElement>(null);
  const rows = list.data?.data;
  return (
    <>
      <PageHeader title={guard.title} text={guard.text}>
        <Button ref={other} onClick={() => setChange({ kind: 'block', address: '' })}>
          {guard.blockOther}
        </Button>
      </PageHeader>
      <Card
        title={guard.list}
        action={
          list.data ? <p className="text-muted text-sm">{guard.blockedNow(list.data.blocked)}</p> : null
        }
      >
        <ListTable
          list={list}
          rows={rows}
          awaited={5}
          caption={guard.list}
          columns={columnsFor(setChange)}
          keyOf={({ address }) => address}
          none={guard.none}
        />
      </Card>
      <p className="mt-4 text-muted text-sm">{guard.network}</p>
      {change ? (
        <GuardDialog
          key={`${change.kind} ${change.address}`}
          change={change}
          onClose={() => setChange(null)}
          after={() => other.current}
        />
      ) : null}
    </>
  );
}
