// SPDX-License-Identifier: MIT
// The first render of a page repeats the prerendered file. What only the browser knows follows right after it, as a
// transition: an update that React must make at once would hold the page in one long task.
import { startTransition, useEffect, useState } from 'react';

let running = false;

/** Called once the first render stands; whatever is mounted later starts with what the browser knows. */
export function pageRuns(): void {
  running = true;
}

/** Did the first render of the page already happen? */
export function isRunning(): boolean {
  return running;
}

/** False in the prerendered file and until the page can react; forms stay locked for that moment. */
export function useHydrated(): boolean {
  const [hydrated, setHydrated] = useState(running);
  useEffect(() => startTransition(() => setHydrated(true)), []);
  return hydrated;
}
