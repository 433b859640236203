// SPDX-License-Identifier: MIT
// Assets that a visitor starred in this browser. Those of people are kept on the server (api/watchlists).
import { readStored, writeStored } from '~/lib/storage';
import { createStore, useStore } from '~/lib/store';

const KEY = 'cnop.starred';
const none: readonly string[] = [];

const store = createStore<readonly string[]>((readStored(KEY) ?? '').split(',').filter(Boolean));

function keep(next: readonly string[]): void {
  store.set(next);
  writeStored(KEY, next.length > 0 ? next.join(',') : null);
}

export function readFavourites(): readonly string[] {
  return store.get();
}

export function toggleFavourite(assetId: string): void {
  const now = store.get();
  keep(now.includes(assetId) ? now.filter((id) => id !== assetId) : [...now, assetId]);
}

export function clearFavourites(): void {
  keep(none);
}

export function useFavourites(): readonly string[] {
  return useStore(store, none);
}
