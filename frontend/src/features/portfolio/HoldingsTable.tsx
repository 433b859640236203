// SPDX-License-Identifier: MIT
import { Link } from 'react-router';
import type { Holding } from '~/api/types';
import { paths } from '~/app/paths';
import { CloseLink } from '~/features/portfolio/CloseLink';
import { percent, price, priceDigits } from '~/lib/format';
import { portfolio as words } from '~/text/portfolio';
import { Amount } from '~/ui/Amount';
import { AssetName } from '~/ui/AssetMark';
import { Change } from '~/ui/Change';
import { type Column, DataTable } from '~/ui/DataTable';
import { Flash } from '~/ui/Flash';

type NameOf = (assetId: string) => string;

function columnsFor(nameOf: NameOf): readonly Column<Holding>[] {
  const labels = words.columns;
  return [
    {
      label: labels.asset,
      phone: 'left-1',
      cell: ({ asset_id }) => (
        // On tablets a long name takes what the figures leave, and asks for no more.
        <Link
          to={paths.holding(asset_id)}
          className="block rounded-md md:max-lg:w-24 md:max-lg:min-w-full lg:max-w-60"
        >
          <AssetName assetId={asset_id} name={nameOf(asset_id)} />
          <span className="sr-only">{words.history.trades}</span>
        </Link>
      ),
    },
    {
      label: labels.quantity,
      num: true,
      phone: 'left-2',
      cell: ({ quantity }) => <Amount value={quantity} as="quantity" />,
    },
    {
      label: labels.price,
      num: true,
      phone: 'right-2',
      cell: ({ current_price }) => <Flash value={current_price}>{price(current_price)}</Flash>,
    },
    {
      label: labels.averageCost,
      num: true,
      wide: true,
      phone: 'off',
      cell: (held) => price(held.average_cost, priceDigits(held.current_price)),
    },
    {
      label: labels.value,
      num: true,
      phone: 'right-1',
      cell: ({ market_value }) => <Amount value={market_value} />,
    },
    {
      label: labels.share,
      num: true,
      wide: true,
      phone: 'off',
      cell: ({ percentage }) => percent(percentage),
    },
    {
      label: labels.profit,
      num: true,
      phone: 'right-3',
      cell: ({ unrealised_pnl }) => (
        <Change value={unrealised_pnl}>
          <Amount value={unrealised_pnl} as="signed" />
        </Change>
      ),
    },
    {
      label: words.trade,
      quiet: true,
      num: true,
      phone: 'left-3',
      cell: (held) => (
        <span className="flex gap-2 md:justify-end">
          <CloseLink holding={held} text={words.close} className="btn btn-small md:max-lg:hidden" />
          <Link
            to={paths.trade(held.asset_id, 'sell')}
            className="btn btn-small"
            aria-label={words.tradeAsset(held.asset_id)}
          >
            {words.trade}
          </Link>
        </span>
      ),
    },
  ];
}

export function HoldingsTable({ holdings, nameOf }: { holdings: readonly Holding[]; nameOf: NameOf }) {
  return (
    <DataTable
      caption={words.holdings}
      columns={columnsFor(nameOf)}
      rows={holdings}
      keyOf={({ asset_id }) => asset_id}
    />
  );
}
