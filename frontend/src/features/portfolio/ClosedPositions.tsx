// SPDX-License-Identifier: MIT
// What was sold out, with the profit it brought; asked for only when opened.
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';
import { closedQuery } from '~/api/cash';
import { paths } from '~/app/paths';
import { portfolio as words } from '~/text/portfolio';
import { Amount } from '~/ui/Amount';
import { AssetName } from '~/ui/AssetMark';
import { Button } from '~/ui/Button';
import { Card } from '~/ui/Card';
import { Change } from '~/ui/Change';
import { ProblemPanel } from '~/ui/ProblemPanel';
import { SkeletonRows } from '~/ui/Skeleton';

function List({ nameOf }: { nameOf: (assetId: string) => string }) {
  const closed = useQuery(closedQuery());
  if (!closed.data) {
    return closed.error ? (
      <ProblemPanel error={closed.error} onRetry={() => closed.refetch()} />
    ) : (
      <SkeletonRows rows={1} />
    );
  }
  if (closed.data.length === 0) return <p className="p-4 text-muted">{words.closed.empty}</p>;
  return (
    <ul aria-label={words.closed.title} className="divide-y divide-line">
      {closed.data.map(({ asset_id, realised_pnl }) => (
        <li key={asset_id} className="flex items-center justify-between gap-4 px-4 py-2.5">
          <Link to={paths.holding(asset_id)} className="min-w-0 rounded-md">
            <AssetName assetId={asset_id} name={nameOf(asset_id)} />
          </Link>
          <span className="num">
            <span className="sr-only">{words.realised} </span>
            <Change value={realised_pnl}>
              <Amount value={realised_pnl} as="signed" />
            </Change>
          </span>
        </li>
      ))}
    </ul>
  );
}

export function ClosedPositions({ nameOf }: { nameOf: (assetId: string) => string }) {
  const [open, setOpen] = useState(false);
  return (
    <Card
      title={words.closed.title}
      action={
        <Button small aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? words.closed.hide : words.closed.show}
        </Button>
      }
    >
      {open ? <List nameOf={nameOf} /> : null}
    </Card>
  );
}
