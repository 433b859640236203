// SPDX-License-Identifier: MIT
// Display of dates and times in the zone the person has chosen, as the browser's language writes them.
import { compactMoney, money, price, quantity, signedMoney, signedPercent } from '~/lib/format';
import { userLocale } from '~/lib/locale';
import { turn } from '~/lib/turn';

// Making a formatter costs a hundred times more than using it.
const dateFormatters = new Map<string, Intl.DateTimeFormat>();

function dateFormatter(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const locale = userLocale();
  const key = locale + JSON.stringify(options);
  const made =
    dateFormatters.get(key) ?? new Intl.DateTimeFormat(locale, { numberingSystem: 'latn', ...options });
  dateFormatters.set(key, made);
  return made;
}

export type Zone = 'local' | 'utc';

/** A name of the time zone database is for tests. */
type AnyZone = Zone | (string & {});

function timeZone(zone: AnyZone): { timeZone?: string } {
  if (zone === 'local') return {};
  return { timeZone: zone === 'utc' ? 'UTC' : zone };
}

/** A moment with just the parts asked for. */
export function partly(ms: number, options: Intl.DateTimeFormatOptions, zone: AnyZone): string {
  return dateFormatter({ ...options, ...timeZone(zone) }).format(new Date(ms));
}

export function dateTime(iso: string, zone: Zone): string {
  return dateFormatter({
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'short',
    ...timeZone(zone),
  }).format(new Date(iso));
}

export function day(iso: string, zone: Zone): string {
  return dateFormatter({
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    ...timeZone(zone),
  }).format(new Date(iso));
}

export function clock(ms: number, zone: Zone): string {
  return dateFormatter({
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    ...timeZone(zone),
  }).format(new Date(ms));
}

const STEPS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

/** "2 minutes ago"; always shown together with the absolute time. */
export function ago(iso: string, nowMs: number): string {
  const seconds = Math.round((new Date(iso).getTime() - nowMs) / 1000);
  const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
  for (const [unit, size] of STEPS) {
    if (Math.abs(seconds) >= size) return relative.format(Math.trunc(seconds / size), unit);
  }
  return relative.format(seconds, 'second');
}

/** Makes the usual formatters one by one while the first answers are on their way. */
export function warmFormats(): void {
  const uses = [
    () => money('1'),
    () => signedMoney('1'),
    () => price('1'),
    () => quantity('1'),
    () => signedPercent('1'),
    () => compactMoney('1'),
    () => dateTime('2026-01-01T00:00:00Z', 'local'),
    () => clock(0, 'local'),
  ];
  for (const use of uses) turn().then(use);
}
