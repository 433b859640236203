// SPDX-License-Identifier: MIT
// A chart with what it showed a day before, moved to the moments of today.
import type { PanelData } from '~/api/types';
import { DAY_S } from '~/features/ops/requests';
import { ops } from '~/text/ops';

export interface Line {
  legend: string;
  values: readonly (number | null)[];
  /** The place of the line whose colour it has. */
  look: number;
  isBefore: boolean;
}

/** Those of today first; a line of yesterday that has none today has a colour of its own. */
export function linesOf(today: PanelData, yesterday?: PanelData): Line[] {
  const lines: Line[] = today.series.map(({ legend, values }, look) => ({
    legend,
    values,
    look,
    isBefore: false,
  }));
  if (!yesterday || yesterday.step !== today.step) return lines;
  const shift = Math.round((today.from - yesterday.from - DAY_S) / today.step);
  let own = lines.length;
  for (const { legend, values } of yesterday.series) {
    const twin = today.series.findIndex((series) => series.legend === legend);
    lines.push({
      legend: ops.metrics.before(legend),
      values: Array.from({ length: today.points }, (_, index) => values[index + shift] ?? null),
      look: twin < 0 ? own++ : twin,
      isBefore: true,
    });
  }
  return lines;
}
