// SPDX-License-Identifier: MIT
// The head of the order form, the same for every kind of order, and the form of the chosen kind.
import { lazy, Suspense } from 'react';
import { useHotkeys } from 'react-hotkeys-hook';
import type { Asset, AssetDetail, Portfolio } from '~/api/types';
import { AssetPicker } from '~/features/trade/AssetPicker';
import type { Kind, Side } from '~/features/trade/input';
import { MarketTicket } from '~/features/trade/MarketTicket';
import type { TypedOrderState } from '~/features/trade/state';
import { usePreferences } from '~/lib/preferences';
import { common } from '~/text/common';
import { trade } from '~/text/trade';
import { Segment } from '~/ui/Segment';
import { Skeleton } from '~/ui/Skeleton';

export interface TicketProps {
  state: TypedOrderState;
  asset: Asset;
  portfolio: Portfolio | undefined;
  /** What the asset's own answer publishes; the list has none. */
  rules: Pick<AssetDetail, 'max_order_value' | 'quantity_step'> | undefined;
}

const kinds = [
  { value: 'market', label: trade.market },
  { value: 'limit', label: trade.limitOrder },
  { value: 'stop', label: trade.stopOrder },
] as const;

const sides = [
  { value: 'buy', label: common.buy, tone: 'up' },
  { value: 'sell', label: common.sell, tone: 'down' },
] as const;

const Waiting = {
  limit: lazy(() => import('~/features/trade/LimitTicket')),
  stop: lazy(() => import('~/features/trade/StopTicket')),
};

function useSideKeys(setSide: (side: Side) => void): void {
  const { singleKeys } = usePreferences();
  useHotkeys('b', () => setSide('buy'), { enabled: singleKeys });
  useHotkeys('s', () => setSide('sell'), { enabled: singleKeys });
}

export function Ticket({ assets, ...props }: TicketProps & { assets: readonly Asset[] }) {
  const { state, asset } = props;
  const Form = state.kind === 'market' ? MarketTicket : Waiting[state.kind];
  useSideKeys(state.setSide);
  return (
    <div className="card flex flex-col gap-4 p-4">
      <Segment<Kind>
        label={trade.kind}
        choices={kinds}
        value={state.kind}
        onChange={state.setKind}
        className="w-full *:grow"
      />
      <Segment<Side>
        label={trade.side}
        choices={sides}
        value={state.typed.side}
        onChange={state.setSide}
        className="w-full *:grow"
      />
      <AssetPicker
        assets={assets}
        // The row of the list: a new price must not disturb a search.
        value={assets.find(({ asset_id }) => asset_id === asset.asset_id) ?? null}
        onChange={state.setAsset}
      />
      <Suspense fallback={<Skeleton className="h-[30rem]" />}>
        <Form {...props} />
      </Suspense>
    </div>
  );
}
