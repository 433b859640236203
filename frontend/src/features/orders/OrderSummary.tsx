// SPDX-License-Identifier: MIT
// What the orders of the list come to.
import type { Order } from '~/api/types';
import * as decimal from '~/lib/decimal';
import * as format from '~/lib/format';
import { orders } from '~/text/orders';
import { Amount } from '~/ui/Amount';
import { Figure } from '~/ui/Figure';
import { isBuy } from '~/ui/OrderBits';

const words = orders.summary;

interface Props {
  list: readonly Order[];
  /** Nothing older follows. */
  whole: boolean;
}

export function OrderSummary({ list, whole }: Props) {
  const totals = (buy: boolean) =>
    decimal.sum(list.filter((order) => isBuy(order.order_type) === buy).map((order) => order.total_amount));
  return (
    <section aria-label={words.label} className="mt-4">
      <dl className="grid grid-cols-2 gap-3 sm:gap-4 lg:grid-cols-4">
        <Figure label={words.count}>{format.count(list.length)}</Figure>
        <Figure label={words.bought}>
          <Amount value={totals(true)} as="total" />
        </Figure>
        <Figure label={words.sold}>
          <Amount value={totals(false)} as="total" />
        </Figure>
        <Figure label={words.fees}>
          <Amount value={decimal.sum(list.map(({ fee }) => fee))} />
        </Figure>
      </dl>
      {whole ? null : <p className="mt-2 text-muted text-sm">{words.part}</p>}
    </section>
  );
}
