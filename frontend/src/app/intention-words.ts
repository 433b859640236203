// SPDX-License-Identifier: MIT
// An intention in words: what was asked for, and what to say when it is done.
import type { Intention } from '~/api/intention';
import { orderWords, sideOf } from '~/app/order-words';
import { paths } from '~/app/paths';
import { money, quantity, total } from '~/lib/format';
import { account } from '~/text/account';
import { outcome } from '~/text/outcome';
import { trade } from '~/text/trade';

interface DoneWords {
  title: string;
  text?: string;
  link?: { to: string; label: string };
}

/** "buy 0.01 BTC", "sell $250.00 of BTC", "deposit $100.00". */
export function wishOf({ kind, content }: Intention): string {
  if (kind === 'move') return outcome.what(outcome.move[content.direction], money(content.amount));
  if (kind === 'gift') return outcome.gift;
  const side = sideOf(content.order_type);
  const what =
    content.amount === undefined
      ? `${quantity(content.quantity ?? '0')} ${content.asset_id}`
      : outcome.of(total(content.amount), content.asset_id);
  return outcome.what(outcome.order[side], what);
}

export function doneWords(intention: Intention): DoneWords {
  const back = intention.back ? { link: { to: intention.back, label: account.back } } : {};
  if (intention.kind === 'move') {
    const { direction, amount } = intention.content;
    return { title: account.done[direction](money(amount)), ...back };
  }
  if (intention.kind === 'gift') return { title: outcome.gifted(money(intention.answer?.amount ?? '0')) };
  const order = intention.answer;
  if (!order) return { title: outcome.sending(wishOf(intention)) };
  const { title, lines } = orderWords(order);
  return {
    title,
    text: lines.join('. '),
    link: { to: paths.order(order.order_id), label: trade.done.order },
  };
}
