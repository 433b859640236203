// SPDX-License-Identifier: MIT
// Asks before an order is taken off the book, and says how that ended.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { roots } from '~/api/keys';
import { cancelOrder } from '~/api/trading';
import type { Order } from '~/api/types';
import { orderWords } from '~/app/order-words';
import * as format from '~/lib/format';
import { limits } from '~/text/limits';
import { orders } from '~/text/orders';
import { Button } from '~/ui/Button';
import { Modal } from '~/ui/Modal';
import { ProblemPanel } from '~/ui/ProblemPanel';
import { notifyDone, notifyFailed } from '~/ui/toast';

const words = limits.cancel;

/** Said in a message: the dialog may be closed before the answer comes. */
function tell(order: Order): void {
  const text = orderWords(order).lines.join('. ');
  if (order.status === 'cancelled') notifyDone({ title: words.done, text });
  else
    notifyFailed({
      title: words.tooLate,
      text: `${words.tooLateText(orders.statuses[order.status])} ${text}`,
      stays: true,
    });
}

interface Props {
  order: Order;
  onClose: () => void;
  after: () => HTMLElement | null;
}

export default function CancelDialog({ order, onClose, after }: Props) {
  const cache = useQueryClient();
  const cancel = useMutation({
    mutationFn: () => cancelOrder(order.order_id),
    onSuccess: (ended) => {
      tell(ended);
      void cache.invalidateQueries({ queryKey: roots.money });
    },
  });
  return (
    <Modal open onClose={onClose} title={words.title} text={words.text} quiet after={after}>
      <p className="mb-4 font-medium">
        {limits.open.what(
          orders.types[order.order_type],
          format.quantity(order.quantity),
          order.asset_id,
          format.price(order.price),
        )}
      </p>
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
