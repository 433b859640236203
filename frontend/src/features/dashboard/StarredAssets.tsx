// SPDX-License-Identifier: MIT
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { live } from '~/api/live';
import { assetsQuery } from '~/api/market';
import { useStarred } from '~/api/watchlists';
import { paths } from '~/app/paths';
import { dashboard } from '~/text/dashboard';
import { AssetRows } from '~/ui/AssetRows';
import { Card } from '~/ui/Card';
import { EmptyState } from '~/ui/EmptyState';
import { ProblemPanel } from '~/ui/ProblemPanel';
import { SkeletonRows } from '~/ui/Skeleton';

function Content({ rows }: { rows: number }) {
  const starred = useStarred();
  const ids = starred.data ?? [];
  const assets = useQuery({ ...assetsQuery(), ...live, enabled: ids.length > 0 });
  if (starred.error && !starred.data) {
    return <ProblemPanel error={starred.error} onRetry={starred.refetch} />;
  }
  if (starred.data?.length === 0) {
    return (
      <EmptyState text={dashboard.starredEmpty}>
        <Link to={paths.market} className="btn">
          {dashboard.moversAll}
        </Link>
      </EmptyState>
    );
  }
  if (assets.error && !assets.data) {
    return <ProblemPanel error={assets.error} onRetry={() => assets.refetch()} />;
  }
  if (!starred.data || !assets.data) return <SkeletonRows rows={rows} className="h-16" />;
  const known = new Map(assets.data.map((asset) => [asset.asset_id, asset]));
  return <AssetRows assets={ids.flatMap((id) => known.get(id) ?? []).slice(0, rows)} />;
}

/** The first of the starred assets, in the order they were starred. */
export function StarredAssets({ rows }: { rows: number }) {
  return (
    <Card
      title={dashboard.starred}
      action={
        <Link to={paths.starred} className="link text-sm">
          {dashboard.starredAll}
        </Link>
      }
    >
      <Content rows={rows} />
    </Card>
  );
}
