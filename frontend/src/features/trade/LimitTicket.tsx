// SPDX-License-Identifier: MIT
// The form of a limit order: price, quantity, how long it waits, preview, review.
import { type FormEvent, useId, useRef, useState } from 'react';
import type { TimeInForce } from '~/api/types';
import { Available } from '~/features/trade/Available';
import type { Side } from '~/features/trade/input';
import { reaches, readLimitOrder, readLimitPrice, type Terms } from '~/features/trade/limit';
import { useReasons } from '~/features/trade/OrderPreview';
import { PreviewSection } from '~/features/trade/PreviewSection';
import { usePreview } from '~/features/trade/preview';
import { loadReview, ReviewOnDemand, useReview } from '~/features/trade/review';
import { addressOf } from '~/features/trade/state';
import type { TicketProps } from '~/features/trade/Ticket';
import * as format from '~/lib/format';
import { limits } from '~/text/limits';
import { trade } from '~/text/trade';
import { Button } from '~/ui/Button';
import { Field } from '~/ui/Field';
import { Select } from '~/ui/Select';

const terms = ['GTC', 'IOC', 'FOK'] as const satisfies readonly TimeInForce[];

/** What the server says against the order, by the field it is about. */
const ofPrice: readonly string[] = ['price_tick', 'price_out_of_band', 'post_only_would_take'];
const ofQuantity: readonly string[] = ['order_too_small', 'order_too_large', 'insufficient_holdings'];

function PriceHint({ side, price, now }: { side: Side; price: string | null; now: string }) {
  const atOnce = price !== null && reaches(side, price, now);
  return (
    <>
      {limits.now(format.price(now))} {atOnce ? limits.atOnce : limits.hint[side]}
    </>
  );
}

interface TermsProps {
  value: Terms;
  onChange: (value: Terms) => void;
}

function TermFields({ value, onChange }: TermsProps) {
  const id = useId();
  const waits = value.timeInForce === 'GTC';
  return (
    <>
      <Select
        label={limits.term}
        hint={limits.termHints[value.timeInForce]}
        value={value.timeInForce}
        onChange={(term) => onChange({ ...value, timeInForce: term as TimeInForce })}
      >
        {terms.map((term) => (
          <option key={term} value={term}>
            {limits.terms[term]}
          </option>
        ))}
      </Select>
      {waits ? (
        <div>
          <label className="flex min-h-11 items-center gap-3 font-medium text-sm">
            <input
              type="checkbox"
              className="check"
              checked={value.postOnly}
              aria-describedby={id}
              onChange={(event) => onChange({ ...value, postOnly: event.target.checked })}
            />
            {limits.postOnly}
          </label>
          <p id={id} className="text-muted text-sm">
            {limits.postOnlyHint}
          </p>
        </div>
      ) : null}
    </>
  );
}

export default function LimitTicket({ state, asset, portfolio, rules }: TicketProps) {
  const { typed } = state;
  const { side } = typed;
  const [chosen, setChosen] = useState<Terms>({ timeInForce: 'GTC', postOnly: false });
  const limit = readLimitPrice(state.limit);
  const { draft, fault } = readLimitOrder(typed, limit, chosen, rules?.quantity_step);
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
      <TermFields value={chosen} onChange={setChosen} />
      <PreviewSection
        asset={asset}
        preview={preview}
        draft={draft}
        side={side}
        back={back}
        empty={limits.previewEmpty}
        shownElsewhere={[...ofPrice, ...ofQuantity]}
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
