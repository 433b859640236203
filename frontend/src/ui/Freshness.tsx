// SPDX-License-Identifier: MIT
// Says whether the figures on the page are current.
import { useLiveState } from '~/api/live';
import { useNow } from '~/lib/now';
import { usePreferences } from '~/lib/preferences';
import { clock } from '~/lib/times';
import { common } from '~/text/common';
import { liveWords } from '~/text/live';

const STALE_MS = 35_000;

export function Freshness({ updatedAtMs }: { updatedAtMs: number }) {
  const now = useNow();
  const { zone } = usePreferences();
  const state = useLiveState();
  if (updatedAtMs === 0 || now === 0) return <span className="chip min-w-28">…</span>;
  // Nothing has changed as long as the stream has told nothing.
  const trueAtMs = state === 'live' ? now : updatedAtMs;
  const time = clock(trueAtMs, zone);
  if (now - trueAtMs > STALE_MS) {
    return <span className="chip bg-warn-tint text-warn">{common.stale(time)}</span>;
  }
  return (
    <span className="chip num min-w-28" title={liveWords.about[state]}>
      <span className="size-2 rounded-full bg-up" aria-hidden="true" />
      {common.asOf(time)}
    </span>
  );
}
