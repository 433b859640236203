// SPDX-License-Identifier: MIT
import { keepPreviousData, skipToken, useQuery } from '@tanstack/react-query';
import { live } from '~/api/live';
import { type OrderDraft, previewKey, previewOrder } from '~/api/trading';
import { useSettled } from '~/lib/settled';

const TYPING_PAUSE_MS = 250;

/** What the server says the order would do, asked after a pause in typing and again while it stays on screen. */
export function usePreview(draft: OrderDraft | null) {
  const wanted = JSON.stringify(draft);
  const settled = useSettled(wanted, TYPING_PAUSE_MS);
  const asked: OrderDraft | null = JSON.parse(settled);
  const preview = useQuery({
    queryKey: previewKey(settled),
    queryFn: asked ? ({ signal }) => previewOrder(asked, signal) : skipToken,
    ...live,
    placeholderData: keepPreviousData,
    gcTime: 0,
  });
  const current = settled === wanted && !preview.isPlaceholderData;
  return {
    /** The answer for exactly what is typed now, or undefined. */
    exact: draft && current ? preview.data : undefined,
    /** The newest answer, perhaps for what was typed a moment ago; shown dimmed. */
    latest: draft ? preview.data : undefined,
    error: draft && current && !preview.data ? preview.error : null,
    refetch: preview.refetch,
  };
}
