// SPDX-License-Identifier: MIT
import type { ReactNode } from 'react';

/** The one h1 of a page with a sentence below and actions beside it. */
export function PageHeader({
  title,
  text,
  children,
}: {
  title: string;
  text?: string;
  children?: ReactNode;
}) {
  return (
    <div className="mb-6 flex flex-wrap items-center justify-between gap-x-4 gap-y-3">
      <div className="min-w-0">
        <h1 className="font-semibold text-2xl tracking-tight sm:text-[1.75rem]">{title}</h1>
        {text ? <p className="mt-1 max-w-prose text-muted">{text}</p> : null}
      </div>
      {children ? <div className="flex flex-wrap items-center gap-2">{children}</div> : null}
    </div>
  );
}
