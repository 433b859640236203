// SPDX-License-Identifier: MIT
// Lines over time as one SVG. A slider below moves the cursor, so keys and touch reach every value; the list
// tells the values at the cursor.
import { type PointerEvent, useId, useState } from 'react';
import { Link } from 'react-router';
import type { PanelData } from '~/api/types';
import { paths } from '~/app/paths';
import { type Line, linesOf } from '~/features/ops/compare';
import {
  HEIGHT,
  highestFirst,
  indexAt,
  marksOf,
  pathOf,
  ticksOf,
  WIDTH,
  xOf,
  yOf,
} from '~/features/ops/geometry';
import { DAY_S } from '~/features/ops/requests';
import { inUnit } from '~/features/ops/units';
import { usePreferences } from '~/lib/preferences';
import { partly, type Zone } from '~/lib/times';
import { ops } from '~/text/ops';

// Each stands out by 3:1 from the surfaces of both themes.
const colours = ['#3b82f6', '#d97706', '#0d9488', '#db2777', '#8b5cf6', '#5b9a0a', '#dc2626', '#64748b'];
const dashes = [undefined, '6 4', '2 3', '10 3 2 3'];
const DOTS = '1 4'; // of the day before

function look({ look: index, isBefore }: Line) {
  const dash = dashes[Math.floor(index / colours.length) % dashes.length];
  return { stroke: colours[index % colours.length], strokeDasharray: isBefore ? DOTS : dash };
}

function momentOf(panel: PanelData, index: number, zone: Zone): string {
  const long = panel.step * panel.points > DAY_S;
  return partly(
    (panel.from + index * panel.step) * 1000,
    {
      ...(long ? { month: 'short', day: 'numeric' } : {}),
      ...{ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
      ...(panel.step < 60 ? { second: '2-digit' } : {}),
    },
    zone,
  );
}

/** The logs of the moment, a step or a minute to both sides. */
function logsAround(panel: PanelData, index: number): string {
  const moment = panel.from + index * panel.step;
  const around = Math.max(panel.step, 60);
  return `${paths.opsLogs}?from=${moment - around}&to=${moment + around}`;
}

interface Drawn {
  panel: PanelData;
  lines: readonly Line[];
  at: number;
}

function Legend({ panel, lines, at }: Drawn) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section className="max-h-37.5 overflow-auto" tabIndex={0} aria-label={ops.metrics.legend(panel.title)}>
      <ul>
        {highestFirst(lines.map(({ values }) => values)).map((index) => {
          const line = lines[index];
          if (!line) return null;
          const { legend, values } = line;
          const value = values[at] ?? null;
          return (
            <li key={index} className="flex items-center gap-2 text-sm">
              <svg width="20" height="8" className="shrink-0" aria-hidden="true">
                <line x2="20" y1="4" y2="4" strokeWidth="3" {...look(line)} />
              </svg>
              <span className="min-w-0 grow truncate" title={legend}>
                {legend}
              </span>
              <span className="num">{value === null ? ops.metrics.noValue : inUnit(value, panel.unit)}</span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function Plot({ panel, lines, at, onPoint }: Drawn & { onPoint: (index: number) => void }) {
  const ticks = ticksOf(lines.map(({ values }) => values));
  const follow = (event: PointerEvent<HTMLDivElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    if (box.width > 0) onPoint(indexAt((event.clientX - box.left) / box.width, panel.points));
  };
  return (
    <div className="flex h-44 gap-2">
      <ul className="num relative w-16 shrink-0 text-muted text-xs" aria-hidden="true">
        {ticks.map((tick) => (
          <li
            key={tick}
            className="absolute end-0 -translate-y-1/2 whitespace-nowrap"
            style={{ top: `${(yOf(tick, ticks) / HEIGHT) * 100}%` }}
          >
            {inUnit(tick, panel.unit)}
          </li>
        ))}
      </ul>
      <div className="min-w-0 grow" onPointerMove={follow} onPointerDown={follow}>
        <svg
          viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
          preserveAspectRatio="none"
          className="h-full w-full overflow-visible"
          role="img"
          aria-label={ops.metrics.chart(panel.title)}
        >
          {ticks.map((tick) => (
            <line
              key={tick}
              className="text-line"
              stroke="currentColor"
              x2={WIDTH}
              y1={yOf(tick, ticks)}
              y2={yOf(tick, ticks)}
              vectorEffect="non-scaling-stroke"
            />
          ))}
          {lines.map((line, index) => (
            <path
              // biome-ignore lint/suspicious/noArrayIndexKey: legends may repeat, and the order is the server's
              key={index}
              d={pathOf(line.values, ticks)}
              fill="none"
              strokeWidth="1.75"
              vectorEffect="non-scaling-stroke"
              {...look(line)}
            />
          ))}
          <line
            className="text-muted"
            stroke="currentColor"
            x1={xOf(at, panel.points)}
            x2={xOf(at, panel.points)}
            y2={HEIGHT}
            vectorEffect="non-scaling-stroke"
          />
        </svg>
      </div>
    </div>
  );
}

export function LineChart({ panel, before }: { panel: PanelData; before?: PanelData | undefined }) {
  const { zone } = usePreferences();
  const lines = linesOf(panel, before);
  const slider = useId();
  // Counted from the newest point, which is where the cursor stays while new ones come.
  const [back, setBack] = useState(0);
  const at = Math.max(0, panel.points - 1 - back);
  const moment = momentOf(panel, at, zone);
  return (
    <div className="flex flex-col gap-3 p-4">
      <Plot panel={panel} lines={lines} at={at} onPoint={(index) => setBack(panel.points - 1 - index)} />
      <div className="ms-18">
        <input
          id={slider}
          type="range"
          className="block w-full accent-primary"
          min={0}
          max={panel.points - 1}
          value={at}
          aria-label={`${panel.title}: ${ops.metrics.moment}`}
          aria-valuetext={moment}
          onChange={(event) => setBack(panel.points - 1 - Number(event.target.value))}
        />
        <ol className="num flex justify-between text-muted text-xs" aria-hidden="true">
          {marksOf(panel.points).map((index, place) => (
            <li key={index} className={place % 2 === 1 ? 'max-md:hidden' : ''}>
              {momentOf(panel, index, zone)}
            </li>
          ))}
        </ol>
      </div>
      <p className="num flex flex-wrap items-center justify-between gap-3 text-sm">
        <output htmlFor={slider} className="font-semibold">
          {moment}
        </output>
        <Link className="link" to={logsAround(panel, at)} aria-label={ops.metrics.logsLabel(panel.title)}>
          {ops.metrics.logs}
        </Link>
      </p>
      <Legend panel={panel} lines={lines} at={at} />
      {panel.omitted > 0 ? <p className="text-muted text-sm">{ops.metrics.omitted(panel.omitted)}</p> : null}
    </div>
  );
}
