// SPDX-License-Identifier: MIT
import { IconArrowLeft } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { assetQuery } from '~/api/market';
import { isMissing } from '~/api/problem';
import { assetPrice, digitsOf } from '~/api/tick';
import type { AssetDetail } from '~/api/types';
import { useStarred } from '~/api/watchlists';
import { paths } from '~/app/paths';
import { AssetFigures } from '~/features/market/AssetFigures';
import { AssetPosition } from '~/features/market/AssetPosition';
import { market } from '~/text/market';
import { AssetMark } from '~/ui/AssetMark';
import { Card } from '~/ui/Card';
import { Change } from '~/ui/Change';
import { EmptyState } from '~/ui/EmptyState';
import { Flash } from '~/ui/Flash';
import { Freshness } from '~/ui/Freshness';
import { PriceChart } from '~/ui/PriceChart';
import { ProblemPanel } from '~/ui/ProblemPanel';
import { Skeleton } from '~/ui/Skeleton';
import { StarButton } from '~/ui/StarButton';

function Heading({ asset, updatedAtMs }: { asset: AssetDetail; updatedAtMs: number }) {
  const starred = useStarred().data ?? [];
  return (
    <div className="mb-6 flex min-h-25 flex-wrap items-center justify-between sm:min-h-16 gap-4">
      <div className="flex items-center gap-3">
        <AssetMark assetId={asset.asset_id} size="size-12" />
        <div>
          <h1 className="font-semibold text-2xl tracking-tight">
            {asset.name} <span className="font-normal text-muted">{asset.asset_id}</span>
          </h1>
          <p className="flex items-center gap-2 text-muted text-sm capitalize">
            {asset.category}
            {asset.halted ? <span className="chip bg-warn-tint text-warn">{market.halted}</span> : null}
          </p>
        </div>
        <StarButton asset={asset} on={starred.includes(asset.asset_id)} />
      </div>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
        <p className="num font-semibold text-2xl" aria-live="off">
          <Flash value={asset.price_usd}>{assetPrice(asset)}</Flash>
        </p>
        <Change value={asset.price_change_percentage_24h} />
        <Freshness updatedAtMs={updatedAtMs} />
      </div>
    </div>
  );
}

export function AssetPage({ assetId }: { assetId: string }) {
  const asset = useQuery(assetQuery(assetId));
  return (
    <>
      <Link to={paths.market} className="link mb-3 inline-flex min-h-9 items-center gap-1 text-sm">
        <IconArrowLeft size={16} aria-hidden="true" />
        {market.detail.backToList}
      </Link>
      {asset.data ? (
        <Heading asset={asset.data} updatedAtMs={asset.dataUpdatedAt} />
      ) : asset.error ? (
        <h1 className="mb-6 font-semibold text-2xl">{assetId}</h1>
      ) : (
        <div className="mb-6 flex min-h-25 items-center sm:min-h-16">
          <h1 className="sr-only">{assetId}</h1>
          <Skeleton className="h-10 w-64" />
        </div>
      )}
      {isMissing(asset.error) && !asset.data ? (
        <div className="card">
          <EmptyState text={market.detail.missing(assetId)}>
            <Link to={paths.market} className="btn btn-primary">
              {market.detail.backToList}
            </Link>
          </EmptyState>
        </div>
      ) : asset.error && !asset.data ? (
        <div className="card">
          <ProblemPanel error={asset.error} onRetry={() => asset.refetch()} />
        </div>
      ) : (
        <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_22rem] lg:grid-rows-[auto_1fr]">
          <PriceChart
            assetId={assetId}
            name={asset.data?.name ?? assetId}
            digits={asset.data ? digitsOf(asset.data) : undefined}
          />
          <div className="min-w-0 lg:sticky lg:top-20 lg:row-span-2">
            {asset.data ? <AssetPosition asset={asset.data} /> : <Skeleton className="h-40" />}
          </div>
          <div className="flex min-w-0 flex-col gap-5">
            {asset.data ? <AssetFigures asset={asset.data} /> : <Skeleton className="h-96" />}
            <Card title={market.detail.about}>
              <p className="max-w-prose p-4">
                {asset.data ? asset.data.description : <Skeleton className="h-6 w-3/4" />}
              </p>
            </Card>
          </div>
        </div>
      )}
    </>
  );
}
