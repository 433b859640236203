// SPDX-License-Identifier: MIT
// Placeholders with the size of what will come, so that nothing moves when it does.
import { common } from '~/text/common';

const ROW_KEYS = Array.from({ length: 50 }, (_, index) => `row-${index}`);

export function Skeleton({ className = '' }: { className?: string }) {
  return <span className={`skeleton block ${className}`} aria-hidden="true" />;
}

export function SkeletonRows({ rows = 5, className = 'h-14' }: { rows?: number; className?: string }) {
  return (
    <div role="status" className="divide-y divide-line">
      <span className="sr-only">{common.loading}</span>
      {ROW_KEYS.slice(0, rows).map((key) => (
        <div key={key} className={`flex items-center gap-4 px-4 ${className}`}>
          <Skeleton className="h-4 w-1/4" />
          <Skeleton className="h-4 grow" />
          <Skeleton className="h-4 w-16" />
        </div>
      ))}
    </div>
  );
}
