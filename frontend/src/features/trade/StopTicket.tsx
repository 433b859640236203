// SPDX-License-Identifier: MIT
// The form of an order that waits for a price: which way, price, quantity, an own limit, how long, preview, review.
import { type FormEvent, useRef, useState } from 'react';
import { Available } from '~/features/trade/Available';
import { readLimitPrice } from '~/features/trade/limit';
import { useReasons } from '~/features/trade/OrderPreview';
import { PreviewSection } from '~/features/trade/PreviewSection';
import { usePreview } from '~/features/trade/preview';
import { loadReview, ReviewOnDemand, useReview } from '~/features/trade/review';
import { addressOf } from '~/features/trade/state';
import { isMet, readStopOrder, rises, type Trigger } from '~/features/trade/stop';
import { type ChosenTerms, TermFields, usualTerms } from '~/features/trade/TermFields';
import type { TicketProps } from '~/features/trade/Ticket';
import { moment } from '~/lib/day-range';
import * as format from '~/lib/format';
import { usePreferences } from '~/lib/preferences';
import { limits } from '~/text/limits';
import { stops } from '~/text/stops';
import { trade } from '~/text/trade';
import { Button } from '~/ui/Button';
import { Field } from '~/ui/Field';
import { Segment } from '~/ui/Segment';

const kinds = [
  { value: 'stop', label: stops.kinds.stop },
  { value: 'take_profit', label: stops.kinds.take_profit },
] as const;

/** What the server says against the order, by the field it is about. */
const ofStop: readonly string[] = ['trigger_already_met', 'price_tick'];
/** Of the limit where there is one, else of the trigger price. */
const ofPrice: readonly string[] = ['price_out_of_band'];
const ofQuantity: readonly string[] = ['order_too_small', 'order_too_large', 'insufficient_holdings'];
const ofExpiry: readonly string[] = ['expiry_invalid'];
const ofFields = [...ofStop, ...ofPrice, ...ofQuantity, ...ofExpiry];

export default function StopTicket({ state, asset, portfolio, rules }: TicketProps) {
  const { typed } = state;
  const { side } = typed;
  const { zone } = usePreferences();
  const [trigger, setTrigger] = useState<Trigger>('stop');
  const [chosen, setChosen] = useState<ChosenTerms>(usualTerms);
  const terms = { ...chosen, expiresAt: moment(chosen.expires, zone) };
  const stop = readLimitPrice(state.stop);
  const limit = readLimitPrice(state.limit);
  const { draft, fault } = readStopOrder(typed, trigger, { stop, limit }, terms, rules?.quantity_step);
  const preview = usePreview(asset.is_active && !asset.halted ? draft : null);
  const reasons = useReasons(preview.exact);
  const review = useReview(draft, () => state.clear(typed));
  const input = useRef<HTMLInputElement>(null);
  const back = addressOf(typed, draft);
  const now = format.plain(asset.price_usd);
  const met = stop.price !== null && isMet(trigger, side, stop.price, now);
  const against = (codes: readonly string[]) => reasons.find(({ code }) => codes.includes(code))?.text;

  function ask(event: FormEvent) {
    event.preventDefault();
    if (preview.exact?.accepted) review.start();
  }

  return (
    <form className="flex flex-col gap-4" noValidate onSubmit={ask}>
      <Segment<Trigger>
        label={stops.what}
        choices={kinds}
        value={trigger}
        onChange={setTrigger}
        className="w-full *:grow"
      />
      <Field
        ref={input}
        label={stops.price}
        inputMode="decimal"
        autoComplete="off"
        value={state.stop}
        suffix="USD"
        error={
          stop.fault ??
          (met
            ? stops.met[rises(trigger, side) ? 'above' : 'below']
            : against(limit.price === null ? [...ofStop, ...ofPrice] : ofStop))
        }
        reading={stop.price === null ? null : format.reading(stop.price, 'USD')}
        hint={`${limits.now(format.price(now))} ${stops.hint[trigger][side]}`}
        onFocus={loadReview}
        onChange={(event) => state.setStop(event.target.value)}
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
      <Field
        label={stops.limit}
        inputMode="decimal"
        autoComplete="off"
        value={state.limit}
        suffix="USD"
        error={limit.fault ?? (limit.price === null ? undefined : against(ofPrice))}
        reading={limit.price === null ? null : format.reading(limit.price, 'USD')}
        hint={stops.limitHint[side]}
        onChange={(event) => state.setLimit(event.target.value)}
      />
      <TermFields
        value={chosen}
        error={undefined}
        expiryError={against(ofExpiry)}
        onChange={setChosen}
        onlyWaits
      />
      <PreviewSection
        asset={asset}
        preview={preview}
        draft={draft}
        side={side}
        back={back}
        empty={chosen.timeInForce === 'GTD' && !terms.expiresAt ? limits.previewEndless : stops.previewEmpty}
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
