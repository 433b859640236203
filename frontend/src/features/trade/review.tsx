// SPDX-License-Identifier: MIT
// From the filled form to a placed order: the review, what it sends, and what is still without an answer.
import { type ComponentProps, lazy, Suspense, useState } from 'react';
import { begin, findOpen, useIntention } from '~/api/intention';
import type { OrderDraft } from '~/api/trading';

export function useReview(draft: OrderDraft | null, onDone: () => void) {
  const [open, setOpen] = useState(false);
  const [key, setKey] = useState<string | null>(null);
  const intention = useIntention('order', key);
  return {
    open,
    intention,
    /** Shows the review, or the same order as long as that has no answer. */
    start(): void {
      setKey(draft ? findOpen('order', draft) : null);
      setOpen(true);
    },
    place(): void {
      if (draft) setKey(begin('order', draft, { onDone }));
    },
    close(): void {
      setOpen(false);
    },
  };
}

export type Review = ReturnType<typeof useReview>;

// Not needed before something is typed, when it begins to load.
export const loadReview = () => import('~/features/trade/ReviewDialog');
const ReviewDialog = lazy(loadReview);

export function ReviewOnDemand(props: ComponentProps<typeof ReviewDialog>) {
  return props.review.open ? (
    <Suspense>
      <ReviewDialog {...props} />
    </Suspense>
  ) : null;
}
