// SPDX-License-Identifier: MIT
// Starts the worker that keeps all pages for times without a connection (scripts/service-worker.js).

/** Fetching every page must not compete with the first one. */
const PAUSE_MS = 8_000;

export function keepPages(): () => void {
  // Browsers offer it on safe addresses only; the development server has no such file.
  if (!('serviceWorker' in navigator) || !import.meta.env.PROD) return () => {};
  const events = ['pointerdown', 'keydown'] as const;
  const timer = setTimeout(start, PAUSE_MS);

  function stop(): void {
    clearTimeout(timer);
    for (const name of events) window.removeEventListener(name, start);
  }

  function start(): void {
    stop();
    // Without it everything works as before, only not offline.
    navigator.serviceWorker.register('/sw.js').catch(() => {});
  }

  for (const name of events) window.addEventListener(name, start, { once: true });
  return stop;
}
