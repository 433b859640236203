// SPDX-License-Identifier: MIT
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import type { KeyboardEvent } from 'react';
import { Link } from 'react-router';
import { assetPrice } from '~/api/tick';
import type { Asset } from '~/api/types';
import { paths } from '~/app/paths';
import { type MarketView, type SortKey, titled } from '~/features/market/view';
import * as format from '~/lib/format';
import { common } from '~/text/common';
import { market } from '~/text/market';
import { AssetName } from '~/ui/AssetMark';
import { Change } from '~/ui/Change';
import { Flash } from '~/ui/Flash';
import { StarButton } from '~/ui/StarButton';

interface Props {
  assets: readonly Asset[];
  starred: readonly string[];
  view: MarketView;
  onSort: (key: SortKey) => void;
}

interface HeadProps {
  column: SortKey;
  view: MarketView;
  onSort: (key: SortKey) => void;
  className?: string;
}

function Head({ column, view, onSort, className = '' }: HeadProps) {
  const active = view.sort === column;
  const Arrow = view.descending ? IconArrowDown : IconArrowUp;
  return (
    <th
      scope="col"
      className={className}
      aria-sort={active ? (view.descending ? 'descending' : 'ascending') : 'none'}
    >
      <button
        type="button"
        className="inline-flex min-h-6 items-center gap-1 hover:text-ink"
        onClick={() => onSort(column)}
      >
        <span className="sr-only">{market.sortBy('')}</span>
        {market.columns[column]}
        {active ? <Arrow size={14} aria-hidden="true" /> : null}
      </button>
    </th>
  );
}

function compact(value: number | null): string {
  return value === null ? common.unknown : format.compactMoney(value);
}

function TradeCell({ asset }: { asset: Asset }) {
  if (asset.halted) return <span className="chip bg-warn-tint text-warn">{market.halted}</span>;
  if (!asset.is_active) return <span className="chip">{market.inactive}</span>;
  return (
    <Link
      to={paths.trade(asset.asset_id, 'buy')}
      className="btn btn-small"
      aria-label={market.tradeAsset(asset.name)}
    >
      {market.trade}
    </Link>
  );
}

function Row({ asset, starred }: { asset: Asset; starred: boolean }) {
  return (
    <tr className="hover:bg-sunken">
      <td className="hidden w-12 md:table-cell">
        <StarButton asset={asset} on={starred} />
      </td>
      <td className="num hidden w-14 text-muted md:table-cell">{asset.market_cap_rank ?? '–'}</td>
      <td className="w-full max-w-0 ps-4 md:w-1/3 md:ps-3">
        <Link to={paths.asset(asset.asset_id)} data-row-link className="block rounded-md">
          <AssetName assetId={asset.asset_id} name={asset.name} />
        </Link>
      </td>
      <td className="hidden text-muted lg:table-cell">{titled(asset.category)}</td>
      <td className="num font-medium">
        <Flash value={asset.price_usd}>{assetPrice(asset)}</Flash>
        <span className="mt-0.5 block text-sm sm:hidden">
          <Change value={asset.price_change_percentage_24h} />
        </span>
      </td>
      <td className="num hidden sm:table-cell">
        <Change value={asset.price_change_percentage_24h} />
      </td>
      <td className="num hidden text-muted lg:table-cell" title={String(asset.market_cap ?? '')}>
        {compact(asset.market_cap)}
      </td>
      <td className="num hidden text-muted xl:table-cell" title={String(asset.total_volume_24h ?? '')}>
        {compact(asset.total_volume_24h)}
      </td>
      <td className="hidden w-28 text-end sm:table-cell">
        <TradeCell asset={asset} />
      </td>
    </tr>
  );
}

/** j and k walk through the rows, like the arrow keys do in a list. */
function walk(event: KeyboardEvent<HTMLTableElement>): void {
  const step = event.key === 'j' ? 1 : event.key === 'k' ? -1 : 0;
  if (step === 0) return;
  const links = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-row-link]')];
  const here = links.indexOf(document.activeElement as HTMLElement);
  links[Math.max(0, Math.min(links.length - 1, here + step))]?.focus();
}

export function MarketTable({ assets, starred, view, onSort }: Props) {
  const head = { view, onSort };
  return (
    <table className="data-table dense-table" onKeyDown={walk}>
      <caption className="sr-only">{market.title}</caption>
      <thead>
        <tr>
          <th scope="col" className="hidden md:table-cell">
            <span className="sr-only">{market.starred}</span>
          </th>
          <Head column="rank" {...head} className="num hidden md:table-cell" />
          <Head column="name" {...head} className="ps-4 md:ps-3" />
          <th scope="col" className="hidden lg:table-cell">
            {market.category}
          </th>
          <Head column="price" {...head} className="num" />
          <Head column="change" {...head} className="num hidden sm:table-cell" />
          <Head column="cap" {...head} className="num hidden lg:table-cell" />
          <Head column="volume" {...head} className="num hidden xl:table-cell" />
          <th scope="col" className="hidden sm:table-cell">
            <span className="sr-only">{market.columns.action}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {assets.map((asset) => (
          <Row key={asset.asset_id} asset={asset} starred={starred.includes(asset.asset_id)} />
        ))}
      </tbody>
    </table>
  );
}
