// SPDX-License-Identifier: MIT
// The form of a limit order: price, quantity, how long it waits.
import type { Side } from '~/features/trade/input';
import { reaches, readLimitOrder, readLimitPrice } from '~/features/trade/limit';
import { PriceField } from '~/features/trade/PriceField';
import { loadReview } from '~/features/trade/review';
import { TermFields } from '~/features/trade/TermFields';
import type { TicketProps } from '~/features/trade/Ticket';
import { TicketForm, useTicket } from '~/features/trade/TicketForm';
import { ofExpiry, ofQuantity, QuantityField, useAgainst, useTerms } from '~/features/trade/waiting';
import * as format from '~/lib/format';
import { limits } from '~/text/limits';

const ofPrice: readonly string[] = ['price_tick', 'price_out_of_band', 'post_only_would_take'];
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

export default function LimitTicket(props: TicketProps) {
  const { state, asset, portfolio, rules } = props;
  const { chosen, setChosen, terms, empty } = useTerms();
  const limit = readLimitPrice(state.limit);
  const { draft, fault } = readLimitOrder(state.typed, limit, terms, rules?.quantity_step);
  const ticket = useTicket(props, draft);
  const against = useAgainst(ticket.preview.exact);
  return (
    <TicketForm ticket={ticket} empty={empty(limits.previewEmpty)} shownElsewhere={ofFields}>
      <PriceField
        ref={ticket.input}
        label={limits.price}
        value={state.limit}
        read={limit}
        against={against(ofPrice)}
        hint={<PriceHint side={ticket.side} price={limit.price} now={format.plain(asset.price_usd)} />}
        onFocus={loadReview}
        onType={state.setLimit}
      />
      <QuantityField
        state={state}
        asset={asset}
        portfolio={portfolio}
        quantity={draft?.quantity}
        error={fault ?? against(ofQuantity)}
      />
      <TermFields
        value={chosen}
        error={against(ofTerm)}
        expiryError={against(ofExpiry)}
        onChange={setChosen}
      />
    </TicketForm>
  );
}
