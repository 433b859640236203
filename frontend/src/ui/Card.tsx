// SPDX-License-Identifier: MIT
import { type ReactNode, useId } from 'react';

interface Props {
  title: string;
  /** Shown instead of the title; the title then only names the region. */
  head?: ReactNode;
  action?: ReactNode;
  children: ReactNode;
  className?: string;
}

/** A titled region of a page. */
export function Card({ title, head, action, children, className = '' }: Props) {
  const id = useId();
  return (
    <section aria-labelledby={id} className={`card ${className}`}>
      <div className="flex min-h-14 flex-wrap items-center justify-between gap-x-4 gap-y-1 border-line border-b px-4 py-2">
        <h2 id={id} className={head ? 'sr-only' : 'font-semibold'}>
          {title}
        </h2>
        {head}
        {action}
      </div>
      {children}
    </section>
  );
}
