// SPDX-License-Identifier: MIT
// The part of a ticket that says what its order would do.
import { lazy, Suspense } from 'react';
import type { OrderDraft } from '~/api/trading';
import type { Asset } from '~/api/types';
import type { Side } from '~/features/trade/input';
import type { usePreview } from '~/features/trade/preview';
import { trade } from '~/text/trade';
import { ProblemPanel } from '~/ui/ProblemPanel';
import { Skeleton } from '~/ui/Skeleton';

const PreviewBody = lazy(() => import('~/features/trade/OrderPreview'));

interface Props {
  asset: Asset;
  preview: ReturnType<typeof usePreview>;
  draft: OrderDraft | null;
  side: Side;
  back: string;
  /** What to do first, while there is nothing to show. */
  empty: string;
  /** Codes that stand beside their fields. */
  shownElsewhere?: readonly string[];
}

export function PreviewSection({ asset, preview, draft, empty, ...body }: Props) {
  const waiting = <Skeleton className="h-56" />;
  return (
    <section aria-label={trade.preview.title} aria-busy={!preview.exact}>
      {asset.halted || !asset.is_active ? (
        <p className="rounded-lg bg-warn-tint p-3.5 text-warn">
          {asset.halted ? trade.halted : trade.inactive}
        </p>
      ) : preview.error ? (
        <ProblemPanel error={preview.error} onRetry={() => preview.refetch()} />
      ) : preview.latest ? (
        <Suspense fallback={waiting}>
          <PreviewBody latest={preview.latest} exact={preview.exact} {...body} />
        </Suspense>
      ) : draft ? (
        waiting
      ) : (
        <p className="text-muted">{empty}</p>
      )}
    </section>
  );
}
