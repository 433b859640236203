// SPDX-License-Identifier: MIT
// Whether this browser has a session. The tokens are HttpOnly cookies that no script can read; what is kept here is
// only the moment the access cookie expires, so that it is renewed before the server has to refuse a request.
import { readStored, writeStored } from '~/lib/storage';
import { createStore, useStore } from '~/lib/store';

/** `unknown` exists only while a page is prerendered; `ended` means the server ended a session that was in use. */
export type SessionState = 'unknown' | 'anonymous' | 'active' | 'ended';

const KEY = 'cnop.session-expires';
const RENEW_EARLY_MS = 30_000;

function initial(): SessionState {
  if (typeof window === 'undefined') return 'unknown';
  return readStored(KEY) === null ? 'anonymous' : 'active';
}

const store = createStore<SessionState>(initial());

if (typeof window !== 'undefined') {
  // Signing in or out in one tab is seen by all others.
  window.addEventListener('storage', (event) => {
    if (event.key === KEY && event.newValue === null) sessionEnded();
    else if (event.key === KEY && store.get() !== 'active') store.set('active');
  });
}

export function useSessionState(): SessionState {
  return useStore(store, 'unknown');
}

/** Gives the way to stop. */
export function onSession(listener: () => void): () => void {
  return store.subscribe(listener);
}

export function sessionState(): SessionState {
  return store.get();
}

export function sessionStarted(lifetimeSeconds: number): void {
  writeStored(KEY, String(Date.now() + lifetimeSeconds * 1000));
  store.set('active');
}

export function signedOut(): void {
  writeStored(KEY, null);
  store.set('anonymous');
}

/** The server no longer accepts us. The page stays as it is, so that nothing typed is lost. */
export function sessionEnded(): void {
  writeStored(KEY, null);
  if (store.get() === 'active') store.set('ended');
}

export function accessExpiresSoon(): boolean {
  const expires = Number(readStored(KEY));
  return store.get() === 'active' && expires > 0 && Date.now() > expires - RENEW_EARLY_MS;
}

/** Has another tab renewed the session since `knownExpiry` was read? */
export function accessExpiry(): string | null {
  return readStored(KEY);
}
