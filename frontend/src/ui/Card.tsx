// SPDX-License-Identifier: MIT
import { type ReactNode, useId } from 'react';

interface Props {
  title: string;
  action?: ReactNode;
  children: ReactNode;
  className?: string;
}

/** A titled region of a page. */
export function Card({ title, action, children, className = '' }: Props) {
  const id = useId();
  return (
    <section aria-labelledby={id} className={`card ${className}`}>
      <div className="flex min-h-14 flex-wrap items-center justify-between gap-x-4 gap-y-1 border-line border-b px-4 py-2">
        <h2 id={id} className="font-semibold">
          {title}
        </h2>
        {action}
      </div>
      {children}
    </section>
  );
}
