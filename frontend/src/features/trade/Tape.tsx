// SPDX-License-Identifier: MIT
// What anybody traded last.
import { IconArrowDownLeft, IconArrowUpRight } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { tapeQuery } from '~/api/market';
import type { MarketTrade } from '~/api/types';
import { Columns } from '~/features/trade/Columns';
import * as format from '~/lib/format';
import { depth } from '~/text/depth';
import { Card } from '~/ui/Card';
import { EmptyState } from '~/ui/EmptyState';
import { ProblemPanel } from '~/ui/ProblemPanel';
import { SkeletonRows } from '~/ui/Skeleton';
import { Ago } from '~/ui/Time';

const TRADES = 16;
const words = depth.tape;

function Row({ trade }: { trade: MarketTrade }) {
  const buys = trade.taker_side === 'buy';
  // The arrows of the order lists.
  const Icon = buys ? IconArrowDownLeft : IconArrowUpRight;
  return (
    <tr>
      {/* On a phone the time takes two lines, so that the figures have theirs. */}
      <td className="h-8 px-4 text-left text-muted max-sm:px-3 max-sm:[&_time]:whitespace-normal">
        <Ago at={trade.time} />
      </td>
      <td className={`num whitespace-nowrap px-2 text-right font-medium ${buys ? 'text-up' : 'text-down'}`}>
        <Icon size={14} aria-hidden="true" className="me-1 inline align-[-0.12em]" />
        <span className="me-1.5 font-normal text-xs max-sm:sr-only">{words.sides[trade.taker_side]} </span>
        {format.price(trade.price)}
      </td>
      <td className="num px-4 text-right max-sm:px-3" title={format.quantity(trade.quantity)}>
        {format.briefQuantity(trade.quantity)}
      </td>
    </tr>
  );
}

function Rows({ trades }: { trades: readonly MarketTrade[] }) {
  return (
    <table className="w-full text-sm">
      <caption className="sr-only">{words.title}</caption>
      <Columns labels={[words.columns.time, words.columns.price, words.columns.quantity]} />
      <tbody>
        {trades.map((trade) => (
          <Row key={trade.trade_id} trade={trade} />
        ))}
      </tbody>
    </table>
  );
}

export function Tape({ assetId }: { assetId: string }) {
  const tape = useQuery(tapeQuery(assetId, TRADES));
  return (
    <Card title={words.title}>
      {tape.data && tape.data.length > 0 ? (
        <Rows trades={tape.data} />
      ) : tape.data ? (
        <EmptyState text={words.empty} />
      ) : tape.error ? (
        <ProblemPanel error={tape.error} onRetry={() => tape.refetch()} />
      ) : (
        <SkeletonRows rows={8} className="h-8" />
      )}
    </Card>
  );
}
