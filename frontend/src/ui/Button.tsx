// SPDX-License-Identifier: MIT
import type { ButtonHTMLAttributes, Ref } from 'react';
import { common } from '~/text/common';
import { Spinner } from '~/ui/Spinner';

export type ButtonLook = 'plain' | 'primary' | 'danger' | 'quiet' | 'buy' | 'sell';

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: ButtonLook;
  small?: boolean;
  /** Shows progress and ignores further clicks until the work is done; the button keeps focus. */
  busy?: boolean;
  ref?: Ref<HTMLButtonElement>;
}

const looks = {
  plain: '',
  primary: 'btn-primary',
  danger: 'btn-danger',
  quiet: 'btn-quiet',
  buy: 'btn-primary btn-buy',
  sell: 'btn-primary btn-sell',
} as const;

export function Button({ look = 'plain', small, busy, className, children, onClick, ...rest }: Props) {
  const classes = ['btn', looks[look], small ? 'btn-small' : '', className].filter(Boolean).join(' ');
  return (
    <button
      type="button"
      {...rest}
      className={classes}
      aria-busy={busy || undefined}
      onClick={(event) => (busy ? event.preventDefault() : onClick?.(event))}
    >
      {busy ? <Spinner label={common.working} /> : null}
      {children}
    </button>
  );
}
