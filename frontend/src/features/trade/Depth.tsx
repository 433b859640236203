// SPDX-License-Identifier: MIT
// Who buys and sells at which price, and what was traded last.
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { bookQuery } from '~/api/market';
import { openOrdersQuery } from '~/api/trading';
import type { Book } from '~/api/types';
import { ownPrices } from '~/features/trade/book';
import { DepthChart } from '~/features/trade/DepthChart';
import { Ladder } from '~/features/trade/Ladder';
import { Tape } from '~/features/trade/Tape';
import { depth } from '~/text/depth';
import { Card } from '~/ui/Card';
import { EmptyState } from '~/ui/EmptyState';
import { ProblemPanel } from '~/ui/ProblemPanel';
import { SkeletonRows } from '~/ui/Skeleton';

/** Prices of a side: those asked for, and those that the ladder has room for. */
const LEVELS = 30;
const STEPS = 8;

interface Props {
  assetId: string;
  onPrice: (price: string) => void;
}

const isEmpty = ({ asks, bids }: Book) => asks.length + bids.length === 0;

function Filled({ book, onPrice }: { book: Book; onPrice: (price: string) => void }) {
  const waiting = useInfiniteQuery(openOrdersQuery(book.asset_id));
  const own = ownPrices(waiting.data?.pages.flatMap(({ data }) => data) ?? [], book.asset_id);
  if (isEmpty(book)) return <EmptyState text={depth.empty} />;
  const best = { ...book, asks: book.asks.slice(0, STEPS), bids: book.bids.slice(0, STEPS) };
  return <Ladder book={best} own={own} onPrice={onPrice} />;
}

export default function Depth({ assetId, onPrice }: Props) {
  const book = useQuery(bookQuery(assetId, LEVELS));
  return (
    <div className="grid items-start gap-5 md:grid-cols-2 3xl:grid-cols-1">
      <Card title={depth.title}>
        {book.data?.state === 'halted' ? (
          <p className="bg-warn-tint px-4 py-2 text-sm text-warn">{depth.halted}</p>
        ) : null}
        {book.data ? (
          <Filled book={book.data} onPrice={onPrice} />
        ) : book.error ? (
          <ProblemPanel error={book.error} onRetry={() => book.refetch()} />
        ) : (
          <SkeletonRows rows={8} className="h-8" />
        )}
      </Card>
      <div className="flex min-w-0 flex-col gap-5">
        {book.data && !isEmpty(book.data) ? <DepthChart book={book.data} /> : null}
        <Tape assetId={assetId} />
      </div>
    </div>
  );
}
