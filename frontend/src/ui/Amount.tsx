// SPDX-License-Identifier: MIT
// Amounts of the signed-in person. All of them disappear behind dots when amounts are hidden.
import * as format from '~/lib/format';
import { usePreferences } from '~/lib/preferences';
import { common } from '~/text/common';

function Hidden() {
  return (
    <span>
      <span aria-hidden="true">••••</span>
      <span className="sr-only">{common.amounts.hidden}</span>
    </span>
  );
}

interface Props {
  value: string;
  as?: 'money' | 'total' | 'signed' | 'quantity';
  unit?: string;
}

const shapes = {
  money: format.money,
  total: format.total,
  signed: format.signedMoney,
  quantity: format.quantity,
} as const;

export function Amount({ value, as = 'money', unit }: Props) {
  const { hideAmounts } = usePreferences();
  if (hideAmounts) return <Hidden />;
  return (
    <span className="num" title={value}>
      {shapes[as](value)}
      {unit ? ` ${unit}` : ''}
    </span>
  );
}
