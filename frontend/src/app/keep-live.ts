// SPDX-License-Identifier: MIT
// Starts the event stream once the page stands: its code and its connection must not compete with the first answers.
import type { QueryClient } from '@tanstack/react-query';

const PAUSE_MS = 1_000;

/** Gives the way to stop. */
export function keepLive(cache: QueryClient): () => void {
  let stopped = false;
  let stop = () => {
    stopped = true;
  };
  setTimeout(async () => {
    // Without the code the pages poll, as before.
    const tab = await import('~/app/live-tab').catch(() => null);
    if (tab && !stopped) stop = tab.startLive(cache);
  }, PAUSE_MS);
  return () => stop();
}
