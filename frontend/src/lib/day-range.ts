// SPDX-License-Identifier: MIT
// Days of a calendar as moments: a day begins and ends by the clock of the person's zone, also where clocks change.
import type { Zone } from '~/lib/times';

/** The moment at which a day ("2026-10-25", `later` days on) begins, or null when it is not a date. */
function begins(day: string, zone: Zone, later: number): string | null {
  const [, year, month, date] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day)?.map(Number) ?? [];
  if (year === undefined || month === undefined || date === undefined) return null;
  const at =
    zone === 'utc'
      ? new Date(Date.UTC(year, month - 1, date + later))
      : new Date(year, month - 1, date + later);
  return Number.isNaN(at.getTime()) ? null : at.toISOString();
}

/** What a field for date and time holds ("2026-10-25T18:00") as a moment, or null when it is none. */
export function moment(text: string, zone: Zone): string | null {
  const at = new Date(zone === 'utc' ? `${text}Z` : text);
  return text === '' || Number.isNaN(at.getTime()) ? null : at.toISOString();
}

export interface DayRange {
  /** First and last day, both included; empty for no bound. */
  from: string;
  to: string;
  zone: Zone;
}

/** As the API's `from` (included) and `to` (not included). */
export function bounds({ from, to, zone }: DayRange): { from?: string; to?: string } {
  const [first, end] = [begins(from, zone, 0), begins(to, zone, 1)];
  return { ...(first ? { from: first } : {}), ...(end ? { to: end } : {}) };
}

/** The zone by its name in the time zone database. */
export function zoneName(zone: Zone): string {
  return zone === 'utc' ? 'UTC' : new Intl.DateTimeFormat().resolvedOptions().timeZone;
}
