// SPDX-License-Identifier: MIT
// A gain or loss: sign, arrow and colour say the same thing, so that colour is never needed.
import { IconCaretDownFilled, IconCaretUpFilled } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { signedPercent } from '~/lib/format';
import { common } from '~/text/common';

/** What rounds to zero in the two decimals shown is no change. */
const LEAST_SHOWN = 0.005;

interface Props {
  /** Decides direction; shown as a percentage unless children are given. */
  value: string | number | null | undefined;
  children?: ReactNode;
}

export function Change({ value, children }: Props) {
  if (value === null || value === undefined) return <span className="text-muted">{common.unknown}</span>;
  const exact = Number(value);
  const size = Math.abs(exact) < LEAST_SHOWN ? 0 : exact;
  const tone = size > 0 ? 'text-up' : size < 0 ? 'text-down' : 'text-muted';
  const Arrow = size > 0 ? IconCaretUpFilled : IconCaretDownFilled;
  return (
    <span className={`num change whitespace-nowrap ${tone}`}>
      {size === 0 ? null : (
        <Arrow size="0.875em" aria-hidden="true" className="me-1 inline align-[-0.08em]" />
      )}
      <span className="sr-only">{size > 0 ? common.up : size < 0 ? common.down : common.unchanged} </span>
      {children ?? signedPercent(value)}
    </span>
  );
}
