// SPDX-License-Identifier: MIT
// How this browser wants to see things: theme, palette, time zone, hidden amounts, shortcuts.
import { readStored, writeStored } from '~/lib/storage';
import { createStore, useStore } from '~/lib/store';
import type { Zone } from '~/lib/times';

export type Theme = 'system' | 'light' | 'dark';

export interface Preferences {
  theme: Theme;
  palette: 'standard' | 'safe';
  zone: Zone;
  hideAmounts: boolean;
  singleKeys: boolean;
  /** Nothing comes by itself: no stream, slow polling. */
  saveData: boolean;
  /** The browser may show news while no page of ours is seen. */
  notices: boolean;
}

const KEY = 'cnop.preferences';

const defaults: Preferences = {
  theme: 'system',
  palette: 'standard',
  zone: 'local',
  hideAmounts: false,
  singleKeys: true,
  saveData: false,
  notices: false,
};

function load(): Preferences {
  try {
    const stored: unknown = JSON.parse(readStored(KEY) ?? '{}');
    return stored && typeof stored === 'object' ? { ...defaults, ...stored } : defaults;
  } catch {
    return defaults;
  }
}

const store = createStore<Preferences>(load());

function prefersDark(): boolean {
  return globalThis.matchMedia?.('(prefers-color-scheme: dark)').matches ?? false;
}

/** scripts/finish-build.mjs puts the same rule into the page head, where it runs before the first paint. */
function paint({ theme, palette }: Preferences): void {
  const root = document.documentElement;
  root.dataset.theme = theme === 'dark' || (theme === 'system' && prefersDark()) ? 'dark' : 'light';
  root.dataset.palette = palette;
}

if (typeof window !== 'undefined') {
  globalThis
    .matchMedia?.('(prefers-color-scheme: dark)')
    .addEventListener('change', () => paint(store.get()));
  window.addEventListener('storage', (event) => {
    if (event.key === KEY) {
      store.set(load());
      paint(store.get());
    }
  });
}

export function setPreferences(change: Partial<Preferences>): void {
  const next = { ...store.get(), ...change };
  store.set(next);
  writeStored(KEY, JSON.stringify(next));
  paint(next);
}

export function preferences(): Preferences {
  return store.get();
}

/** Gives the way to stop. */
export function onPreferences(listener: () => void): () => void {
  return store.subscribe(listener);
}

export function usePreferences(): Preferences {
  return useStore(store, defaults);
}
