// SPDX-License-Identifier: MIT
import { Link } from 'react-router';
import type { Holding } from '~/api/types';
import { paths } from '~/app/paths';
import { percent, price } from '~/lib/format';
import { portfolio as words } from '~/text/portfolio';
import { Amount } from '~/ui/Amount';
import { AssetName } from '~/ui/AssetMark';
import { Change } from '~/ui/Change';

const columns = words.columns;

interface Props {
  holdings: readonly Holding[];
  nameOf: (assetId: string) => string;
}

export function HoldingsTable({ holdings, nameOf }: Props) {
  return (
    <table className="data-table stack-table">
      <caption className="sr-only">{words.holdings}</caption>
      <thead>
        <tr>
          <th scope="col">{columns.asset}</th>
          <th scope="col" className="num">
            {columns.quantity}
          </th>
          <th scope="col" className="num">
            {columns.price}
          </th>
          <th scope="col" className="num">
            {columns.averageCost}
          </th>
          <th scope="col" className="num">
            {columns.value}
          </th>
          <th scope="col" className="num">
            {columns.share}
          </th>
          <th scope="col" className="num">
            {columns.profit}
          </th>
          <th scope="col">
            <span className="sr-only">{words.trade}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {holdings.map((holding) => (
          <tr key={holding.asset_id}>
            <td>
              <Link to={paths.holding(holding.asset_id)} className="block rounded-md">
                <AssetName assetId={holding.asset_id} name={nameOf(holding.asset_id)} />
                <span className="sr-only">{words.history.trades}</span>
              </Link>
            </td>
            <td data-label={columns.quantity} className="num">
              <Amount value={holding.quantity} as="quantity" />
            </td>
            <td data-label={columns.price} className="num">
              {price(holding.current_price)}
            </td>
            <td data-label={columns.averageCost} className="num">
              {price(holding.average_cost)}
            </td>
            <td data-label={columns.value} className="num font-medium">
              <Amount value={holding.market_value} />
            </td>
            <td data-label={columns.share} className="num">
              {percent(holding.percentage)}
            </td>
            <td data-label={columns.profit} className="num">
              <Change value={holding.unrealised_pnl}>
                <Amount value={holding.unrealised_pnl} as="signed" />
              </Change>
            </td>
            <td className="text-end">
              <Link
                to={paths.trade(holding.asset_id, 'sell')}
                className="btn btn-small"
                aria-label={words.tradeAsset(holding.asset_id)}
              >
                {words.trade}
              </Link>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
