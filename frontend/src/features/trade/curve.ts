// SPDX-License-Identifier: MIT
// The order book as two flights of stairs: how much waits up to each price. For drawing; pure functions.
import type { Book, BookLevel } from '~/api/types';
import * as decimal from '~/lib/decimal';

export interface Step {
  price: number;
  /** What waits at this price and the better ones. */
  sum: number;
}

export interface Curve {
  bids: Step[];
  asks: Step[];
  /** Prices at which the house takes any quantity. */
  house: number[];
  lowest: number;
  highest: number;
  most: number;
}

function stepsOf(levels: readonly BookLevel[]): Step[] {
  let sum = '0';
  return levels.map(({ price, quantity }) => {
    sum = decimal.add(sum, quantity ?? '0');
    return { price: decimal.forDrawing(price), sum: decimal.forDrawing(sum) };
  });
}

export function curveOf(book: Book): Curve {
  const [bids, asks] = [stepsOf(book.bids), stepsOf(book.asks)];
  const all = [...bids, ...asks];
  const levels = [...book.bids, ...book.asks];
  return {
    bids,
    asks,
    house: levels.filter(({ quantity }) => quantity === null).map(({ price }) => decimal.forDrawing(price)),
    lowest: Math.min(...all.map(({ price }) => price)),
    highest: Math.max(...all.map(({ price }) => price)),
    most: Math.max(...all.map(({ sum }) => sum)),
  };
}

export const WIDTH = 100;
export const HEIGHT = 40;

/** From left to right; a book of one price stands in the middle. */
export function across({ lowest, highest }: Curve, price: number): number {
  return highest > lowest ? ((price - lowest) / (highest - lowest)) * WIDTH : WIDTH / 2;
}

const point = (x: number, y: number) => `${Math.round(x * 100) / 100} ${Math.round(y * 100) / 100}`;

/** The outline of a side, from its best price outwards to the edge of the picture; empty for an empty side. */
export function outline(curve: Curve, side: 'bids' | 'asks'): string {
  const [best] = curve[side];
  if (!best) return '';
  const height = (sum: number) => (curve.most > 0 ? HEIGHT - (sum / curve.most) * HEIGHT : HEIGHT);
  let path = `M${point(across(curve, best.price), HEIGHT)}`;
  let before = HEIGHT;
  for (const { price, sum } of curve[side]) {
    const x = across(curve, price);
    path += `L${point(x, before)}L${point(x, height(sum))}`;
    before = height(sum);
  }
  const edge = side === 'bids' ? 0 : WIDTH;
  return `${path}L${point(edge, before)}L${point(edge, HEIGHT)}Z`;
}
