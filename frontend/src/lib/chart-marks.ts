// SPDX-License-Identifier: MIT
// The person's trades on a chart: one arrow per candle and side, and no more words than fit beside each other.
import { add, type Decimal } from '~/lib/decimal';

export interface ChartMark {
  /** Seconds since 1970. */
  at: number;
  side: 'buy' | 'sell';
  quantity: Decimal;
}

/** The limit of an order that waits. */
export interface OrderLine {
  side: 'buy' | 'sell';
  price: Decimal;
  /** What has not been filled. */
  quantity: Decimal;
}

export interface MergedMark {
  /** Start of the candle. */
  time: number;
  side: 'buy' | 'sell';
  count: number;
  quantity: Decimal;
  /** Several arrows close to each other share the words of the newest. */
  label: { count: number; quantity: Decimal } | null;
}

/** About this many labels stand beside each other without touching. */
const LABELS_ABREAST = 8;

interface Placed extends MergedMark {
  index: number;
}

function perCandle(marks: readonly ChartMark[], starts: readonly number[], side: 'buy' | 'sell'): Placed[] {
  const placed = new Map<number, Placed>();
  for (const mark of marks) {
    const index = starts.findLastIndex((start) => start <= mark.at);
    const time = starts[index];
    if (mark.side !== side || time === undefined) continue;
    const there = placed.get(index) ?? { index, time, side, count: 0, quantity: '0', label: null };
    placed.set(index, { ...there, count: there.count + 1, quantity: add(there.quantity, mark.quantity) });
  }
  return [...placed.values()].sort((a, b) => a.index - b.index);
}

/** Gives the newest arrow of each crowd the sum of the crowd. */
function labelled(placed: Placed[], room: number): MergedMark[] {
  let crowd = { count: 0, quantity: '0' };
  return placed.map(({ index, ...mark }, position) => {
    crowd = { count: crowd.count + mark.count, quantity: add(crowd.quantity, mark.quantity) };
    const next = placed[position + 1];
    if (next && next.index - index < room) return mark;
    const label = crowd;
    crowd = { count: 0, quantity: '0' };
    return { ...mark, label };
  });
}

/** `starts` are the beginnings of the candles, oldest first. */
export function mergeMarks(marks: readonly ChartMark[], starts: readonly number[]): MergedMark[] {
  const room = starts.length / LABELS_ABREAST;
  return (['buy', 'sell'] as const)
    .flatMap((side) => labelled(perCandle(marks, starts, side), room))
    .sort((a, b) => a.time - b.time);
}
