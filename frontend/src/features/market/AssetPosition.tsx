// SPDX-License-Identifier: MIT
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { portfolioQuery } from '~/api/cash';
import { useSessionState } from '~/api/session';
import { digitsOf } from '~/api/tick';
import type { AssetDetail } from '~/api/types';
import { loginPath, paths } from '~/app/paths';
import { price } from '~/lib/format';
import { common } from '~/text/common';
import { market } from '~/text/market';
import { Amount } from '~/ui/Amount';
import { Card } from '~/ui/Card';
import { Change } from '~/ui/Change';
import { ProblemPanel } from '~/ui/ProblemPanel';
import { Skeleton } from '~/ui/Skeleton';

const words = market.detail;

function Holding({ assetId, digits }: { assetId: string; digits: number }) {
  const portfolio = useQuery(portfolioQuery());
  if (portfolio.error && !portfolio.data) {
    return <ProblemPanel error={portfolio.error} onRetry={() => portfolio.refetch()} />;
  }
  if (!portfolio.data) return <Skeleton className="m-4 h-20" />;
  const holding = portfolio.data.assets.find((held) => held.asset_id === assetId);
  if (!holding) return <p className="px-4 py-4 text-muted">{words.noPosition}</p>;
  return (
    <>
      <dl className="grid grid-cols-2 gap-4 p-4">
        <div>
          <dt className="text-muted text-sm">{words.quantity}</dt>
          <dd className="font-medium">
            <Amount value={holding.quantity} as="quantity" unit={assetId} />
          </dd>
        </div>
        <div>
          <dt className="text-muted text-sm">{words.value}</dt>
          <dd className="font-medium">
            <Amount value={holding.market_value} />
          </dd>
        </div>
        <div>
          <dt className="text-muted text-sm">{words.averageCost}</dt>
          <dd className="num font-medium">{price(holding.average_cost, digits)}</dd>
        </div>
        <div>
          <dt className="text-muted text-sm">{words.profit}</dt>
          <dd>
            <Change value={holding.unrealised_pnl}>
              <Amount value={holding.unrealised_pnl} as="signed" />
            </Change>
          </dd>
        </div>
      </dl>
      <p className="border-line border-t px-4 py-2.5">
        <Link to={paths.holding(assetId)} className="link">
          {words.history}
        </Link>
      </p>
    </>
  );
}

export function AssetPosition({ asset }: { asset: AssetDetail }) {
  const session = useSessionState();
  const signedIn = session === 'active';
  const tradable = asset.availability_status === 'available';
  return (
    <Card title={words.position}>
      {signedIn ? <Holding assetId={asset.asset_id} digits={digitsOf(asset)} /> : null}
      <div className="grid grid-cols-2 gap-3 border-line border-t p-4 first:border-t-0">
        {!tradable ? (
          <p className="col-span-2 text-muted">{words.notTradable}</p>
        ) : signedIn ? (
          <>
            <Link className="btn btn-primary" to={paths.trade(asset.asset_id, 'buy')}>
              {common.buy}
            </Link>
            <Link className="btn" to={paths.trade(asset.asset_id, 'sell')}>
              {common.sell}
            </Link>
          </>
        ) : (
          <Link className="btn btn-primary col-span-2" to={loginPath(paths.trade(asset.asset_id, 'buy'))}>
            {words.signIn}
          </Link>
        )}
      </div>
    </Card>
  );
}
