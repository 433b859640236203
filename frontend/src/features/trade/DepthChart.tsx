// SPDX-License-Identifier: MIT
// How much waits on both sides up to each price, as a picture; in words below it, in figures in the ladder.
import type { Book } from '~/api/types';
import { digitsIn } from '~/features/trade/book';
import { across, type Curve, curveOf, HEIGHT, outline, WIDTH } from '~/features/trade/curve';
import * as format from '~/lib/format';
import { depth } from '~/text/depth';
import { Card } from '~/ui/Card';

const words = depth.chart;

const looks = {
  bids: { fill: 'var(--up-tint)', stroke: 'var(--up)' },
  asks: { fill: 'var(--down-tint)', stroke: 'var(--down)' },
} as const;

function Side({ curve, side }: { curve: Curve; side: 'bids' | 'asks' }) {
  return (
    <path d={outline(curve, side)} {...looks[side]} strokeWidth="1.5" vectorEffect="non-scaling-stroke" />
  );
}

function Words({ book, curve, side }: { book: Book; curve: Curve; side: 'bids' | 'asks' }) {
  const last = curve[side].at(-1);
  if (!last) return <span>{depth[side === 'asks' ? 'noAsks' : 'noBids']}</span>;
  const quantity = `${format.briefQuantity(format.plain(last.sum))} ${book.asset_id}`;
  return <span>{words[side](quantity, format.price(last.price, digitsIn(book)))}</span>;
}

export function DepthChart({ book }: { book: Book }) {
  const curve = curveOf(book);
  const digits = digitsIn(book);
  return (
    <Card title={words.title}>
      <figure className="p-4">
        <svg
          viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
          preserveAspectRatio="none"
          className="block h-36 w-full"
          aria-hidden="true"
        >
          <Side curve={curve} side="bids" />
          <Side curve={curve} side="asks" />
          {curve.house.map((price) => (
            <line
              key={price}
              x1={across(curve, price)}
              x2={across(curve, price)}
              y1="0"
              y2={HEIGHT}
              stroke="var(--line-strong)"
              strokeDasharray="4 3"
              vectorEffect="non-scaling-stroke"
            />
          ))}
        </svg>
        <div className="num mt-1 flex justify-between text-muted text-xs" aria-hidden="true">
          <span>{format.price(curve.lowest, digits)}</span>
          <span>{format.price(curve.highest, digits)}</span>
        </div>
        <figcaption className="mt-2 flex flex-col gap-1 text-sm">
          <Words book={book} curve={curve} side="bids" />
          <Words book={book} curve={curve} side="asks" />
          {curve.house.length > 0 ? <span className="text-muted">{words.house}</span> : null}
        </figcaption>
      </figure>
    </Card>
  );
}
