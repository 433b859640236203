// SPDX-License-Identifier: MIT
// The open orders, loaded after what a page begins with.
import { lazy, Suspense } from 'react';

const OpenOrders = lazy(() => import('~/ui/OpenOrders'));

/** quiet: nothing at all as long as no order waits. */
export function OpenOrdersLater({ quiet = false }: { quiet?: boolean }) {
  return (
    <Suspense fallback={quiet ? null : <div className="card h-40" />}>
      <OpenOrders quiet={quiet} />
    </Suspense>
  );
}
