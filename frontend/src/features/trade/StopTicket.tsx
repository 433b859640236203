// SPDX-License-Identifier: MIT
// The form of an order that waits for a price: which way, price, quantity, an own limit, how long.
import { useState } from 'react';
import { readLimitPrice } from '~/features/trade/limit';
import { PriceField } from '~/features/trade/PriceField';
import { loadReview } from '~/features/trade/review';
import { isMet, readStopOrder, rises, type Trigger } from '~/features/trade/stop';
import { TermFields } from '~/features/trade/TermFields';
import type { TicketProps } from '~/features/trade/Ticket';
import { TicketForm, useTicket } from '~/features/trade/TicketForm';
import { ofExpiry, ofQuantity, QuantityField, useAgainst, useTerms } from '~/features/trade/waiting';
import * as format from '~/lib/format';
import { limits } from '~/text/limits';
import { stops } from '~/text/stops';
import { Segment } from '~/ui/Segment';

const kinds = [
  { value: 'stop', label: stops.kinds.stop },
  { value: 'take_profit', label: stops.kinds.take_profit },
] as const;

const ofStop: readonly string[] = ['trigger_already_met', 'price_tick'];
/** Of the limit where there is one, else of the trigger price. */
const ofPrice: readonly string[] = ['price_out_of_band'];
const ofFields = [...ofStop, ...ofPrice, ...ofQuantity, ...ofExpiry];

export default function StopTicket(props: TicketProps) {
  const { state, asset, portfolio, rules } = props;
  const [trigger, setTrigger] = useState<Trigger>('stop');
  const { chosen, setChosen, terms, empty } = useTerms();
  const stop = readLimitPrice(state.stop);
  const limit = readLimitPrice(state.limit);
  const { draft, fault } = readStopOrder(state.typed, trigger, { stop, limit }, terms, rules?.quantity_step);
  const ticket = useTicket(props, draft);
  const { side } = ticket;
  const against = useAgainst(ticket.preview.exact);
  const now = format.plain(asset.price_usd);
  const met = stop.price !== null && isMet(trigger, side, stop.price, now);
  const ofLimit = limit.price === null ? undefined : against(ofPrice);
  return (
    <TicketForm ticket={ticket} empty={empty(stops.previewEmpty)} shownElsewhere={ofFields}>
      <Segment<Trigger>
        label={stops.what}
        choices={kinds}
        value={trigger}
        onChange={setTrigger}
        className="w-full *:grow"
      />
      <PriceField
        ref={ticket.input}
        label={stops.price}
        value={state.stop}
        read={stop}
        against={
          met
            ? stops.met[rises(trigger, side) ? 'above' : 'below']
            : against(limit.price === null ? [...ofStop, ...ofPrice] : ofStop)
        }
        hint={`${limits.now(format.price(now))} ${stops.hint[trigger][side]}`}
        onFocus={loadReview}
        onType={state.setStop}
      />
      <QuantityField
        state={state}
        asset={asset}
        portfolio={portfolio}
        quantity={draft?.quantity}
        error={fault ?? against(ofQuantity)}
      />
      <PriceField
        label={limits.price}
        optional
        value={state.limit}
        read={limit}
        against={ofLimit}
        hint={stops.limitHint[side]}
        onType={state.setLimit}
      />
      <TermFields
        value={chosen}
        error={undefined}
        expiryError={against(ofExpiry)}
        onChange={setChosen}
        onlyWaits
      />
    </TicketForm>
  );
}
