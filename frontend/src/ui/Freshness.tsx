// SPDX-License-Identifier: MIT
// Says whether the figures on the page are current.
import { useNow } from '~/lib/now';
import { usePreferences } from '~/lib/preferences';
import { clock } from '~/lib/times';
import { common } from '~/text/common';

const STALE_MS = 35_000;

export function Freshness({ updatedAtMs }: { updatedAtMs: number }) {
  const now = useNow();
  const { zone } = usePreferences();
  if (updatedAtMs === 0 || now === 0) return <span className="chip min-w-28">…</span>;
  const time = clock(updatedAtMs, zone);
  if (now - updatedAtMs > STALE_MS) {
    return <span className="chip bg-warn-tint text-warn">{common.stale(time)}</span>;
  }
  return (
    <span className="chip num min-w-28" title={common.polled}>
      <span className="size-2 rounded-full bg-up" aria-hidden="true" />
      {common.asOf(time)}
    </span>
  );
}
