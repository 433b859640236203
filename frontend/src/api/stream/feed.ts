// SPDX-License-Identifier: MIT
// Events into the cache of a tab, one batch for each frame that is painted.
import type { QueryClient } from '@tanstack/react-query';
import { roots } from '~/api/keys';
import type { StreamEvent } from '~/api/stream/events';
import { feedBalance, feedOrder } from '~/api/stream/money';
import { feedTickers, feedTrades } from '~/api/stream/prices';
import type { Ticker, TradeEvent } from '~/api/types';
import { createThrottle } from '~/lib/throttle';

/** Between two questions about the same. */
const AGAIN_MS = 1_000;
/** Candles begin and lists are sorted anew by the clock, not by an event. */
const DRIFT_MS = 60_000;
const HIDDEN_MS = 1_000;

export interface Feed {
  add(events: readonly StreamEvent[]): void;
  /** Everything on the screen is asked for again. */
  reset(): void;
  stop(): void;
}

/** Tabs that nobody sees are not painted. */
function soon(work: () => void): void {
  if (document.hidden) setTimeout(work, HIDDEN_MS);
  else requestAnimationFrame(work);
}

export function createFeed(cache: QueryClient): Feed {
  let waiting: StreamEvent[] = [];
  let stopped = false;
  const again = createThrottle(AGAIN_MS);
  const drift = createThrottle(DRIFT_MS);
  const invalidate = (queryKey: unknown[]) => void cache.invalidateQueries({ queryKey });
  const outdate = (...key: unknown[]) => again.ask(JSON.stringify(key), () => invalidate(key));
  const outdateByClock = (...key: unknown[]) => drift.ask(JSON.stringify(key), () => invalidate(key));

  /** An order that is being written is previewed again when its market or the money moves. */
  function outdatePreviews(about: (content: string) => boolean): void {
    const key = [...roots.money, 'preview'];
    for (const { queryKey } of cache.getQueryCache().findAll({ queryKey: key, type: 'active' }))
      if (about(String(queryKey[2]))) outdate(...queryKey);
  }

  function paint(): void {
    const events = waiting;
    waiting = [];
    if (stopped || events.length === 0) return;
    const tickers = new Map<string, Ticker>();
    const trades: TradeEvent[] = [];
    const moved = new Set<string>();
    for (const event of events) {
      if (event.type === 'ticker') tickers.set(event.data.asset_id, event.data);
      else if (event.type === 'trade') trades.push(event.data);
      else if (event.type === 'order') feedOrder(cache, event.data, outdate);
      else if (event.type === 'balance') feedBalance(cache, event.data, outdate);
      else {
        outdate(...roots.money, 'fills', event.data.asset_id);
        outdate(...roots.money, 'portfolio');
      }
      if (event.type === 'ticker' || event.type === 'trade') moved.add(event.data.asset_id);
      if (event.type === 'balance') outdatePreviews(() => true);
    }
    if (tickers.size > 0) feedTickers(cache, tickers);
    if (trades.length > 0) feedTrades(cache, trades);
    for (const assetId of moved) {
      outdate(...roots.market, 'book', assetId);
      outdateByClock(...roots.market, 'candles', assetId);
    }
    outdatePreviews((content) => [...moved].some((assetId) => content.includes(`"asset_id":"${assetId}"`)));
  }

  return {
    add(events) {
      if (waiting.length === 0) soon(paint);
      waiting = waiting.concat(events);
    },
    reset() {
      waiting = [];
      for (const root of [roots.money, roots.market])
        void cache.invalidateQueries({
          queryKey: root,
          predicate: ({ queryKey }) => queryKey[1] !== 'assets',
        });
    },
    stop() {
      stopped = true;
      again.stop();
      drift.stop();
    },
  };
}
