// SPDX-License-Identifier: MIT
// Lines that are computed from candles, for drawing only: amounts of money never come from here.

export interface Bar {
  /** Seconds since 1970. */
  time: number;
  close: number;
  volume: number;
  quote_volume: number;
}

export interface Point {
  time: number;
  value: number;
}

/** Mean of the last `count` closes; begins where so many are known. */
export function movingAverage(bars: readonly Bar[], count: number): Point[] {
  let sum = 0;
  return bars.flatMap(({ time, close }, index) => {
    sum += close - (bars[index - count]?.close ?? 0);
    return index + 1 < count ? [] : [{ time, value: sum / count }];
  });
}

const DAY = 86_400;

/** Dollars by units of what was traded since midnight UTC; begins with the first trade of a day. */
export function averagePaid(bars: readonly Bar[]): Point[] {
  let [day, units, dollars] = [-1, 0, 0];
  return bars.flatMap(({ time, volume, quote_volume }) => {
    const today = Math.floor(time / DAY);
    if (today !== day) [day, units, dollars] = [today, 0, 0];
    units += volume;
    dollars += quote_volume;
    return units > 0 ? [{ time, value: dollars / units }] : [];
  });
}
