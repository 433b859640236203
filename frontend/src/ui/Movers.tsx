// SPDX-License-Identifier: MIT
import { useQuery } from '@tanstack/react-query';
import { useDeferredValue } from 'react';
import { Link } from 'react-router';
import { moversQuery } from '~/api/market';
import { assetPrice } from '~/api/tick';
import { paths } from '~/app/paths';
import { AssetName } from '~/ui/AssetMark';
import { Change } from '~/ui/Change';
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
  return (
    <ul className="divide-y divide-line">
      {known.assets.map((asset) => (
        <li key={asset.asset_id}>
          <Link
            to={paths.asset(asset.asset_id)}
            className="flex h-16 items-center justify-between gap-4 px-4 hover:bg-sunken"
          >
            <AssetName assetId={asset.asset_id} name={asset.name} />
            <span className="text-end">
              <span className="num block font-medium">{assetPrice(asset)}</span>
              <span className="text-sm">
                <Change value={asset.price_change_percentage_24h} />
              </span>
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
