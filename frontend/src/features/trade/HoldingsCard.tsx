// SPDX-License-Identifier: MIT
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import type { Portfolio } from '~/api/types';
import { paths } from '~/app/paths';
import { sign } from '~/lib/decimal';
import { trade } from '~/text/trade';
import { Amount } from '~/ui/Amount';
import { Card } from '~/ui/Card';
import { ProblemPanel } from '~/ui/ProblemPanel';
import { Skeleton } from '~/ui/Skeleton';

function Row({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="flex justify-between gap-4 px-4 py-2.5">
      <dt className="text-muted">{label}</dt>
      <dd className="num">{children}</dd>
    </div>
  );
}

const isNothing = (value: string) => sign(value) === 0;

export function HoldingsCard({
  assetId,
  portfolio,
}: {
  assetId: string;
  portfolio: UseQueryResult<Portfolio>;
}) {
  const holding = portfolio.data?.assets.find((held) => held.asset_id === assetId);
  return (
    <Card
      title={trade.holdings}
      action={
        <Link to={paths.portfolio} className="link text-sm">
          {trade.done.portfolio}
        </Link>
      }
    >
      {portfolio.data ? (
        <dl className="divide-y divide-line">
          <Row label={trade.cash}>
            <Amount value={portfolio.data.cash} />
          </Row>
          {isNothing(portfolio.data.held_cash) ? null : (
            <Row label={trade.heldCash}>
              <Amount value={portfolio.data.held_cash} />
            </Row>
          )}
          <Row label={trade.holding(assetId)}>
            <Amount value={holding?.quantity ?? '0'} as="quantity" />
          </Row>
          {isNothing(holding?.held_quantity ?? '0') ? null : (
            <Row label={trade.heldUnits}>
              <Amount value={holding?.held_quantity ?? '0'} as="quantity" />
            </Row>
          )}
          <Row label={trade.worth}>
            <Amount value={holding?.market_value ?? '0'} />
          </Row>
        </dl>
      ) : portfolio.error ? (
        <ProblemPanel error={portfolio.error} onRetry={() => portfolio.refetch()} />
      ) : (
        <Skeleton className="m-4 h-24" />
      )}
    </Card>
  );
}
