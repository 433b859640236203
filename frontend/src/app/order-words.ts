// SPDX-License-Identifier: MIT
// What became of an order that was placed, in words.
import type { Order } from '~/api/types';
import * as decimal from '~/lib/decimal';
import { price, quantity } from '~/lib/format';
import { trade } from '~/text/trade';

const words = trade.done;

export const sideOf = (type: Order['order_type']) => (type.endsWith('_buy') ? 'buy' : 'sell');

/** The price it waits for: first the market's, then its limit. */
export const awaitedPrice = ({ status, price, stop_price }: Order) =>
  status === 'pending' && stop_price ? stop_price : price;

interface OrderWords {
  title: string;
  /** What was filled, what waits, what was given up: each as far as there is some of it. */
  lines: string[];
}

export function orderWords(order: Order): OrderWords {
  const { asset_id, status, remaining_quantity: left = '0' } = order;
  const filled = order.filled_quantity ?? order.quantity;
  const side = sideOf(order.order_type);
  const lines: string[] = [];
  if (decimal.sign(filled) > 0)
    lines.push(words.sentence(quantity(filled), asset_id, price(order.average_price ?? order.price)));
  if (status === 'completed') return { title: words.title[side], lines };
  const ended = status === 'cancelled' || status === 'expired';
  if (ended) lines.push(words.left(quantity(left), asset_id));
  else if (status === 'pending' && order.stop_price)
    lines.push(words.waitsFor(quantity(left), asset_id, price(order.stop_price)));
  else lines.push(words.waits(quantity(left), asset_id, price(order.price)));
  return { title: ended ? words.ended[status] : words.waiting[side], lines };
}
