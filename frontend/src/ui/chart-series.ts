// SPDX-License-Identifier: MIT
// What is drawn beside the candles: volume, averages, and the limits of orders that wait.
import {
  type AutoscaleInfo,
  HistogramSeries,
  type IChartApi,
  type IPriceLine,
  type ISeriesApi,
  LineSeries,
  LineStyle,
  type UTCTimestamp,
} from 'lightweight-charts';
import type { OrderLine } from '~/lib/chart-marks';
import type { Overlay } from '~/lib/chart-view';
import * as decimal from '~/lib/decimal';
import { briefQuantity } from '~/lib/format';
import { averagePaid, type Bar, movingAverage, type Point } from '~/lib/indicators';
import { market } from '~/text/market';

/** A colour of the theme, by the name of its token. */
export function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

type Column = Bar & { open: number };

interface Extra {
  series: ISeriesApi<'Histogram'> | ISeriesApi<'Line'>;
  fill(bars: readonly Column[]): void;
}

/** Of the pane: candles end where volume begins. */
const VOLUME_SHARE = 0.2;

const quiet = { lastValueVisible: false, priceLineVisible: false } as const;
const at = (time: number) => time as UTCTimestamp;

function lineOf(chart: IChartApi, token: string, points: (bars: readonly Bar[]) => Point[]): Extra {
  const look = { color: colour(token), lineWidth: 2, crosshairMarkerVisible: false } as const;
  const series = chart.addSeries(LineSeries, { ...quiet, ...look });
  const fill = (bars: readonly Bar[]) =>
    series.setData(points(bars).map(({ time, value }) => ({ time: at(time), value })));
  return { series, fill };
}

function volumeOf(chart: IChartApi): Extra {
  const [up, down] = [`${colour('--up')}66`, `${colour('--down')}66`];
  const options = { ...quiet, priceScaleId: 'volume', priceFormat: { type: 'volume' as const } };
  const series = chart.addSeries(HistogramSeries, options);
  series.priceScale().applyOptions({ scaleMargins: { top: 1 - VOLUME_SHARE, bottom: 0 } });
  const columnOf = ({ time, open, close, volume }: Column) => ({
    time: at(time),
    value: volume,
    color: close < open ? down : up,
  });
  return { series, fill: (bars) => series.setData(bars.map(columnOf)) };
}

const extras: Record<Overlay, (chart: IChartApi) => Extra> = {
  volume: volumeOf,
  fast: (chart) => lineOf(chart, '--primary', (bars) => movingAverage(bars, 20)),
  slow: (chart) => lineOf(chart, '--warn', (bars) => movingAverage(bars, 50)),
  vwap: (chart) => lineOf(chart, '--line-strong', averagePaid),
};

export interface Extras {
  fill(bars: readonly Column[]): void;
  remove(): void;
}

/** What is wanted beside the candles, without figures yet. */
export function drawExtras(chart: IChartApi, wanted: readonly Overlay[]): Extras {
  const drawn = wanted.map((name) => extras[name](chart));
  const bottom = wanted.includes('volume') ? VOLUME_SHARE + 0.05 : 0.1;
  chart.priceScale('right').applyOptions({ scaleMargins: { top: 0.1, bottom } });
  return {
    fill(bars) {
      for (const extra of drawn) extra.fill(bars);
    },
    remove() {
      for (const { series } of drawn) chart.removeSeries(series);
    },
  };
}

/** A limit has its line where it is near enough to be seen without pressing the candles flat. */
const NEAR = 1;

export function drawLines(
  series: ISeriesApi<'Candlestick'>,
  lines: readonly OrderLine[],
  hidden: boolean,
): () => void {
  const drawn: IPriceLine[] = lines.map(({ side, price, quantity }) =>
    series.createPriceLine({
      price: decimal.forDrawing(price),
      color: colour(side === 'buy' ? '--up' : '--down'),
      lineWidth: 1,
      lineStyle: LineStyle.Dashed,
      axisLabelVisible: true,
      title: market.chart.order(side, hidden ? null : briefQuantity(quantity)),
    }),
  );
  series.applyOptions({
    autoscaleInfoProvider: (usual: () => AutoscaleInfo | null) => {
      const info = usual();
      if (!info?.priceRange) return info;
      const { minValue, maxValue } = info.priceRange;
      const room = (maxValue - minValue) * NEAR;
      const near = lines
        .map(({ price }) => decimal.forDrawing(price))
        .filter((price) => price > minValue - room && price < maxValue + room);
      return {
        ...info,
        priceRange: { minValue: Math.min(minValue, ...near), maxValue: Math.max(maxValue, ...near) },
      };
    },
  });
  return () => {
    for (const line of drawn) series.removePriceLine(line);
  };
}
