// SPDX-License-Identifier: MIT
// A figure that lights up for a moment when it changes. Who wants less motion sees the new figure alone.
import { type ReactNode, useState } from 'react';

interface Props {
  value: string | number;
  children: ReactNode;
}

export function Flash({ value, children }: Props) {
  const [seen, setSeen] = useState({ value, className: '' });
  if (seen.value !== value)
    setSeen({ value, className: Number(value) > Number(seen.value) ? 'flash-up' : 'flash-down' });
  return (
    <span key={String(value)} className={seen.className}>
      {children}
    </span>
  );
}
