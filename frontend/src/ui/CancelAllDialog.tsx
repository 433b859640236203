// SPDX-License-Identifier: MIT
// Asks before all open orders are taken off the books, and says how many that were.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { roots } from '~/api/keys';
import { cancelAllOrders } from '~/api/trading';
import { limits } from '~/text/limits';
import { Button } from '~/ui/Button';
import { Modal } from '~/ui/Modal';
import { ProblemPanel } from '~/ui/ProblemPanel';
import { notifyDone } from '~/ui/toast';

const words = limits.cancelAll;

interface Props {
  onClose: () => void;
  after: () => HTMLElement | null;
}

export default function CancelAllDialog({ onClose, after }: Props) {
  const cache = useQueryClient();
  const cancel = useMutation({
    mutationFn: cancelAllOrders,
    onSuccess: (count) => {
      notifyDone(count > 0 ? { title: words.done(count) } : { title: words.none });
      void cache.invalidateQueries({ queryKey: roots.money });
    },
  });
  return (
    <Modal open onClose={onClose} title={words.title} text={words.text} quiet after={after}>
      {cancel.error ? <ProblemPanel error={cancel.error} /> : null}
      <div className="flex flex-wrap gap-3">
        <Button
          look="danger"
          className="grow"
          busy={cancel.isPending}
          onClick={() => cancel.mutate(undefined, { onSuccess: onClose })}
        >
          {words.act}
        </Button>
        <Button className="grow" onClick={onClose}>
          {words.keep}
        </Button>
      </div>
    </Modal>
  );
}
