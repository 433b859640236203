// SPDX-License-Identifier: MIT
// The chart of one asset with its interval switch, a summary in words and the same data as a table.
import { useQuery } from '@tanstack/react-query';
import { lazy, type ReactNode, Suspense, useDeferredValue, useState } from 'react';
import { candlesQuery } from '~/api/market';
import type { Candle } from '~/api/types';
import type { ChartMark, OrderLine } from '~/lib/chart-marks';
import { intervals, type Overlay, overlays, setChartView, useChartView } from '~/lib/chart-view';
import * as format from '~/lib/format';
import { useHydrated } from '~/lib/hydrated';
import { market } from '~/text/market';
import { Card } from '~/ui/Card';
import { ProblemPanel } from '~/ui/ProblemPanel';
import { Segment } from '~/ui/Segment';
import { Skeleton } from '~/ui/Skeleton';

const CandleChart = lazy(() => import('~/ui/CandleChart'));
const CandleTable = lazy(() => import('~/ui/CandleTable'));

const choices = intervals.map((value) => ({ value, label: value }));

function Summary({ candles, digits }: { candles: readonly Candle[]; digits: number }) {
  const [first, last] = [candles[0], candles.at(-1)];
  if (!first || !last) return null;
  const low = Math.min(...candles.map((candle) => candle.low));
  const high = Math.max(...candles.map((candle) => candle.high));
  const change = format.signedPercent(((last.close - first.open) / first.open) * 100);
  return <p>{market.chart.summary(format.price(low, digits), format.price(high, digits), change)}</p>;
}

/** What is drawn beside the candles, each on or off. */
function Overlays({ shown }: { shown: readonly Overlay[] }) {
  return (
    <fieldset className="segment">
      <legend className="sr-only">{market.chart.overlay}</legend>
      {overlays.map((name) => {
        const on = shown.includes(name);
        const next = overlays.filter((one) => (one === name ? !on : shown.includes(one)));
        return (
          <button
            key={name}
            type="button"
            className="whitespace-nowrap max-sm:px-2"
            aria-pressed={on}
            title={market.chart.overlayHints[name]}
            onClick={() => setChartView({ overlays: next })}
          >
            {market.chart.overlays[name]}
          </button>
        );
      })}
    </fieldset>
  );
}

interface Props {
  /** Empty while it is not known yet. */
  assetId: string;
  name: string;
  /** Those of the asset's prices; as many as the newest price has while the asset is not known. */
  digits?: number | undefined;
  marks?: readonly ChartMark[];
  /** Limits of the person's own orders that wait. */
  lines?: readonly OrderLine[];
  /** Stands in the head of the card instead of the word for price. */
  head?: ReactNode;
}

const noCandles: readonly Candle[] = [];

export function PriceChart({ assetId, name, digits: known, marks, lines, head }: Props) {
  const view = useChartView();
  const { interval } = view;
  const [tableOpen, setTableOpen] = useState(false);
  const hydrated = useHydrated();
  const candles = useQuery({ ...candlesQuery(assetId, interval), enabled: assetId !== '' });
  const shown = useDeferredValue(candles.data);
  const digits = known ?? format.priceDigits(candles.data?.at(-1)?.close ?? 0);
  return (
    <Card
      title={market.chart.title}
      head={head}
      action={
        <Segment
          label={market.chart.interval}
          choices={choices}
          value={interval}
          onChange={(chosen) => setChartView({ interval: chosen })}
        />
      }
    >
      <div className="h-72 p-2 sm:h-96">
        {candles.error && !candles.data ? (
          <ProblemPanel error={candles.error} onRetry={() => candles.refetch()} />
        ) : candles.data?.length === 0 ? (
          <p className="p-4 text-muted">{market.chart.empty}</p>
        ) : hydrated ? (
          <Suspense fallback={<Skeleton className="h-full" />}>
            <CandleChart
              label={market.chart.label(name, interval)}
              candles={shown ?? noCandles}
              marks={marks}
              lines={lines}
              overlays={view.overlays}
              digits={digits}
            />
          </Suspense>
        ) : (
          <Skeleton className="h-full" />
        )}
      </div>
      <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-1 border-line border-t px-4 py-2.5 text-muted text-sm">
        <div className="min-h-10 basis-full sm:min-h-5 sm:basis-auto">
          {candles.data ? <Summary candles={candles.data} digits={digits} /> : null}
        </div>
        <Overlays shown={view.overlays} />
        <a
          className="link inline-flex min-h-6 items-center text-sm"
          href="https://www.tradingview.com/"
          rel="noreferrer"
        >
          {market.chart.credit}
        </a>
      </div>
      <details
        className="disclosure border-line border-t"
        onToggle={(event) => setTableOpen(event.currentTarget.open)}
      >
        <summary className="px-4">{market.chart.table}</summary>
        {tableOpen && candles.data ? (
          <Suspense>
            <CandleTable candles={candles.data} digits={digits} />
          </Suspense>
        ) : null}
      </details>
    </Card>
  );
}
