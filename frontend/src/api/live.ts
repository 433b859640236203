// SPDX-License-Identifier: MIT
// How pages stay current: by the event stream while it lives (api/stream), by polling otherwise. Requests say how often
// they are asked again without a stream, and no page knows which of the two it is.
import type { QueryClient } from '@tanstack/react-query';
import { createStore, useStore } from '~/lib/store';

/** `reconnecting`: there was a stream, and it is expected back soon. `saver`: the person wants none. */
export type LiveState = 'live' | 'reconnecting' | 'polling' | 'saver';

const LIVE_MS = 5_000;
/** A book moves with every order; a look at it costs the server next to nothing. */
const BOOK_MS = 2_000;
const SAVER_MS = 30_000;

const store = createStore<LiveState>('polling');

export function useLiveState(): LiveState {
  return useStore(store, 'polling');
}

/** Polls are paused by the query cache in hidden tabs. */
function every(ms: number): number | false {
  const state = store.get();
  return state === 'live' ? false : state === 'saver' ? SAVER_MS : ms;
}

/** The interval for prices, balances and orders: live or poll. */
export const liveInterval = () => every(LIVE_MS);

export const bookInterval = () => every(BOOK_MS);

export const live = { refetchInterval: liveInterval };

/** Requests on the screen work out their intervals anew. */
export function setLiveState(cache: QueryClient, next: LiveState): void {
  if (store.get() === next) return;
  store.set(next);
  for (const query of cache.getQueryCache().getAll()) {
    for (const observer of query.observers) observer.setOptions(observer.options);
  }
}
