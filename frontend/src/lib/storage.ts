// SPDX-License-Identifier: MIT
// Browser storage that may be missing or full. Only harmless settings go here, never tokens or amounts.

export function readStored(key: string): string | null {
  try {
    return globalThis.localStorage?.getItem(key) ?? null;
  } catch {
    return null;
  }
}

export function writeStored(key: string, value: string | null): void {
  try {
    if (value === null) globalThis.localStorage?.removeItem(key);
    else globalThis.localStorage?.setItem(key, value);
  } catch {
    // Private windows may refuse storage; the setting then lasts until the page is closed.
  }
}
