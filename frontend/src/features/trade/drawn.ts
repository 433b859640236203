// SPDX-License-Identifier: MIT
// What of the person's own is drawn into the chart: trades as arrows, orders that wait as lines.
import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { fillsQuery, openOrdersQuery } from '~/api/trading';
import type { AssetTransaction, Order } from '~/api/types';
import { awaitedPrice, sideOf } from '~/app/order-words';
import type { ChartMark, OrderLine } from '~/lib/chart-marks';
import { seconds } from '~/lib/chart-time';

const FILLS = 50;

function markOf(fill: AssetTransaction): ChartMark {
  const buy = fill.transaction_type === 'BUY';
  return {
    at: seconds(fill.timestamp),
    side: buy ? 'buy' : 'sell',
    quantity: fill.quantity,
  };
}

function lineOf(order: Order): OrderLine {
  return {
    side: sideOf(order.order_type),
    price: awaitedPrice(order),
    quantity: order.remaining_quantity ?? order.quantity,
  };
}

export function useMarks(assetId: string): ChartMark[] {
  const fills = useInfiniteQuery({ ...fillsQuery(assetId, FILLS), enabled: assetId !== '' });
  return useMemo(() => fills.data?.pages.flatMap(({ data }) => data.map(markOf)) ?? [], [fills.data]);
}

export function useLines(assetId: string): OrderLine[] {
  const { data } = useInfiniteQuery({ ...openOrdersQuery(assetId), enabled: assetId !== '' });
  return useMemo(
    () =>
      (data?.pages ?? [])
        .flatMap((page) => page.data)
        // Until the orders of another asset are here, those of the one before are kept.
        .filter(({ asset_id }) => asset_id === assetId)
        .map(lineOf),
    [data, assetId],
  );
}
