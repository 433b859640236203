// SPDX-License-Identifier: MIT
// The open orders, loaded after what a page begins with.
import { type ComponentProps, lazy, Suspense } from 'react';

const OpenOrders = lazy(() => import('~/ui/OpenOrders'));

export function OpenOrdersLater(props: ComponentProps<typeof OpenOrders>) {
  return (
    <Suspense fallback={props.quiet ? null : <div className="card h-40" />}>
      {/* Another market: no dialog of the one before. */}
      <OpenOrders key={props.assetId} {...props} />
    </Suspense>
  );
}
