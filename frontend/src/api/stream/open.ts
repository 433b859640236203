// SPDX-License-Identifier: MIT
// Besides api/client the only request: its answer is read while it comes.
import { renewSession } from '~/api/client';
import { accessExpiresSoon } from '~/api/session';

/** The event stream as it comes in: without a deadline, for it ends when it ends. */
export async function openStream(after: number | null, signal: AbortSignal): Promise<Response> {
  if (accessExpiresSoon()) await renewSession();
  return await fetch(`/api/v1/stream${after === null ? '' : `?after=${after}`}`, {
    headers: { Accept: 'text/event-stream' },
    credentials: 'same-origin',
    cache: 'no-store',
    signal,
  });
}
