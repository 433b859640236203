// SPDX-License-Identifier: MIT
// Where the points of a chart stand. Lengths are parts of 1,000; the drawing stretches to its box.

export const WIDTH = 1000;
export const HEIGHT = 1000;

export type Values = readonly (number | null)[];

const ROUND = [1, 2, 2.5, 5, 10];
const LINES = 4;

/** Lines across the chart: round values from the lowest (0, unless something is below) to above the highest. */
export function ticksOf(series: readonly Values[]): readonly number[] {
  let [low, high] = [0, 0];
  for (const values of series) {
    for (const value of values) {
      if (value === null) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  if (low === high) return [0, 1];
  const rough = (high - low) / LINES;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = (ROUND.find((size) => size * power >= rough) ?? 10) * power;
  const first = Math.floor(low / step);
  const last = Math.ceil(high / step);
  return Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step);
}

export function yOf(value: number, ticks: readonly number[]): number {
  const [low, high] = [ticks[0] ?? 0, ticks.at(-1) ?? 1];
  return HEIGHT - ((value - low) / (high - low)) * HEIGHT;
}

export function xOf(index: number, points: number): number {
  return points < 2 ? 0 : (index / (points - 1)) * WIDTH;
}

/** Of an SVG path: a stroke for each run without gaps; a lone point is a short line, so that it shows. */
export function pathOf(values: Values, ticks: readonly number[]): string {
  const parts: string[] = [];
  for (const [index, value] of values.entries()) {
    if (value === null) continue;
    const place = `${xOf(index, values.length).toFixed(1)} ${yOf(value, ticks).toFixed(1)}`;
    const begins = (values[index - 1] ?? null) === null;
    const ends = (values[index + 1] ?? null) === null;
    parts.push(`${begins ? 'M' : 'L'}${place}`);
    if (begins && ends) parts.push('h2');
  }
  return parts.join('');
}

/** Places of series by the highest value of each, so that a long list begins with what stands out. */
export function highestFirst(series: readonly Values[]): readonly number[] {
  const tops = series.map((values) =>
    values.reduce<number>((top, value) => Math.max(top, value ?? top), -Infinity),
  );
  return tops.map((_, index) => index).sort((a, b) => (tops[b] ?? 0) - (tops[a] ?? 0) || a - b);
}

/** The point nearest to a place in the box, 0 to 1. */
export function indexAt(share: number, points: number): number {
  return Math.min(points - 1, Math.max(0, Math.round(share * (points - 1))));
}

/** Of so many points, those under which a time is written. */
export function marksOf(points: number, wanted = 5): readonly number[] {
  if (points < wanted) return [0];
  return Array.from({ length: wanted }, (_, index) => Math.round((index * (points - 1)) / (wanted - 1)));
}
