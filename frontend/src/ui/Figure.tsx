// SPDX-License-Identifier: MIT
import type { ReactNode } from 'react';

/** One headline number with its label and a line below. */
export function Figure({
  label,
  children,
  below,
}: {
  label: string;
  children: ReactNode;
  below?: ReactNode;
}) {
  return (
    <div className="card flex flex-col gap-1 p-3.5 sm:p-4">
      <dt className="text-muted text-sm">{label}</dt>
      <dd className="num figure min-h-8 font-semibold text-lg sm:text-2xl">{children}</dd>
      {below ? <dd className="min-h-5 text-sm">{below}</dd> : null}
    </div>
  );
}
