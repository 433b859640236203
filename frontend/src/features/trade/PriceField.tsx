// SPDX-License-Identifier: MIT
import type { ComponentProps } from 'react';
import type { LimitReading } from '~/features/trade/input';
import * as format from '~/lib/format';
import { Field } from '~/ui/Field';

type FieldProps = ComponentProps<typeof Field>;

interface Props extends Pick<FieldProps, 'label' | 'hint' | 'optional' | 'ref' | 'onFocus'> {
  value: string;
  /** What the text was read as. */
  read: LimitReading;
  /** What speaks against the price, although it can be read. */
  against?: string | undefined;
  onType: (text: string) => void;
}

/** A price in dollars, as typed and as understood. */
export function PriceField({ read, against, onType, ...field }: Props) {
  return (
    <Field
      {...field}
      inputMode="decimal"
      autoComplete="off"
      suffix="USD"
      error={read.fault ?? against}
      reading={read.price === null ? null : format.reading(read.price, 'USD')}
      onChange={(event) => onType(event.target.value)}
    />
  );
}
