// SPDX-License-Identifier: MIT
// The form of a market order: quantity or amount, live preview, review.
import { type FormEvent, useRef } from 'react';
import type { OrderDraft } from '~/api/trading';
import { Available } from '~/features/trade/Available';
import {
  freeUnits,
  type Mode,
  readLimit,
  readOrder,
  shareOf,
  withClose,
  withLimit,
} from '~/features/trade/input';
import { PreviewSection } from '~/features/trade/PreviewSection';
import { usePreview } from '~/features/trade/preview';
import { loadReview, ReviewOnDemand, useReview } from '~/features/trade/review';
import { ShareButtons } from '~/features/trade/ShareButtons';
import { addressOf } from '~/features/trade/state';
import type { TicketProps } from '~/features/trade/Ticket';
import * as format from '~/lib/format';
import { trade } from '~/text/trade';
import { Button } from '~/ui/Button';
import { Field } from '~/ui/Field';
import { Segment } from '~/ui/Segment';

const modes = [
  { value: 'quantity', label: trade.byQuantity },
  { value: 'amount', label: trade.byAmount },
] as const;

function readingOf(draft: OrderDraft | null): string | null {
  if (!draft) return null;
  return draft.amount === undefined
    ? format.reading(draft.quantity ?? '0', draft.asset_id)
    : format.reading(draft.amount, 'USD');
}

export function MarketTicket({ state, asset, portfolio, rules }: TicketProps) {
  const { typed, setText, setMode, fill } = state;
  const { side, mode } = typed;
  const means = {
    held: freeUnits(portfolio, asset.asset_id),
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
  const back = addressOf(typed, draft);

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
    <form className="flex flex-col gap-4" noValidate onSubmit={ask}>
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
        hint={<Available side={side} portfolio={portfolio} assetId={asset.asset_id} />}
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
      <PreviewSection
        asset={asset}
        preview={preview}
        draft={draft}
        side={side}
        back={back}
        empty={trade.previewEmpty}
      />
      <Button type="submit" look={side} disabled={!preview.exact?.accepted}>
        {trade.review[side]}
      </Button>
      <ReviewOnDemand
        draft={draft}
        preview={preview.latest}
        side={side}
        back={back}
        review={review}
        focusAfter={input}
      />
    </form>
  );
}
