// SPDX-License-Identifier: MIT
import { Link } from 'react-router';
import { assetPrice } from '~/api/tick';
import type { Asset } from '~/api/types';
import { paths } from '~/app/paths';
import { AssetName } from '~/ui/AssetMark';
import { Change } from '~/ui/Change';

/** Assets with their prices and how they moved today, each a link to its page. */
export function AssetRows({ assets }: { assets: readonly Asset[] }) {
  return (
    <ul className="divide-y divide-line">
      {assets.map((asset) => (
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
