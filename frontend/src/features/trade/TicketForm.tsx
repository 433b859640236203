// SPDX-License-Identifier: MIT
// What the form of every kind of order ends in: its preview, its review, and the button between.
import { type FormEvent, type ReactNode, useRef } from 'react';
import type { OrderDraft } from '~/api/trading';
import { PreviewSection } from '~/features/trade/PreviewSection';
import { usePreview } from '~/features/trade/preview';
import { ReviewOnDemand, useReview } from '~/features/trade/review';
import { addressOf } from '~/features/trade/state';
import type { TicketProps } from '~/features/trade/Ticket';
import { trade } from '~/text/trade';
import { Button } from '~/ui/Button';

/** An order as typed; null while it is none. */
export function useTicket({ state, asset }: Pick<TicketProps, 'state' | 'asset'>, draft: OrderDraft | null) {
  const { typed } = state;
  const tradable = asset.is_active && !asset.halted;
  return {
    asset,
    draft,
    tradable,
    side: typed.side,
    preview: usePreview(tradable ? draft : null),
    review: useReview(draft, () => state.clear(typed)),
    /** The field to come back to from the review. */
    input: useRef<HTMLInputElement>(null),
    back: addressOf(typed, draft),
  };
}

interface Props {
  ticket: ReturnType<typeof useTicket>;
  /** What to do first, while there is nothing to show. */
  empty: string;
  /** Codes that stand beside their fields. */
  shownElsewhere?: readonly string[];
  children: ReactNode;
}

export function TicketForm({ ticket, empty, shownElsewhere = [], children }: Props) {
  const { asset, draft, side, preview, review, input, back } = ticket;

  function ask(event: FormEvent) {
    event.preventDefault();
    if (preview.exact?.accepted) review.start();
  }

  return (
    <form className="flex flex-col gap-4" noValidate onSubmit={ask}>
      {children}
      <PreviewSection
        asset={asset}
        preview={preview}
        draft={draft}
        side={side}
        back={back}
        empty={empty}
        shownElsewhere={shownElsewhere}
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
