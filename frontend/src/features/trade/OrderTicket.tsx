// SPDX-License-Identifier: MIT
// The order form: asset, side, quantity or amount, live preview, review.
import { type FormEvent, lazy, Suspense, useRef } from 'react';
import { useHotkeys } from 'react-hotkeys-hook';
import type { OrderDraft } from '~/api/trading';
import type { Asset, AssetDetail, Portfolio } from '~/api/types';
import { AssetPicker } from '~/features/trade/AssetPicker';
import {
  type Mode,
  readLimit,
  readOrder,
  type Side,
  shareOf,
  withClose,
  withLimit,
} from '~/features/trade/input';
import { PreviewLines, Violations } from '~/features/trade/OrderPreview';
import { usePreview } from '~/features/trade/preview';
import { useReview } from '~/features/trade/review';
import { ShareButtons } from '~/features/trade/ShareButtons';
import { addressOf, type TypedOrderState } from '~/features/trade/state';
import * as format from '~/lib/format';
import { usePreferences } from '~/lib/preferences';
import { common } from '~/text/common';
import { trade } from '~/text/trade';
import { Amount } from '~/ui/Amount';
import { Button } from '~/ui/Button';
import { Field } from '~/ui/Field';
import { ProblemPanel } from '~/ui/ProblemPanel';
import { Segment } from '~/ui/Segment';
import { Skeleton } from '~/ui/Skeleton';

type Rules = Pick<AssetDetail, 'max_order_value' | 'quantity_step'>;

interface Props {
  state: TypedOrderState;
  assets: readonly Asset[];
  asset: Asset;
  portfolio: Portfolio | undefined;
  /** What the asset's own answer publishes; the list has none. */
  rules: Rules | undefined;
}

const sides = [
  { value: 'buy', label: common.buy },
  { value: 'sell', label: common.sell },
] as const;

const modes = [
  { value: 'quantity', label: trade.byQuantity },
  { value: 'amount', label: trade.byAmount },
] as const;

function Available({ side, portfolio, assetId }: { side: Side; portfolio: Portfolio; assetId: string }) {
  const held = portfolio.assets.find((holding) => holding.asset_id === assetId)?.quantity ?? '0';
  return (
    <>
      {trade.available}:{' '}
      {side === 'buy' ? (
        <Amount value={portfolio.cash} />
      ) : (
        <Amount value={held} as="quantity" unit={assetId} />
      )}
    </>
  );
}

// Not needed before something is typed, when it begins to load.
const loadReview = () => import('~/features/trade/ReviewDialog');
const ReviewDialog = lazy(loadReview);

function readingOf(draft: OrderDraft | null): string | null {
  if (!draft) return null;
  return draft.amount === undefined
    ? format.reading(draft.quantity ?? '0', draft.asset_id)
    : format.reading(draft.amount, 'USD');
}

function useSideKeys(setSide: (side: Side) => void): void {
  const { singleKeys } = usePreferences();
  useHotkeys('b', () => setSide('buy'), { enabled: singleKeys });
  useHotkeys('s', () => setSide('sell'), { enabled: singleKeys });
}

export function OrderTicket({ state, assets, asset, portfolio, rules }: Props) {
  const { typed, setText, setMode, setSide, setAsset, fill } = state;
  const { side, mode } = typed;
  const means = {
    held: portfolio?.assets.find(({ asset_id }) => asset_id === asset.asset_id)?.quantity ?? '0',
    price: format.plain(asset.price_usd),
    maxOrderValue: rules?.max_order_value,
  };
  const { draft: typedDraft, fault } = readOrder(typed, rules?.quantity_step);
  const limit = readLimit(state.limit);
  const draft = withLimit(withClose(typedDraft, means), limit);
  const tradable = asset.is_active && !asset.halted;
  const preview = usePreview(tradable ? draft : null);
  const review = useReview(draft, () => state.clear(typed));
  const input = useRef<HTMLInputElement>(null);
  const shown = preview.latest;
  const back = addressOf(typed, draft);
  useSideKeys(setSide);

  function pickShare(percent: number) {
    if (portfolio && rules) {
      fill(shareOf(percent, side, { ...means, cash: portfolio.cash, maxOrderValue: rules.max_order_value }));
    }
  }

  function ask(event: FormEvent) {
    event.preventDefault();
    if (preview.exact?.accepted) review.start();
  }

  return (
    <form className="card flex flex-col gap-4 p-4" noValidate onSubmit={ask}>
      <Segment<Side>
        label={trade.side}
        choices={sides}
        value={side}
        onChange={setSide}
        className="w-full *:grow"
      />
      <AssetPicker
        assets={assets}
        // The row of the list: a new price must not disturb a search.
        value={assets.find(({ asset_id }) => asset_id === asset.asset_id) ?? null}
        onChange={setAsset}
      />
      <Segment<Mode>
        label={trade.mode}
        choices={modes}
        value={mode}
        onChange={setMode}
        className="w-full *:grow"
      />
      <Field
        ref={input}
        label={mode === 'quantity' ? trade.quantity : trade.amount}
        inputMode="decimal"
        autoComplete="off"
        value={typed.text}
        suffix={mode === 'quantity' ? asset.asset_id : 'USD'}
        error={fault ?? undefined}
        reading={readingOf(draft)}
        hint={portfolio ? <Available side={side} portfolio={portfolio} assetId={asset.asset_id} /> : '…'}
        onFocus={loadReview}
        onChange={(event) => setText(event.target.value)}
      />
      <ShareButtons side={side} disabled={!portfolio || !rules || !tradable} onPick={pickShare} />
      <Field
        label={trade.limit}
        optional
        inputMode="decimal"
        autoComplete="off"
        value={state.limit}
        suffix="USD"
        error={limit.fault ?? undefined}
        reading={limit.price === null ? null : format.reading(limit.price, 'USD')}
        hint={trade.limitHint[side]}
        onChange={(event) => state.setLimit(event.target.value)}
      />
      <section aria-label={trade.preview.title} aria-busy={!preview.exact}>
        {!tradable ? (
          <p className="rounded-lg bg-warn-tint p-3.5 text-warn">
            {asset.halted ? trade.halted : trade.inactive}
          </p>
        ) : preview.error ? (
          <ProblemPanel error={preview.error} onRetry={() => preview.refetch()} />
        ) : shown ? (
          <div className={preview.exact ? '' : 'opacity-70'}>
            <PreviewLines preview={shown} side={side} />
            {preview.exact ? <Violations preview={preview.exact} back={back} /> : null}
          </div>
        ) : draft ? (
          <Skeleton className="h-56" />
        ) : (
          <p className="text-muted">{trade.previewEmpty}</p>
        )}
      </section>
      <Button type="submit" look="primary" disabled={!preview.exact?.accepted}>
        {trade.review[side]}
      </Button>
      {review.open ? (
        <Suspense>
          <ReviewDialog
            draft={draft}
            preview={shown}
            side={side}
            back={back}
            review={review}
            focusAfter={input}
          />
        </Suspense>
      ) : null}
    </form>
  );
}
