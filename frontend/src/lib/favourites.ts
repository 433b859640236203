// SPDX-License-Identifier: MIT
// Starred assets of this browser.
import { readStored, writeStored } from '~/lib/storage';
import { createStore, useStore } from '~/lib/store';

const KEY = 'cnop.starred';
const none: readonly string[] = [];

const store = createStore<readonly string[]>((readStored(KEY) ?? '').split(',').filter(Boolean));

export function toggleFavourite(assetId: string): void {
  const now = store.get();
  const next = now.includes(assetId) ? now.filter((id) => id !== assetId) : [...now, assetId];
  store.set(next);
  writeStored(KEY, next.join(','));
}

export function useFavourites(): readonly string[] {
  return useStore(store, none);
}
