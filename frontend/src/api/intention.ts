// SPDX-License-Identifier: MIT
// One intention of a person, one idempotency key: kept through double clicks, retries and lost answers.
import { useRef } from 'react';
import { newIdempotencyKey } from '~/api/commands';
import { isProblem } from '~/api/problem';

/** True when the server may have done the work although we have no answer. */
export function outcomeUnknown(error: unknown): boolean {
  return isProblem(error) && error.transient;
}

export function useIntention() {
  const current = useRef<{ content: string; key: string } | null>(null);
  return {
    /** The same content gets the same key until the intention is settled. */
    keyFor(content: unknown): string {
      const wanted = JSON.stringify(content);
      if (current.current?.content !== wanted)
        current.current = { content: wanted, key: newIdempotencyKey() };
      return current.current.key;
    },
    /** A clear answer ends the intention; after a lost one the same key must be used again. */
    settle(error: unknown): void {
      if (!outcomeUnknown(error)) current.current = null;
    },
  };
}
