// SPDX-License-Identifier: MIT
import type { ReactNode } from 'react';
import { digitsOf } from '~/api/tick';
import type { AssetDetail } from '~/api/types';
import * as format from '~/lib/format';
import { day } from '~/lib/times';
import { common } from '~/text/common';
import { market } from '~/text/market';
import { Card } from '~/ui/Card';
import { Change } from '~/ui/Change';
import { Time } from '~/ui/Time';

const words = market.detail;

function known<T>(value: T | null, show: (value: T) => ReactNode): ReactNode {
  return value === null ? <span className="text-muted">{common.unknown}</span> : show(value);
}

function Row({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div>
      <dt className="text-muted text-sm">{label}</dt>
      <dd className="num mt-0.5 font-medium">{children}</dd>
    </div>
  );
}

interface Extreme {
  value: number | null;
  change: number | null;
  date: string | null;
}

function extreme({ value, change, date }: Extreme, digits: number): ReactNode {
  return known(value, (shown) => (
    <>
      {format.price(shown, digits)}
      <span className="block font-normal text-muted text-sm">{known(change, format.signedPercent)}</span>
      {date ? <span className="block font-normal text-muted text-sm">{day(date, 'utc')}</span> : null}
    </>
  ));
}

export function AssetFigures({ asset }: { asset: AssetDetail }) {
  const digits = digitsOf(asset);
  const price = (value: number) => format.price(value, digits);
  const high = { value: asset.ath, change: asset.ath_change_percentage, date: asset.ath_date };
  const low = { value: asset.atl, change: asset.atl_change_percentage, date: asset.atl_date };
  return (
    <Card title={words.stats}>
      <dl className="grid grid-cols-2 gap-x-6 gap-y-5 p-4 sm:grid-cols-3 xl:grid-cols-4">
        <Row label={words.rank}>{known(asset.market_cap_rank, format.count)}</Row>
        <Row label={words.cap}>{known(asset.market_cap, format.compactMoney)}</Row>
        <Row label={words.volume}>{known(asset.total_volume_24h, format.compactMoney)}</Row>
        <Row label={words.high}>{known(asset.high_24h, price)}</Row>
        <Row label={words.low}>{known(asset.low_24h, price)}</Row>
        <Row label={words.change7}>
          <Change value={asset.price_change_percentage_7d} />
        </Row>
        <Row label={words.change30}>
          <Change value={asset.price_change_percentage_30d} />
        </Row>
        <Row label={words.supply}>{known(asset.circulating_supply, format.compactQuantity)}</Row>
        <Row label={words.totalSupply}>{known(asset.total_supply, format.compactQuantity)}</Row>
        <Row label={words.maxSupply}>{known(asset.max_supply, format.compactQuantity)}</Row>
        <Row label={words.ath}>{extreme(high, digits)}</Row>
        <Row label={words.atl}>{extreme(low, digits)}</Row>
        <Row label={words.minimum}>
          {format.quantity(asset.min_quantity)} {asset.asset_id}
        </Row>
        <Row label={words.maximum}>{format.money(asset.max_order_value)}</Row>
        <Row label={words.updated}>
          {known(asset.last_updated, (at) => (
            <Time at={at} />
          ))}
        </Row>
      </dl>
    </Card>
  );
}
