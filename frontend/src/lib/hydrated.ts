// SPDX-License-Identifier: MIT
import { useSyncExternalStore } from 'react';

const never = () => () => {};

/** False in the prerendered file and until the page can react; forms stay locked for that moment. */
export function useHydrated(): boolean {
  return useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
}
