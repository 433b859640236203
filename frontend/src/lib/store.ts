// SPDX-License-Identifier: MIT
// A tiny observable value, the one bridge between module state and React components.
import { useSyncExternalStore } from 'react';

export interface Store<T> {
  get(): T;
  set(next: T): void;
  subscribe(listener: () => void): () => void;
}

export function createStore<T>(initial: T): Store<T> {
  let value = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    set(next) {
      if (Object.is(next, value)) return;
      value = next;
      for (const listener of listeners) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** `whilePrerendering` is what the HTML file was built with, so that the first render agrees with it. */
export function useStore<T>(store: Store<T>, whilePrerendering: T): T {
  return useSyncExternalStore(store.subscribe, store.get, () => whilePrerendering);
}
