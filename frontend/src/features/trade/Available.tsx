// SPDX-License-Identifier: MIT
import type { Portfolio } from '~/api/types';
import { freeUnits, type Side } from '~/features/trade/input';
import { trade } from '~/text/trade';
import { Amount } from '~/ui/Amount';

interface Props {
  side: Side;
  portfolio: Portfolio | undefined;
  assetId: string;
}

/** What an order can use: cash when buying, units when selling, without what other orders hold. */
export function Available({ side, portfolio, assetId }: Props) {
  if (!portfolio) return '…';
  return (
    <>
      {trade.available}:{' '}
      {side === 'buy' ? (
        <Amount value={portfolio.cash} />
      ) : (
        <Amount value={freeUnits(portfolio, assetId)} as="quantity" unit={assetId} />
      )}
    </>
  );
}
