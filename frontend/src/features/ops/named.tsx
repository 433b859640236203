// SPDX-License-Identifier: MIT
import type { ReactNode } from 'react';

/** A card on a phone has no head that tells what a figure is. */
export function named(label: string, value: ReactNode) {
  return (
    <>
      <span className="md:hidden" aria-hidden="true">
        {label}{' '}
      </span>
      {value}
    </>
  );
}
