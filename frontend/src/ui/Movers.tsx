// SPDX-License-Identifier: MIT
import { useQuery } from '@tanstack/react-query';
import { useDeferredValue } from 'react';
import { moversQuery } from '~/api/market';
import { AssetRows } from '~/ui/AssetRows';
import { ProblemPanel } from '~/ui/ProblemPanel';
import { SkeletonRows } from '~/ui/Skeleton';

/** The assets that moved most in 24 hours, in either direction. */
export function Movers({ rows }: { rows: number }) {
  const assets = useQuery(moversQuery(rows));
  const known = useDeferredValue(assets.data);
  if (assets.error && !assets.data) {
    return <ProblemPanel error={assets.error} onRetry={() => assets.refetch()} />;
  }
  if (!known) return <SkeletonRows rows={rows} className="h-16" />;
  return <AssetRows assets={known.assets} />;
}
