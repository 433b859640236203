// SPDX-License-Identifier: MIT
// Rows of figures: a table on wide screens; on phones each row becomes a small card of two columns.
import type { ReactNode } from 'react';

export interface Column<Row> {
  label: string;
  cell: (row: Row) => ReactNode;
  num?: boolean;
  /** Where the cell stands in the card of a phone: left or right, first to third line; "off" leaves it out. */
  phone: 'left-1' | 'left-2' | 'left-3' | 'right-1' | 'right-2' | 'right-3' | 'off';
  /** Left out between phones and wide screens, where there is no room for it. */
  wide?: boolean;
  /** The column says enough without its name on screen; screen readers still hear it. */
  quiet?: boolean;
}

/** Height of a row that has not come yet: a card of three lines on phones, one line of a table elsewhere. */
export const TABLE_ROW = 'h-25 md:h-12';

interface Props<Row> {
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string;
}

/** Numbers stand at the end of their column, so words that follow them need room. */
function look<Row>(columns: readonly Column<Row>[], index: number): string {
  const column = columns[index];
  const wide = column?.wide ? ' wide-only' : '';
  if (column?.num) return `num${wide}`;
  return `${columns[index - 1]?.num ? 'after-num' : ''}${wide}`.trim();
}

export function DataTable<Row>({ caption, columns, rows, keyOf }: Props<Row>) {
  return (
    <div className="md:overflow-x-auto">
      <table className="data-table card-table">
        <caption className="sr-only">{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ label, quiet }, index) => (
              <th key={label} scope="col" className={look(columns, index)}>
                <span className={quiet ? 'sr-only' : ''}>{label}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map(({ label, cell, phone }, index) => (
                <td key={label} data-phone={phone} className={look(columns, index)}>
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
