// SPDX-License-Identifier: MIT
import type { ReactNode } from 'react';

/** Nothing here yet: one sentence and what to do next. */
export function EmptyState({ text, children }: { text: string; children?: ReactNode }) {
  return (
    <div className="flex flex-col items-center gap-4 px-5 py-10 text-center">
      <p className="max-w-prose text-muted">{text}</p>
      {children ? <div className="flex flex-wrap justify-center gap-3">{children}</div> : null}
    </div>
  );
}
