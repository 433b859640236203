// SPDX-License-Identifier: MIT
// Another quantity or limit for an order that waits: what it does to its place is said before it is done.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { roots } from '~/api/keys';
import { type Amendment, amendOrder, isWaiting } from '~/api/trading';
import type { Order } from '~/api/types';
import { orderWords } from '~/app/order-words';
import * as decimal from '~/lib/decimal';
import * as format from '~/lib/format';
import { asTyped, readTyped } from '~/lib/typed-number';
import { amend as words } from '~/text/amend';
import { limits } from '~/text/limits';
import { trade } from '~/text/trade';
import { DialogButtons } from '~/ui/DialogButtons';
import { Field } from '~/ui/Field';
import { Modal } from '~/ui/Modal';
import { ProblemPanel } from '~/ui/ProblemPanel';
import { notifyDone } from '~/ui/toast';

function read(text: string, unit: string) {
  const { value, fault } = readTyped(text, [unit]);
  if (value === null)
    return { value, fault: fault === 'empty' ? trade.invalid.zero : trade.invalid[fault](asTyped('0.25')) };
  return decimal.sign(value) === 0 ? { value: null, fault: trade.invalid.zero } : { value, fault: null };
}

/** Only what differs; null when something cannot be read. */
function amendmentOf(order: Order, quantity: string | null, price: string | null): Amendment | null {
  if (quantity === null || price === null) return null;
  return {
    ...(decimal.compare(quantity, order.quantity) === 0 ? {} : { quantity }),
    ...(decimal.compare(price, order.price) === 0 ? {} : { price }),
  };
}

function effectOf(order: Order, { quantity, price }: Amendment): string {
  if (quantity && decimal.compare(quantity, order.filled_quantity ?? '0') <= 0) return words.ends;
  const less = quantity === undefined || decimal.compare(quantity, order.quantity) < 0;
  return less && price === undefined ? words.keeps : words.loses;
}

function tell(order: Order): void {
  const text = orderWords(order).lines.join('. ');
  notifyDone({ title: isWaiting(order) ? words.done : words.ended, text });
}

interface Props {
  order: Order;
  onClose: () => void;
  after: () => HTMLElement | null;
}

export default function AmendDialog({ order, onClose, after }: Props) {
  const cache = useQueryClient();
  const [quantity, setQuantity] = useState(() => asTyped(order.quantity));
  const [price, setPrice] = useState(() => asTyped(order.price));
  const units = read(quantity, order.asset_id);
  const limit = read(price, 'USD');
  const amendment = amendmentOf(order, units.value, limit.value);
  const changes = amendment !== null && Object.keys(amendment).length > 0;
  const request = useMutation({
    mutationFn: (wish: Amendment) => amendOrder(order.order_id, wish),
    onSuccess: tell,
    onSettled: () => cache.invalidateQueries({ queryKey: roots.money }),
  });

  function send(event: FormEvent) {
    event.preventDefault();
    if (amendment !== null && changes) request.mutate(amendment, { onSuccess: onClose });
  }

  return (
    <Modal open onClose={onClose} title={words.title} after={after}>
      <form className="flex flex-col gap-4" noValidate onSubmit={send}>
        <Field
          label={words.quantity}
          inputMode="decimal"
          autoComplete="off"
          value={quantity}
          suffix={order.asset_id}
          error={units.fault ?? undefined}
          reading={units.value === null ? null : format.reading(units.value, order.asset_id)}
          hint={words.filled(format.quantity(order.filled_quantity ?? '0'))}
          onChange={(event) => setQuantity(event.target.value)}
        />
        <Field
          label={limits.price}
          inputMode="decimal"
          autoComplete="off"
          value={price}
          suffix="USD"
          error={limit.fault ?? undefined}
          reading={limit.value === null ? null : format.reading(limit.value, 'USD')}
          onChange={(event) => setPrice(event.target.value)}
        />
        <output className="block min-h-12 text-sm">{changes ? effectOf(order, amendment) : null}</output>
        {request.error ? <ProblemPanel error={request.error} /> : null}
        <DialogButtons
          act={words.act}
          keep={words.keep}
          look="primary"
          busy={request.isPending}
          disabled={!changes}
          onClose={onClose}
        />
      </form>
    </Modal>
  );
}
