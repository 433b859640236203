// SPDX-License-Identifier: MIT
// The current time as a value that components can follow, one shared timer for all of them.
import { useSyncExternalStore } from 'react';

const TICK_MS = 1000;
const listeners = new Set<() => void>();
let current = 0;
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  current = Date.now();
  timer ??= setInterval(() => {
    current = Date.now();
    for (const each of listeners) each();
  }, TICK_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

function snapshot(): number {
  if (timer === undefined) current = Date.now() - (Date.now() % TICK_MS);
  return current;
}

/** Milliseconds since 1970, renewed about once a second; 0 while prerendering. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, snapshot, () => 0);
}
