// SPDX-License-Identifier: MIT
// Placing an order exactly once.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type OrderDraft, placeOrder } from '~/api/commands';
import { useIntention } from '~/api/intention';
import { keys } from '~/api/queries';

export function useSubmit() {
  const cache = useQueryClient();
  const intention = useIntention();
  const mutation = useMutation({
    mutationFn: (draft: OrderDraft) => placeOrder(draft, intention.keyFor(draft)),
    onSuccess: () => cache.invalidateQueries({ queryKey: keys.money }),
    onSettled: (_, error) => intention.settle(error),
  });
  return {
    placed: mutation.data,
    error: mutation.error,
    isPending: mutation.isPending,
    place: (draft: OrderDraft) => {
      if (!mutation.isPending) mutation.mutate(draft);
    },
    reset: mutation.reset,
  };
}

export type Submit = ReturnType<typeof useSubmit>;
