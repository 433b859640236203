// SPDX-License-Identifier: MIT
// The order book as a ladder: sellers above, buyers below, the best prices in the middle.
import type { Book } from '~/api/types';
import { digitsIn, type Row, rowsOf, spreadOf } from '~/features/trade/book';
import { Columns } from '~/features/trade/Columns';
import { isOnGrid } from '~/features/trade/limit';
import * as format from '~/lib/format';
import { depth } from '~/text/depth';

interface SideProps {
  side: 'asks' | 'bids';
  rows: readonly Row[];
  digits: number;
  onPrice: (price: string) => void;
}

const looks = {
  asks: { text: 'text-down', bar: 'var(--down-tint)' },
  bids: { text: 'text-up', bar: 'var(--up-tint)' },
} as const;

function Price({ row, digits, side, onPrice }: SideProps & { row: Row }) {
  const text = format.price(row.level.price, digits);
  const look = `num font-medium ${looks[side].text}`;
  // The mark of the house may lie between the prices that a limit can have.
  if (!isOnGrid(row.level.price)) return <span className={look}>{text}</span>;
  return (
    <button
      type="button"
      className={`${look} min-h-8 rounded underline-offset-4 hover:underline`}
      aria-label={depth.use(text)}
      onClick={() => onPrice(row.level.price)}
    >
      {text}
    </button>
  );
}

function Side(props: SideProps) {
  const { side, rows } = props;
  return (
    <tbody>
      <tr>
        <th scope="rowgroup" colSpan={3} className="sr-only">
          {depth[side]}
        </th>
      </tr>
      {rows.map((row) => (
        <tr
          key={row.key}
          style={{
            background: `linear-gradient(to left, ${looks[side].bar} ${row.share}%, transparent ${row.share}%)`,
          }}
        >
          <td className="px-4 text-left max-sm:px-3">
            <Price {...props} row={row} />
            {row.own ? (
              <span className="ml-2 rounded bg-tint px-1.5 py-0.5 text-on-tint text-xs">{depth.own}</span>
            ) : null}
          </td>
          <td
            className="num px-2 text-right"
            title={row.level.quantity === null ? undefined : format.quantity(row.level.quantity)}
          >
            {row.level.quantity === null ? depth.house : format.briefQuantity(row.level.quantity)}
          </td>
          <td className="num px-4 text-right text-muted max-sm:px-3">
            {row.level.house ? null : format.count(row.level.orders)}
          </td>
        </tr>
      ))}
      {rows.length === 0 ? (
        <tr>
          <td colSpan={3} className="px-4 py-2 text-center text-muted">
            {side === 'asks' ? depth.noAsks : depth.noBids}
          </td>
        </tr>
      ) : null}
    </tbody>
  );
}

interface Props {
  book: Book;
  own: ReadonlySet<string>;
  onPrice: (price: string) => void;
}

export function Ladder({ book, own, onPrice }: Props) {
  const digits = digitsIn(book);
  const spread = spreadOf(book);
  const common = { digits, onPrice };
  return (
    <table className="w-full text-sm">
      <caption className="sr-only">{depth.title}</caption>
      <Columns labels={[depth.columns.price, depth.columns.quantity, depth.columns.orders]} />
      <Side side="asks" rows={rowsOf(book, 'asks', own).reverse()} {...common} />
      <tbody>
        <tr className="border-line border-y">
          <td colSpan={3} className="px-4 py-1.5 text-muted text-xs">
            {spread === null ? null : depth.spread(format.price(spread, digits))}
          </td>
        </tr>
      </tbody>
      <Side side="bids" rows={rowsOf(book, 'bids', own)} {...common} />
    </table>
  );
}
