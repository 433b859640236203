// SPDX-License-Identifier: MIT
// Times as the chart library wants them: seconds that it draws in UTC.
import type { Zone } from '~/lib/format';

export function seconds(iso: string): number {
  return Math.floor(new Date(iso).getTime() / 1000);
}

/** Shifting the stamps makes the axis follow the chosen zone. */
export function shifted(iso: string, zone: Zone): number {
  const offset = zone === 'utc' ? 0 : new Date(iso).getTimezoneOffset() * 60;
  return seconds(iso) - offset;
}
