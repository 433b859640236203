// SPDX-License-Identifier: MIT
// Asks before an order is taken off the book, and says how that ended.
import { cancelOrder } from '~/api/trading';
import type { Order } from '~/api/types';
import { orderWords } from '~/app/order-words';
import * as format from '~/lib/format';
import { limits } from '~/text/limits';
import { orders } from '~/text/orders';
import { CancelQuestion } from '~/ui/CancelQuestion';
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

export default function CancelDialog({ order, ...rest }: Props) {
  return (
    <CancelQuestion words={words} cancel={() => cancelOrder(order.order_id)} tell={tell} {...rest}>
      <p className="mb-4 font-medium">
        {limits.open.what(
          orders.types[order.order_type],
          format.quantity(order.quantity),
          order.asset_id,
          format.price(order.price),
        )}
      </p>
    </CancelQuestion>
  );
}
