// SPDX-License-Identifier: MIT
// A page that stays open longer than the server keeps its files meets pieces of code that no longer exist. Loading the
// page again brings the new build; a second failure soon after has another cause and is shown as such.
import { readStored, writeStored } from '~/lib/storage';

const KEY = 'cnop.reloaded-at';
const PAUSE_MS = 60_000;

export function reloadOnceWhenCodeIsGone(): void {
  window.addEventListener('vite:preloadError', () => {
    const last = Number(readStored(KEY) ?? 0);
    if (!navigator.onLine || Date.now() - last < PAUSE_MS) return;
    writeStored(KEY, String(Date.now()));
    window.location.reload();
  });
}
