// SPDX-License-Identifier: MIT
// The figures of the candle below the pointer, or of the newest one.
import type { Candle } from '~/api/types';
import * as format from '~/lib/format';
import { market } from '~/text/market';

const prices = ['open', 'high', 'low', 'close'] as const;

function Value({ name, children }: { name: (typeof prices)[number] | 'volume'; children: string }) {
  return (
    <div className="flex gap-1">
      <dt className="text-muted">
        <abbr title={market.chart[name]} className="no-underline">
          {market.chart.letters[name]}
        </abbr>
      </dt>
      <dd className="num">{children}</dd>
    </div>
  );
}

export function CandleLegend({ candle, digits }: { candle: Candle | undefined; digits: number }) {
  return (
    <dl
      aria-label={market.chart.legend}
      className="flex min-h-9 flex-wrap content-start gap-x-3 px-2 text-xs sm:min-h-5"
    >
      {candle ? (
        <>
          {prices.map((name) => (
            <Value key={name} name={name}>
              {format.price(candle[name], digits)}
            </Value>
          ))}
          <Value name="volume">{format.briefQuantity(format.plain(candle.volume))}</Value>
        </>
      ) : null}
    </dl>
  );
}
