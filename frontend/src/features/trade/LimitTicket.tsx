// SPDX-License-Identifier: MIT
// The form of a limit order: price, quantity, how long it waits, preview, review.
import { type FormEvent, useRef, useState } from 'react';
import { Available } from '~/features/trade/Available';
import type { Side } from '~/features/trade/input';
import { reaches, readLimitOrder, readLimitPrice } from '~/features/trade/limit';
import { useReasons } from '~/features/trade/OrderPreview';
import { PreviewSection } from '~/features/trade/PreviewSection';
import { usePreview } from '~/features/trade/preview';
import { loadReview, ReviewOnDemand, useReview } from '~/features/trade/review';
import { addressOf } from '~/features/trade/state';
import { type ChosenTerms, TermFields, usualTerms } from '~/features/trade/TermFields';
import type { TicketProps } from '~/features/trade/Ticket';
import { moment } from '~/lib/day-range';
import * as format from '~/lib/format';
import { usePreferences } from '~/lib/preferences';
import { limits } from '~/text/limits';
import { trade } from '~/text/trade';
import { Button } from '~/ui/Button';
import { Field } from '~/ui/Field';

/** What the server says against the order, by the field it is about. */
const ofPrice: readonly string[] = ['price_tick', 'price_out_of_band', 'post_only_would_take'];
const ofQuantity: readonly string[] = ['order_too_small', 'order_too_large', 'insufficient_holdings'];
const ofExpiry: readonly string[] = ['expiry_invalid'];
const ofTerm: readonly string[] = ['order_combination'];
const ofFields = [...ofPrice, ...ofQuantity, ...ofExpiry, ...ofTerm];

function PriceHint({ side, price, now }: { side: Side; price: string | null; now: string }) {
  const atOnce = price !== null && reaches(side, price, now);
  return (
    <>
      {limits.now(format.price(now))} {atOnce ? limits.atOnce : limits.hint[side]}
    </>
  );
}

export default function LimitTicket({ state, asset, portfolio, rules }: TicketProps) {
  const { typed } = state;
  const { side } = typed;
  const { zone } = usePreferences();
  const [chosen, setChosen] = useState<ChosenTerms>(usualTerms);
  const terms = { ...chosen, expiresAt: moment(chosen.expires, zone) };
  const limit = readLimitPrice(state.limit);
  const { draft, fault } = readLimitOrder(typed, limit, terms, rules?.quantity_step);
  const preview = usePreview(asset.is_active && !asset.halted ? draft : null);
  const reasons = useReasons(preview.exact);
  const review = useReview(draft, () => state.clear(typed));
  const input = useRef<HTMLInputElement>(null);
  const back = addressOf(typed, draft);
  const against = (codes: readonly string[]) => reasons.find(({ code }) => codes.includes(code))?.text;

  function ask(event: FormEvent) {
    event.preventDefault();
    if (preview.exact?.accepted) review.start();
  }

  return (
    <form className="flex flex-col gap-4" noValidate onSubmit={ask}>
      <Field
        ref={input}
        label={limits.price}
        inputMode="decimal"
        autoComplete="off"
        value={state.limit}
        suffix="USD"
        error={limit.fault ?? against(ofPrice)}
        reading={limit.price === null ? null : format.reading(limit.price, 'USD')}
        hint={<PriceHint side={side} price={limit.price} now={format.plain(asset.price_usd)} />}
        onFocus={loadReview}
        onChange={(event) => state.setLimit(event.target.value)}
      />
      <Field
        label={trade.quantity}
        inputMode="decimal"
        autoComplete="off"
        value={typed.text}
        suffix={asset.asset_id}
        error={fault ?? against(ofQuantity)}
        reading={draft?.quantity ? format.reading(draft.quantity, asset.asset_id) : null}
        hint={<Available side={side} portfolio={portfolio} assetId={asset.asset_id} />}
        onChange={(event) => state.setText(event.target.value)}
      />
      <TermFields
        value={chosen}
        error={against(ofTerm)}
        expiryError={against(ofExpiry)}
        onChange={setChosen}
      />
      <PreviewSection
        asset={asset}
        preview={preview}
        draft={draft}
        side={side}
        back={back}
        empty={chosen.timeInForce === 'GTD' && !terms.expiresAt ? limits.previewEndless : limits.previewEmpty}
        shownElsewhere={ofFields}
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
