// SPDX-License-Identifier: MIT
// What the forms of all orders that may wait have: their quantity, how long they wait, and where refusals stand.
import { useState } from 'react';
import type { Preview } from '~/api/types';
import { Available } from '~/features/trade/Available';
import { isEndless } from '~/features/trade/limit';
import { useReasons } from '~/features/trade/OrderPreview';
import { type ChosenTerms, usualTerms } from '~/features/trade/TermFields';
import type { TicketProps } from '~/features/trade/Ticket';
import { moment } from '~/lib/day-range';
import * as format from '~/lib/format';
import { usePreferences } from '~/lib/preferences';
import { limits } from '~/text/limits';
import { trade } from '~/text/trade';
import { Field } from '~/ui/Field';

/** What the server says against the order, by the field it is about. */
export const ofQuantity: readonly string[] = ['order_too_small', 'order_too_large', 'insufficient_holdings'];
export const ofExpiry: readonly string[] = ['expiry_invalid'];

/** Of the codes that a field is about, what is said of the first that the preview has. */
export function useAgainst(preview: Preview | undefined) {
  const reasons = useReasons(preview);
  return (codes: readonly string[]) => reasons.find(({ code }) => codes.includes(code))?.text;
}

export function useTerms() {
  const { zone } = usePreferences();
  const [chosen, setChosen] = useState<ChosenTerms>(usualTerms);
  const terms = { ...chosen, expiresAt: moment(chosen.expires, zone) };
  return {
    chosen,
    setChosen,
    terms,
    /** What to do first; usual: where the end is not what is missing. */
    empty: (usual: string) => (isEndless(terms) ? limits.previewEndless : usual),
  };
}

interface Props extends Pick<TicketProps, 'state' | 'asset' | 'portfolio'> {
  /** The quantity as it was read. */
  quantity: string | undefined;
  error: string | undefined;
}

export function QuantityField({ state, asset, portfolio, quantity, error }: Props) {
  const { typed, setText } = state;
  return (
    <Field
      label={trade.quantity}
      inputMode="decimal"
      autoComplete="off"
      value={typed.text}
      suffix={asset.asset_id}
      error={error}
      reading={quantity ? format.reading(quantity, asset.asset_id) : null}
      hint={<Available side={typed.side} portfolio={portfolio} assetId={asset.asset_id} />}
      onChange={(event) => setText(event.target.value)}
    />
  );
}
