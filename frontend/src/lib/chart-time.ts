// SPDX-License-Identifier: MIT
// Time on the chart: the axis is UTC, where every second exists once; only what is written beside it follows the zone.
import { dateTime, day, partly, type Zone } from '~/lib/times';

const DAY = 86_400;

export function seconds(iso: string): number {
  return Math.floor(new Date(iso).getTime() / 1000);
}

/** Whether each candle is a day or longer; such candles begin and end at midnight UTC wherever one lives. */
export function isDaily(starts: readonly number[]): boolean {
  const [first, second] = starts;
  return first !== undefined && second !== undefined && second - first >= DAY;
}

/** Kinds of marks as the chart library counts them: a new year, a month, a day, a time of day. */
const [YEAR, MONTH, DAY_OF_MONTH] = [0, 1, 2];

/** What stands below the axis. */
export function tickLabel(at: number, kind: number, daily: boolean, zone: Zone | (string & {})): string {
  const ms = at * 1000;
  if (daily) {
    if (kind === YEAR) return partly(ms, { year: 'numeric' }, 'utc');
    if (kind === MONTH) return partly(ms, { month: 'short' }, 'utc');
    return partly(ms, { day: 'numeric', month: 'short' }, 'utc');
  }
  const time = partly(ms, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }, zone);
  const midnight = time === '00:00';
  if (kind > DAY_OF_MONTH && !midnight) return time;
  const date = partly(ms, { day: 'numeric', month: 'short' }, zone);
  // The day of the axis begins at another hour here, which must not look like midnight.
  return midnight ? date : `${date} ${time}`;
}

/** What the crosshair says. */
export function crosshairLabel(at: number, daily: boolean, zone: Zone): string {
  const iso = new Date(at * 1000).toISOString();
  return daily ? `${day(iso, 'utc')} UTC` : dateTime(iso, zone);
}
