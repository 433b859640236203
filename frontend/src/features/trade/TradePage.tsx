// SPDX-License-Identifier: MIT
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { assetsQuery, fillsQuery, limitsQuery, portfolioQuery } from '~/api/queries';
import type { AssetTransaction } from '~/api/types';
import { HoldingsCard } from '~/features/trade/HoldingsCard';
import { OrderTicket } from '~/features/trade/OrderTicket';
import { useTypedOrder } from '~/features/trade/state';
import { price } from '~/lib/format';
import { market } from '~/text/market';
import { trade } from '~/text/trade';
import type { ChartMark } from '~/ui/CandleChart';
import { Change } from '~/ui/Change';
import { Freshness } from '~/ui/Freshness';
import { PageHeader } from '~/ui/PageHeader';
import { PriceChart } from '~/ui/PriceChart';
import { ProblemPanel } from '~/ui/ProblemPanel';
import { RecentOrders } from '~/ui/RecentOrders';
import { Skeleton } from '~/ui/Skeleton';

const FILLS = 50;

function markOf(fill: AssetTransaction): ChartMark {
  const buy = fill.transaction_type === 'BUY';
  return {
    at: fill.timestamp,
    side: buy ? 'buy' : 'sell',
    text: buy ? market.chart.bought : market.chart.sold,
  };
}

function useMarks(assetId: string): ChartMark[] {
  const fills = useInfiniteQuery(fillsQuery(assetId, FILLS));
  return useMemo(() => fills.data?.pages.flatMap(({ data }) => data.map(markOf)) ?? [], [fills.data]);
}

export function TradePage() {
  const state = useTypedOrder();
  const { assetId } = state.typed;
  const assets = useQuery(assetsQuery());
  const portfolio = useQuery(portfolioQuery());
  const limits = useQuery(limitsQuery());
  const marks = useMarks(assetId);
  const asset = assets.data?.find((known) => known.asset_id === assetId) ?? assets.data?.[0];

  return (
    <>
      <PageHeader title={trade.title} text={trade.text}>
        <span className="flex min-h-8 flex-wrap items-center gap-x-3 gap-y-1">
          {asset ? (
            <>
              <span className="font-medium">{asset.name}</span>
              <span className="num font-semibold">{price(asset.price_usd)}</span>
              <Change value={asset.price_change_percentage_24h} />
            </>
          ) : null}
          <Freshness updatedAtMs={assets.dataUpdatedAt} />
        </span>
      </PageHeader>
      <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_24rem]">
        <div className="flex min-w-0 flex-col gap-5 lg:row-span-2">
          <PriceChart assetId={asset?.asset_id ?? assetId} name={asset?.name ?? assetId} marks={marks} />
        </div>
        <div className="flex min-w-0 flex-col gap-5 lg:row-span-3">
          {asset && assets.data ? (
            <OrderTicket
              state={state}
              assets={assets.data}
              asset={asset}
              portfolio={portfolio.data}
              maxOrderValue={limits.data?.max_order_value}
            />
          ) : assets.error ? (
            <div className="card">
              <ProblemPanel error={assets.error} onRetry={() => assets.refetch()} />
            </div>
          ) : (
            <Skeleton className="h-[39rem]" />
          )}
          <HoldingsCard assetId={asset?.asset_id ?? assetId} portfolio={portfolio} />
        </div>
        <div className="min-w-0">
          <RecentOrders title={trade.recent} rows={5} />
        </div>
      </div>
    </>
  );
}
