// SPDX-License-Identifier: MIT
// The current time as a value that components can follow, one shared timer for all of them.
import { startTransition, useEffect, useState } from 'react';
import { isRunning } from '~/lib/hydrated';

const TICK_MS = 1000;
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function tick(): void {
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(tick, TICK_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** Milliseconds since 1970, renewed about once a second; 0 while prerendering. */
export function useNow(): number {
  const [now, setNow] = useState(() => (isRunning() ? Date.now() : 0));
  useEffect(() => {
    const follow = () => startTransition(() => setNow(Date.now()));
    follow();
    return subscribe(follow);
  }, []);
  return now;
}
