// SPDX-License-Identifier: MIT
// Candles with the person's own trades, drawn by lightweight-charts. Loaded lazily: it is the largest single piece.
import {
  CandlestickSeries,
  ColorType,
  createChart,
  createSeriesMarkers,
  type IChartApi,
  type ISeriesApi,
  type ISeriesMarkersPluginApi,
  type Time,
  type UTCTimestamp,
} from 'lightweight-charts';
import { type RefObject, useEffect, useRef, useState } from 'react';
import type { Candle } from '~/api/types';
import { type ChartMark, mergeMarks, type OrderLine } from '~/lib/chart-marks';
import { isDaily, seconds } from '~/lib/chart-time';
import type { Overlay } from '~/lib/chart-view';
import { usePreferences } from '~/lib/preferences';
import { turn } from '~/lib/turn';
import { CandleLegend } from '~/ui/CandleLegend';
import { axisOptions, markerOf } from '~/ui/chart-options';
import { colour, drawExtras, drawLines, type Extras } from '~/ui/chart-series';

interface Props {
  label: string;
  candles: readonly Candle[];
  marks?: readonly ChartMark[];
  lines?: readonly OrderLine[];
  overlays?: readonly Overlay[];
  /** Digits after the point that prices of this asset have. */
  digits: number;
}

/** Empty pixels on the right, where labels of the newest trades need them. */
const RIGHT_ROOM = 48;

interface Drawn {
  chart: IChartApi;
  series: ISeriesApi<'Candlestick'>;
  markers: ISeriesMarkersPluginApi<Time>;
}

function paint({ chart, series }: Drawn): void {
  const [line, up, down] = [colour('--line'), colour('--up'), colour('--down')];
  chart.applyOptions({
    layout: {
      background: { type: ColorType.Solid, color: 'transparent' },
      textColor: colour('--muted'),
      fontFamily: getComputedStyle(document.body).fontFamily,
    },
    grid: { vertLines: { color: line }, horzLines: { color: line } },
    rightPriceScale: { borderColor: line },
    timeScale: { borderColor: line, timeVisible: true, rightOffsetPixels: RIGHT_ROOM },
  });
  series.applyOptions({
    upColor: up,
    downColor: down,
    borderUpColor: up,
    borderDownColor: down,
    wickUpColor: up,
    wickDownColor: down,
  });
}

function draw(box: HTMLElement): Drawn {
  const chart = createChart(box, {
    autoSize: true,
    layout: { attributionLogo: false },
  });
  const series = chart.addSeries(CandlestickSeries, { priceLineVisible: true });
  const drawn = { chart, series, markers: createSeriesMarkers(series, []) };
  paint(drawn);
  return drawn;
}

/** A chart that is gone has taken everything with it. */
const whileThere = (drawn: RefObject<Drawn | null>, undo: () => void) => () => {
  if (drawn.current) undo();
};

const noMarks: readonly ChartMark[] = [];
const noLines: readonly OrderLine[] = [];
const noOverlays: readonly Overlay[] = [];

export default function CandleChart(props: Props) {
  const { label, candles, marks = noMarks, lines = noLines, overlays = noOverlays, digits } = props;
  const box = useRef<HTMLElement>(null);
  const drawn = useRef<Drawn>(null);
  const extras = useRef<Extras>(null);
  const fitted = useRef<string>('');
  const [framed, setFramed] = useState(false);
  const [pointed, setPointed] = useState<number | null>(null);
  const { theme, palette, zone, hideAmounts } = usePreferences();

  // Drawing the frame and filling it are two pieces of work, so that neither holds the page for long.
  useEffect(() => {
    let gone = false;
    turn().then(() => {
      if (gone || !box.current) return;
      drawn.current = draw(box.current);
      drawn.current.chart.subscribeCrosshairMove(({ time }) =>
        setPointed(time === undefined ? null : Number(time)),
      );
      setFramed(true);
    });
    return () => {
      gone = true;
      drawn.current?.chart.remove();
      drawn.current = null;
    };
  }, []);

  useEffect(() => {
    if (!framed || !drawn.current || candles.length === 0) return;
    const { chart, series, markers } = drawn.current;
    const starts = candles.map(({ time }) => seconds(time));
    series.applyOptions({ priceFormat: { type: 'price', precision: digits, minMove: 10 ** -digits } });
    chart.applyOptions(axisOptions({ digits, daily: isDaily(starts), zone }));
    series.setData(candles.map((candle) => ({ ...candle, time: seconds(candle.time) as UTCTimestamp })));
    const arrow = colour('--primary');
    markers.setMarkers(mergeMarks(marks, starts).map((mark) => markerOf(mark, arrow, hideAmounts)));
    // Moving or zooming by hand survives new prices; another asset or interval starts anew.
    if (fitted.current !== label) chart.timeScale().fitContent();
    fitted.current = label;
  }, [framed, candles, marks, zone, label, digits, hideAmounts]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: theme and palette are in the colours that it draws with
  useEffect(() => {
    if (!framed || !drawn.current) return;
    const made = drawExtras(drawn.current.chart, overlays);
    extras.current = made;
    return whileThere(drawn, made.remove);
  }, [framed, overlays, theme, palette]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: what was drawn anew is empty
  useEffect(() => {
    if (!framed || candles.length === 0) return;
    extras.current?.fill(candles.map((candle) => ({ ...candle, time: seconds(candle.time) })));
  }, [framed, candles, overlays, theme, palette]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: theme and palette are in the colours that it draws with
  useEffect(() => {
    if (!framed || !drawn.current) return;
    return whileThere(drawn, drawLines(drawn.current.series, lines, hideAmounts));
  }, [framed, lines, hideAmounts, theme, palette]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: theme and palette are what makes the colours change
  useEffect(() => {
    if (drawn.current) paint(drawn.current);
  }, [theme, palette]);

  const shown = candles.find(({ time }) => seconds(time) === pointed) ?? candles.at(-1);
  return (
    <div className="flex h-full flex-col">
      <CandleLegend candle={shown} digits={digits} />
      <figure ref={box} aria-label={label} className="min-h-0 w-full grow" />
    </div>
  );
}
