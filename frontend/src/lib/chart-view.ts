// SPDX-License-Identifier: MIT
// How this browser wants to see charts: length of the candles, and what is drawn beside them.
import { readStored, writeStored } from '~/lib/storage';
import { createStore, useStore } from '~/lib/store';

export const intervals = ['1m', '5m', '15m', '1h', '4h', '1d'] as const;
export const overlays = ['volume', 'fast', 'slow', 'vwap'] as const;

export type Interval = (typeof intervals)[number];
export type Overlay = (typeof overlays)[number];

export interface ChartView {
  interval: Interval;
  overlays: readonly Overlay[];
}

const KEY = 'cnop.chart';
const usual: ChartView = { interval: '15m', overlays: ['volume'] };

/** What was kept may be of another version: only what is known is taken. */
export function readView(text: string | null): ChartView {
  try {
    const kept = JSON.parse(text ?? '{}');
    return {
      interval: intervals.find((known) => known === kept.interval) ?? usual.interval,
      overlays: Array.isArray(kept.overlays)
        ? overlays.filter((known) => kept.overlays.includes(known))
        : usual.overlays,
    };
  } catch {
    return usual;
  }
}

const store = createStore<ChartView>(readView(readStored(KEY)));

export function setChartView(change: Partial<ChartView>): void {
  const next = { ...store.get(), ...change };
  store.set(next);
  writeStored(KEY, JSON.stringify(next));
}

export const useChartView = () => useStore(store, usual);
