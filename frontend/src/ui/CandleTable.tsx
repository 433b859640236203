// SPDX-License-Identifier: MIT
// The newest candles as a table: what the chart says, for everybody who cannot see it. Loaded when it is opened.
import type { Candle } from '~/api/types';
import * as format from '~/lib/format';
import { market } from '~/text/market';
import { Time } from '~/ui/Time';

const TABLE_ROWS = 60;

export default function CandleTable({ candles, digits }: { candles: readonly Candle[]; digits: number }) {
  const columns = ['open', 'high', 'low', 'close'] as const;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section className="max-h-80 overflow-auto" tabIndex={0} aria-label={market.chart.table}>
      <table className="data-table text-sm">
        <thead>
          <tr>
            <th scope="col">{market.chart.time}</th>
            {columns.map((column) => (
              <th key={column} scope="col" className="num">
                {market.chart[column]}
              </th>
            ))}
            <th scope="col" className="num">
              {market.chart.volume}
            </th>
          </tr>
        </thead>
        <tbody>
          {candles
            .slice(-TABLE_ROWS)
            .reverse()
            .map((candle) => (
              <tr key={candle.time}>
                <td>
                  <Time at={candle.time} />
                </td>
                {columns.map((column) => (
                  <td key={column} className="num">
                    {format.price(candle[column], digits)}
                  </td>
                ))}
                <td className="num">{format.briefQuantity(format.plain(candle.volume))}</td>
              </tr>
            ))}
        </tbody>
      </table>
    </section>
  );
}
