// SPDX-License-Identifier: MIT
// What the chart is given: times that grow in every zone on every day of the year, and few words.
import { describe, expect, it } from 'vitest';
import { type ChartMark, mergeMarks } from '~/lib/chart-marks';
import { isDaily, seconds, tickLabel } from '~/lib/chart-time';
import { readView } from '~/lib/chart-view';
import { averagePaid, movingAverage } from '~/lib/indicators';
import { markerOf } from '~/ui/chart-options';

const zones = [
  'Europe/Berlin',
  'Europe/London',
  'America/New_York',
  'America/Santiago',
  'Australia/Lord_Howe',
  'Pacific/Auckland',
  'Africa/Cairo',
  'Antarctica/Troll',
];
const HOUR = 3600;
const from = seconds('2026-01-01T00:00:00Z');
const to = seconds('2028-01-01T00:00:00Z');

function offset(at: number, zone: string): string {
  const parts = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  return parts.formatToParts(at * 1000).find(({ type }) => type === 'timeZoneName')?.value ?? '';
}

/** The hours after which the clocks of a zone say something else. */
function changes(zone: string): number[] {
  const found: number[] = [];
  let before = offset(from, zone);
  for (let at = from + 12 * HOUR; at < to; at += 12 * HOUR) {
    const now = offset(at, zone);
    if (now === before) continue;
    let first = at - 12 * HOUR;
    while (offset(first, zone) === before) first += HOUR;
    found.push(first);
    before = now;
  }
  return found;
}

describe.each(zones)('clock changes of 2026 and 2027 in %s', (zone) => {
  it('change the labels and never the axis', () => {
    const all = changes(zone);
    expect(all.length).toBeGreaterThanOrEqual(4);
    for (const change of all) {
      const candles = Array.from({ length: 33 }, (_, index) => change + (index - 16) * 900);
      const times = candles.map((at) => seconds(new Date(at * 1000).toISOString()));
      expect(times).toEqual(candles);
      const labels = times.map((at) => tickLabel(at, 3, false, zone));
      const clock = new Intl.DateTimeFormat('en-US', {
        timeZone: zone,
        hour: '2-digit',
        minute: '2-digit',
        hourCycle: 'h23',
      });
      labels.forEach((label, index) => {
        const time = clock.format((candles[index] ?? 0) * 1000);
        if (time === '00:00') expect(label).toMatch(/^[A-Z][a-z]{2} \d+$/);
        else expect(label).toBe(time);
      });
    }
  });
});

describe('labels of the axis', () => {
  const midnight = seconds('2026-10-25T00:00:00Z');

  it('name the day, with its hour where midnight is elsewhere', () => {
    expect(tickLabel(midnight, 2, false, 'utc')).toBe('Oct 25');
    expect(tickLabel(midnight, 2, false, 'Europe/Berlin')).toBe('Oct 25 02:00');
    expect(tickLabel(midnight, 2, false, 'America/New_York')).toBe('Oct 24 20:00');
  });

  it('of daily candles are days of UTC everywhere', () => {
    expect(isDaily([midnight, midnight + 24 * HOUR])).toBe(true);
    expect(isDaily([midnight, midnight + 900])).toBe(false);
    expect(tickLabel(midnight, 2, true, 'America/New_York')).toBe('Oct 25');
    expect(tickLabel(midnight, 0, true, 'America/New_York')).toBe('2026');
  });
});

describe('marks', () => {
  const starts = Array.from({ length: 80 }, (_, index) => index * 900);
  const mark = (at: number, quantity = '0.004', side: ChartMark['side'] = 'buy') => ({ at, side, quantity });

  it('of one candle are one arrow with the sum', () => {
    const merged = mergeMarks(
      Array.from({ length: 10 }, (_, index) => mark(901 + index)),
      starts,
    );
    expect(merged).toEqual([
      { time: 900, side: 'buy', count: 10, quantity: '0.04', label: { count: 10, quantity: '0.04' } },
    ]);
  });

  it('keep buying and selling apart', () => {
    const merged = mergeMarks([mark(1), mark(2, '1', 'sell')], starts);
    expect(merged.map(({ side }) => side)).toEqual(['buy', 'sell']);
  });

  it('close to each other share their words', () => {
    const merged = mergeMarks([mark(0), mark(900), mark(2700), mark(60 * 900)], starts);
    expect(merged.map(({ label }) => label?.count ?? 0)).toEqual([0, 0, 3, 1]);
  });

  it('say the size in no more signs than fit beside the newest candle', () => {
    const text = (quantity: string) =>
      markerOf({ time: 0, side: 'buy', count: 4, quantity, label: { count: 4, quantity } }, 'red', false)
        .text;
    expect(text('0.03176056')).toBe('4 buys, 0.03176');
    expect(text('2360411.18362818')).toBe('4 buys, 2.36M');
    expect(text('0.00000001')).toBe('4 buys, 0.00000001');
  });

  it('before the first candle are left out', () => {
    expect(mergeMarks([mark(-5)], starts)).toEqual([]);
  });
});

describe('what is drawn beside the candles', () => {
  const bar = (time: number, close: number, volume = 0, quote_volume = 0) => ({
    time,
    close,
    volume,
    quote_volume,
  });

  it('averages the last closes, from where there are enough of them', () => {
    const bars = [1, 2, 3, 7].map((close, index) => bar(index * 60, close));
    expect(movingAverage(bars, 3)).toEqual([
      { time: 120, value: 2 },
      { time: 180, value: 4 },
    ]);
    expect(movingAverage(bars, 5)).toEqual([]);
  });

  it('weighs what was paid by volume, anew from midnight UTC on', () => {
    const day = 86_400;
    const bars = [bar(day - 60, 9, 1, 9), bar(day, 5), bar(day + 60, 4, 1, 4), bar(day + 120, 8, 3, 24)];
    expect(averagePaid(bars)).toEqual([
      { time: day - 60, value: 9 },
      { time: day + 60, value: 4 },
      { time: day + 120, value: 7 },
    ]);
  });

  it('is remembered as far as it is known', () => {
    const usual = { interval: '15m', overlays: ['volume'] };
    for (const text of [null, '', 'null', '7', '{"interval":"2h"}', '{"overlays":"vwap"}'])
      expect(readView(text), String(text)).toEqual(usual);
    expect(readView('{"interval":"4h","overlays":["vwap","rsi","fast"]}')).toEqual({
      interval: '4h',
      overlays: ['fast', 'vwap'],
    });
  });
});
