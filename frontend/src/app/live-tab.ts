// SPDX-License-Identifier: MIT
// All that a tab does with the event stream, in one piece of code that is fetched when the page stands.
import type { QueryClient } from '@tanstack/react-query';
import { startStream } from '~/api/stream/start';
import { createNotices } from '~/app/notices';

/** Gives the way to stop. */
export function startLive(cache: QueryClient): () => void {
  const notices = createNotices();
  const leave = startStream(cache, notices.take);
  return () => {
    leave();
    notices.stop();
  };
}
