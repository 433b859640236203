// SPDX-License-Identifier: MIT
// Asks before orders are taken off the books, and does it.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { roots } from '~/api/keys';
import { DialogButtons } from '~/ui/DialogButtons';
import { Modal } from '~/ui/Modal';
import { ProblemPanel } from '~/ui/ProblemPanel';

interface Props<Outcome> {
  words: { title: string; text: string; act: string; keep: string };
  cancel: () => Promise<Outcome>;
  /** Called even when the dialog has been closed before the answer comes. */
  tell: (outcome: Outcome) => void;
  onClose: () => void;
  after: () => HTMLElement | null;
  children?: ReactNode;
}

export function CancelQuestion<Outcome>({ words, cancel, tell, onClose, after, children }: Props<Outcome>) {
  const cache = useQueryClient();
  const request = useMutation({
    mutationFn: cancel,
    onSuccess: (outcome) => {
      tell(outcome);
      void cache.invalidateQueries({ queryKey: roots.money });
    },
  });
  return (
    <Modal open onClose={onClose} title={words.title} text={words.text} quiet after={after}>
      {children}
      {request.error ? <ProblemPanel error={request.error} /> : null}
      <DialogButtons
        act={words.act}
        keep={words.keep}
        look="danger"
        busy={request.isPending}
        onAct={() => request.mutate(undefined, { onSuccess: onClose })}
        onClose={onClose}
      />
    </Modal>
  );
}
