// SPDX-License-Identifier: MIT
import { useNow } from '~/lib/now';
import { usePreferences } from '~/lib/preferences';
import { ago, dateTime } from '~/lib/times';

/** An absolute time in the chosen zone; how long ago stands in the tooltip. */
export function Time({ at }: { at: string }) {
  const { zone } = usePreferences();
  return (
    <time dateTime={at} className="num whitespace-nowrap">
      {dateTime(at, zone)}
    </time>
  );
}

/** How long ago; the absolute time stands in the tooltip. */
export function Ago({ at }: { at: string }) {
  const { zone } = usePreferences();
  const now = useNow();
  return (
    <time dateTime={at} title={dateTime(at, zone)} className="num whitespace-nowrap">
      {now === 0 ? dateTime(at, zone) : ago(at, now)}
    </time>
  );
}
