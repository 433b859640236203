// SPDX-License-Identifier: MIT
// What is written on and beside the candles. Apart from the chart itself, which is the largest single piece.
import type { SeriesMarker, Time, UTCTimestamp } from 'lightweight-charts';
import type { MergedMark } from '~/lib/chart-marks';
import { crosshairLabel, tickLabel } from '~/lib/chart-time';
import { briefQuantity, price } from '~/lib/format';
import type { Zone } from '~/lib/times';
import { market } from '~/text/market';

interface Writing {
  digits: number;
  daily: boolean;
  zone: Zone;
}

/** Labels of both axes; the data never change with them. */
export function axisOptions({ digits, daily, zone }: Writing) {
  return {
    localization: {
      priceFormatter: (value: number) => price(value, digits),
      timeFormatter: (time: Time) => crosshairLabel(Number(time), daily, zone),
    },
    timeScale: {
      tickMarkMaxCharacterLength: 12,
      tickMarkFormatter: (time: Time, kind: number) => tickLabel(Number(time), kind, daily, zone),
    },
  };
}

/** An arrow with its words; quantities disappear when amounts are hidden. */
export function markerOf(
  { time, side, label }: MergedMark,
  color: string,
  hidden: boolean,
): SeriesMarker<Time> {
  const text = label
    ? market.chart.trades(side, label.count, hidden ? null : briefQuantity(label.quantity))
    : '';
  return {
    time: time as UTCTimestamp,
    position: side === 'buy' ? 'belowBar' : 'aboveBar',
    shape: side === 'buy' ? 'arrowUp' : 'arrowDown',
    color,
    text,
  };
}
