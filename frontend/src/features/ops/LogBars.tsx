// SPDX-License-Identifier: MIT
// How many lines there are over time. A slider below chooses a part, so keys and touch reach every bar; its counts stand
// beside it in words.
import { type PointerEvent, useId, useState } from 'react';
import type { LogHistogram } from '~/api/types';
import { marksOf } from '~/features/ops/geometry';
import type { LogTime } from '~/features/ops/log-requests';
import { inUnit } from '~/features/ops/units';
import { usePreferences } from '~/lib/preferences';
import { partly, type Zone } from '~/lib/times';
import { logs } from '~/text/logs';
import { Button } from '~/ui/Button';

const { bars: words } = logs;
const DAY_S = 86_400;
const BAR = 10;
const HEIGHT = 100;

// Each stands out by 3:1 from the surfaces of both themes; errors stand at the bottom, where the eye begins.
const kinds = [
  { index: 2, colour: '#dc2626' },
  { index: 1, colour: '#d97706' },
  { index: 0, colour: '#64748b' },
] as const;

function momentOf(data: LogHistogram, index: number, zone: Zone): string {
  const long = data.step * data.bars.length > DAY_S;
  return partly(
    (data.from + index * data.step) * 1000,
    {
      ...(long ? { month: 'short', day: 'numeric' } : {}),
      ...{ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
      ...(data.step < 60 ? { second: '2-digit' } : {}),
    },
    zone,
  );
}

const sumOf = (bar: readonly number[]) => bar.reduce((sum, count) => sum + count, 0);

function counted(bars: readonly (readonly number[])[]): [lines: string, warnings: string, errors: string] {
  const total = (of: (bar: readonly number[]) => number) =>
    inUnit(
      bars.reduce((sum, bar) => sum + of(bar), 0),
      'none',
    );
  return [total(sumOf), total((bar) => bar[1] ?? 0), total((bar) => bar[2] ?? 0)];
}

/** The pieces of one bar, from the bottom up. */
function piecesOf(bar: readonly number[], highest: number) {
  let top = HEIGHT;
  return kinds.map(({ index, colour }) => {
    const count = bar[index] ?? 0;
    // what is there at all shows
    const height = count === 0 ? 0 : Math.max(1, (count / highest) * HEIGHT);
    top -= height;
    return { colour, height, top };
  });
}

function Drawing({ data, at, onPick }: { data: LogHistogram; at: number; onPick: (index: number) => void }) {
  const highest = Math.max(1, ...data.bars.map(sumOf));
  const pick = (event: PointerEvent<HTMLDivElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const place = Math.floor(((event.clientX - box.left) / box.width) * data.bars.length);
    if (box.width > 0) onPick(Math.min(data.bars.length - 1, Math.max(0, place)));
  };
  return (
    <div className="h-24" onPointerDown={pick}>
      <svg
        viewBox={`0 0 ${data.bars.length * BAR} ${HEIGHT}`}
        preserveAspectRatio="none"
        className="h-full w-full"
        aria-hidden="true"
      >
        <rect x={at * BAR} width={BAR} height={HEIGHT} fill="currentColor" opacity="0.12" />
        {data.bars.map((bar, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: bars are told apart by their place
          <g key={index}>
            {piecesOf(bar, highest).map(({ colour, height, top }) =>
              height > 0 ? (
                <rect
                  key={colour}
                  x={index * BAR + 1}
                  y={top}
                  width={BAR - 2}
                  height={height}
                  fill={colour}
                />
              ) : null,
            )}
          </g>
        ))}
      </svg>
    </div>
  );
}

interface Props {
  data: LogHistogram;
  onOnly: (time: LogTime) => void;
}

export function LogBars({ data, onOnly }: Props) {
  const { zone } = usePreferences();
  const slider = useId();
  // Counted from the newest bar, which is where the cursor stays while new ones come.
  const [back, setBack] = useState(0);
  const last = Math.max(0, data.bars.length - 1);
  const at = Math.max(0, last - back);
  const told = words.at(momentOf(data, at, zone), ...counted([data.bars[at] ?? []]));
  const start = data.from + at * data.step;
  return (
    <div className="flex flex-col gap-3 p-4">
      <p className="text-sm">{words.chart(...counted(data.bars))}</p>
      <Drawing data={data} at={at} onPick={(index) => setBack(last - index)} />
      <input
        id={slider}
        type="range"
        className="block w-full accent-primary"
        min={0}
        max={last}
        value={at}
        aria-label={words.part}
        aria-valuetext={told}
        onChange={(event) => setBack(last - Number(event.target.value))}
      />
      <ol className="num flex justify-between text-muted text-xs" aria-hidden="true">
        {marksOf(data.bars.length).map((index, place) => (
          <li key={index} className={place % 2 === 1 ? 'max-md:hidden' : ''}>
            {momentOf(data, index, zone)}
          </li>
        ))}
      </ol>
      <div className="flex flex-wrap items-center justify-between gap-3">
        <output htmlFor={slider} className="num text-sm">
          {told}
        </output>
        <Button small onClick={() => onOnly({ from: start, to: start + data.step })}>
          {words.only}
        </Button>
      </div>
      {data.exhausted ? (
        <p className="text-muted text-sm">
          {words.uncounted(
            partly(
              Date.parse(data.searched_from),
              { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' },
              zone,
            ),
          )}
        </p>
      ) : null}
    </div>
  );
}
