// SPDX-License-Identifier: MIT
// What the order book shows, from what the server tells of it. Pure functions.
import type { Book, BookLevel, Order } from '~/api/types';
import * as decimal from '~/lib/decimal';

type Side = 'asks' | 'bids';

/** Prices as keys: written the same way, whatever their zeros. */
const keyOf = (side: Side, price: string) => `${side} ${decimal.add(price, '0')}`;

export function ownPrices(orders: readonly Order[], assetId: string): ReadonlySet<string> {
  // One that waits for a price is not on the book yet.
  const own = orders.filter(({ asset_id, status }) => asset_id === assetId && status !== 'pending');
  return new Set(
    own.map(({ order_type, price }) => keyOf(order_type.endsWith('_buy') ? 'bids' : 'asks', price)),
  );
}

export interface Row {
  key: string;
  level: BookLevel;
  own: boolean;
  /** Of the deepest price that is shown, in percent: what lies at this price and the better ones. */
  share: number;
}

/** The larger quantity of both sides, up to the last price shown. */
function deepest({ asks, bids }: Book): number {
  const whole = (levels: readonly BookLevel[]) =>
    decimal.forDrawing(decimal.sum(levels.map(({ quantity }) => quantity ?? '0')));
  return Math.max(whole(asks), whole(bids));
}

/** Best first. */
export function rowsOf(book: Book, side: Side, own: ReadonlySet<string>): Row[] {
  const most = deepest(book);
  let sum = '0';
  return book[side].map((level) => {
    sum = decimal.add(sum, level.quantity ?? '0');
    return {
      key: `${level.price} ${level.house}`,
      level,
      own: !level.house && own.has(keyOf(side, level.price)),
      share: most > 0 ? Math.round((decimal.forDrawing(sum) / most) * 100) : 0,
    };
  });
}

const MOST_DIGITS = 10;

/** So many digits that every price shown is exact. */
export function digitsIn({ asks, bids }: Book): number {
  const lengths = [...asks, ...bids].map(({ price }) => price.split('.')[1]?.length ?? 0);
  return Math.min(MOST_DIGITS, Math.max(2, ...lengths));
}

/** Between the best prices of both sides; null: a side is empty. */
export function spreadOf({ asks: [ask], bids: [bid] }: Book): string | null {
  return ask && bid ? decimal.subtract(ask.price, bid.price) : null;
}
