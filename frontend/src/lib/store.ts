// SPDX-License-Identifier: MIT
// A tiny observable value, the one bridge between module state and React components.
import { startTransition, useEffect, useState } from 'react';
import { isRunning } from '~/lib/hydrated';

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
  const [value, setValue] = useState(() => (isRunning() ? store.get() : whilePrerendering));
  useEffect(() => {
    startTransition(() => setValue(() => store.get()));
    return store.subscribe(() => setValue(() => store.get()));
  }, [store]);
  return value;
}
