// SPDX-License-Identifier: MIT
// Browser storage that may be missing or full. Settings last; what has no answer yet lasts as long as the tab. Tokens
// never go here.

type Kept = 'localStorage' | 'sessionStorage';

function read(where: Kept, key: string): string | null {
  try {
    return globalThis[where]?.getItem(key) ?? null;
  } catch {
    return null;
  }
}

function write(where: Kept, key: string, value: string | null): void {
  try {
    if (value === null) globalThis[where]?.removeItem(key);
    else globalThis[where]?.setItem(key, value);
  } catch {
    // Private windows may refuse storage; the setting then lasts until the page is closed.
  }
}

export function readStored(key: string): string | null {
  return read('localStorage', key);
}

export function writeStored(key: string, value: string | null): void {
  write('localStorage', key, value);
}

export function readOfTab(key: string): string | null {
  return read('sessionStorage', key);
}

/** Nothing of one person may be there for the next. */
export function emptyTab(): void {
  try {
    globalThis.sessionStorage?.clear();
  } catch {
    // Nothing can be kept, so nothing has to go.
  }
}

export function writeOfTab(key: string, value: string | null): void {
  write('sessionStorage', key, value);
}
