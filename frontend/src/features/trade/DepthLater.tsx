// SPDX-License-Identifier: MIT
// Order book and latest trades, loaded after what the page begins with.
import { lazy, Suspense } from 'react';
import { Skeleton } from '~/ui/Skeleton';

const Depth = lazy(() => import('~/features/trade/Depth'));

interface Props {
  assetId: string;
  onPrice: (price: string) => void;
}

export function DepthLater(props: Props) {
  return (
    <Suspense fallback={<Skeleton className="h-[34rem]" />}>
      {/* Another market: nothing of the one before. */}
      <Depth key={props.assetId} {...props} />
    </Suspense>
  );
}
