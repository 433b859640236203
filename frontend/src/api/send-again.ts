// SPDX-License-Identifier: MIT
// Commands that move money carry a key, so that sending them twice does them once.
import { isProblem } from '~/api/problem';

const MAX_RESENDS = 2;
const RESEND_PAUSE_MS = 700;

/** A fresh key for one intention of the person; keep it for every try of that intention. */
export function newIdempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Sends again after a lost or undecided answer. Only for commands whose key makes that harmless. */
export async function untilAnswered<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (tries >= MAX_RESENDS || !isProblem(error) || !error.transient) throw error;
      await new Promise((resolve) => setTimeout(resolve, RESEND_PAUSE_MS * (tries + 1)));
    }
  }
}
