// SPDX-License-Identifier: MIT
// The form of a market order: quantity or amount, and the worst price it accepts.
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
import { PriceField } from '~/features/trade/PriceField';
import { loadReview } from '~/features/trade/review';
import { ShareButtons } from '~/features/trade/ShareButtons';
import type { TicketProps } from '~/features/trade/Ticket';
import { TicketForm, useTicket } from '~/features/trade/TicketForm';
import * as format from '~/lib/format';
import { trade } from '~/text/trade';
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

export function MarketTicket(props: TicketProps) {
  const { state, asset, portfolio, rules } = props;
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
  const ticket = useTicket(props, draft);

  function pickShare(percent: number) {
    if (portfolio && rules) {
      fill(shareOf(percent, side, { ...means, cash: portfolio.cash, maxOrderValue: rules.max_order_value }));
    }
  }

  return (
    <TicketForm ticket={ticket} empty={trade.previewEmpty}>
      <Segment<Mode>
        label={trade.mode}
        choices={modes}
        value={mode}
        onChange={setMode}
        className="w-full *:grow"
      />
      <Field
        ref={ticket.input}
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
      <ShareButtons side={side} disabled={!portfolio || !rules || !ticket.tradable} onPick={pickShare} />
      <PriceField
        label={trade.limit}
        optional
        value={state.limit}
        read={limit}
        hint={trade.limitHint[side]}
        onType={state.setLimit}
      />
    </TicketForm>
  );
}
