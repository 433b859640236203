// SPDX-License-Identifier: MIT
import { useQuery } from '@tanstack/react-query';
import { useDeferredValue } from 'react';
import { Link } from 'react-router';
import { portfolioQuery } from '~/api/cash';
import { assetQuery, assetsQuery } from '~/api/market';
import { assetPrice, digitsOf } from '~/api/tick';
import type { Asset } from '~/api/types';
import { paths } from '~/app/paths';
import { AssetPicker } from '~/features/trade/AssetPicker';
import { DepthLater } from '~/features/trade/DepthLater';
import { useLines, useMarks } from '~/features/trade/drawn';
import { HoldingsCard } from '~/features/trade/HoldingsCard';
import { useTypedOrder } from '~/features/trade/state';
import { Ticket } from '~/features/trade/Ticket';
import { useTitleNews } from '~/lib/title';
import { market } from '~/text/market';
import { trade } from '~/text/trade';
import { AssetMark } from '~/ui/AssetMark';
import { Change } from '~/ui/Change';
import { Flash } from '~/ui/Flash';
import { Freshness } from '~/ui/Freshness';
import { OpenOrdersLater } from '~/ui/OpenOrdersLater';
import { PageHeader } from '~/ui/PageHeader';
import { PriceChart } from '~/ui/PriceChart';
import { ProblemPanel } from '~/ui/ProblemPanel';
import { RecentOrders } from '~/ui/RecentOrders';
import { Skeleton } from '~/ui/Skeleton';

function AssetHead({ asset, failed }: { asset: Asset | undefined; failed: boolean }) {
  if (!asset)
    return failed ? (
      <p className="font-semibold">{market.chart.title}</p>
    ) : (
      <Skeleton className="my-1.5 h-10 w-56" />
    );
  return (
    <div className="flex h-13 min-w-0 items-center gap-3">
      <AssetMark assetId={asset.asset_id} />
      <div className="min-w-0 leading-tight">
        <p className="truncate text-sm">
          <Link to={paths.asset(asset.asset_id)} className="font-medium hover:underline">
            {asset.name}
          </Link>{' '}
          <span className="text-muted">{asset.asset_id}</span>
        </p>
        <p className="flex flex-wrap items-baseline gap-x-2.5">
          <span className="num font-semibold text-lg">
            <Flash key={asset.asset_id} value={asset.price_usd}>
              {assetPrice(asset)}
            </Flash>
          </span>
          <span className="text-sm">
            <Change value={asset.price_change_percentage_24h} />
          </span>
        </p>
      </div>
    </div>
  );
}

interface MissingProps {
  assetId: string;
  assets: readonly Asset[];
  onChoose: (assetId: string) => void;
}

/** The address names something that does not exist here: nothing is armed until an asset is chosen. */
function NoSuchAsset({ assetId, assets, onChoose }: MissingProps) {
  return (
    <div className="card flex flex-col gap-4 p-4">
      <p role="alert" className="rounded-lg bg-warn-tint p-3.5 text-warn">
        {market.detail.missing(assetId)} {trade.chooseAnother}
      </p>
      <AssetPicker assets={assets} value={null} onChange={onChoose} />
    </div>
  );
}

/** The form first on phones; then beside the rest; on wide screens the book has a column of its own. */
const columns =
  'grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_24rem] lg:grid-rows-[auto_auto_1fr] 3xl:grid-cols-[minmax(0,1fr)_25rem_24rem] 3xl:grid-rows-[auto_1fr]';

export function TradePage() {
  const state = useTypedOrder();
  const { assetId } = state.typed;
  const assets = useQuery(assetsQuery());
  const portfolio = useQuery(portfolioQuery());
  // The form is large: it is built in small steps once the assets are here.
  const known = useDeferredValue(assets.data);
  const listed = known?.find(({ asset_id }) => asset_id === assetId);
  const current = useQuery({ ...assetQuery(assetId), enabled: listed !== undefined });
  const asset = listed && current.data?.asset_id === assetId ? current.data : listed;
  const marks = useMarks(asset?.asset_id ?? '');
  const lines = useLines(asset?.asset_id ?? '');
  useTitleNews(asset ? `${assetPrice(asset)} ${asset.asset_id}` : null);
  const missing = known && assetId !== '' && !asset ? known : null;

  return (
    <>
      <PageHeader title={trade.title} text={trade.text}>
        <Freshness updatedAtMs={current.dataUpdatedAt} />
      </PageHeader>
      <div className={columns}>
        <div className="flex min-w-0 flex-col gap-5 lg:col-start-2 lg:row-span-3 lg:row-start-1 3xl:col-start-3 3xl:row-span-2">
          {asset && known ? (
            <Ticket
              state={state}
              assets={known}
              asset={asset}
              portfolio={portfolio.data}
              rules={current.data?.asset_id === assetId ? current.data : undefined}
            />
          ) : missing ? (
            <NoSuchAsset assetId={assetId} assets={missing} onChoose={state.setAsset} />
          ) : assets.error && !assets.data ? (
            <div className="card">
              <ProblemPanel error={assets.error} onRetry={() => assets.refetch()} />
            </div>
          ) : (
            <Skeleton className="h-[30rem]" />
          )}
          {missing ? null : <HoldingsCard assetId={asset?.asset_id ?? assetId} portfolio={portfolio} />}
        </div>
        {missing ? null : (
          <div className="min-w-0 lg:col-start-1 lg:row-start-1">
            <PriceChart
              assetId={asset?.asset_id ?? ''}
              name={asset?.name ?? assetId}
              digits={asset ? digitsOf(asset) : undefined}
              marks={marks}
              lines={lines}
              head={<AssetHead asset={asset} failed={assets.isError} />}
            />
          </div>
        )}
        {asset ? (
          <div className="min-w-0 lg:col-start-1 lg:row-start-2 3xl:col-start-2 3xl:row-span-2 3xl:row-start-1">
            <DepthLater assetId={asset.asset_id} onPrice={state.takeLimit} />
          </div>
        ) : null}
        <div className="flex min-w-0 flex-col gap-5 lg:col-start-1 lg:row-start-3 3xl:row-start-2">
          {asset || missing || assets.isError ? (
            <OpenOrdersLater assetId={asset?.asset_id} />
          ) : (
            <Skeleton className="h-40" />
          )}
          <RecentOrders title={trade.recent} rows={5} />
        </div>
      </div>
    </>
  );
}
