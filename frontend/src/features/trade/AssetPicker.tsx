// SPDX-License-Identifier: MIT
// Search and choose among all tradable assets.
import { Combobox } from '@base-ui/react/combobox';
import { IconChevronDown } from '@tabler/icons-react';
import { useId, useState } from 'react';
import { assetPrice } from '~/api/tick';
import type { Asset } from '~/api/types';
import { trade } from '~/text/trade';
import { AssetMark } from '~/ui/AssetMark';

const SHOWN = 60;

interface Props {
  assets: readonly Asset[];
  value: Asset | null;
  onChange: (assetId: string) => void;
}

function label(asset: Asset): string {
  return `${asset.name} (${asset.asset_id})`;
}

/** Exact symbol first, then symbols and names that begin with the search, then the rest. */
function rank(asset: Asset, wanted: string): number {
  const [id, name] = [asset.asset_id.toLowerCase(), asset.name.toLowerCase()];
  if (id === wanted) return 0;
  if (id.startsWith(wanted) || name.startsWith(wanted)) return 1;
  return id.includes(wanted) || name.includes(wanted) ? 2 : 3;
}

function matches(asset: Asset, query: string): boolean {
  const wanted = query.trim().toLowerCase();
  return wanted === '' || rank(asset, wanted) < 3 || label(asset).toLowerCase().includes(wanted);
}

function Option({ asset }: { asset: Asset }) {
  return (
    <Combobox.Item
      value={asset}
      className="flex min-h-12 cursor-pointer items-center gap-3 rounded-md px-2.5 outline-none data-highlighted:bg-tint data-highlighted:text-on-tint"
    >
      <AssetMark assetId={asset.asset_id} size="size-8" />
      <span className="min-w-0 grow truncate">
        {asset.name} <span className="text-muted">{asset.asset_id}</span>
      </span>
      <span className="num">{assetPrice(asset)}</span>
    </Combobox.Item>
  );
}

export function AssetPicker({ assets, value, onChange }: Props) {
  const id = useId();
  const [host, setHost] = useState<HTMLElement | null>(null);
  return (
    <Combobox.Root
      items={assets}
      value={value}
      filter={matches}
      limit={SHOWN}
      autoHighlight
      itemToStringLabel={label}
      isItemEqualToValue={(a: Asset, b: Asset) => a.asset_id === b.asset_id}
      onValueChange={(asset: Asset | null) => (asset ? onChange(asset.asset_id) : undefined)}
    >
      <div ref={setHost} className="relative">
        <label htmlFor={id} className="mb-1.5 block font-medium text-sm">
          {trade.asset}
        </label>
        <Combobox.Input
          id={id}
          data-page-search
          className="input pe-12"
          placeholder={trade.assetPlaceholder}
          onFocus={(event) => event.target.select()}
        />
        <Combobox.Trigger className="btn btn-icon absolute end-1 bottom-0.5" aria-label={trade.openList}>
          <IconChevronDown size={18} aria-hidden="true" />
        </Combobox.Trigger>
      </div>
      <Combobox.Portal container={host}>
        <Combobox.Positioner className="z-40" sideOffset={4}>
          <Combobox.Popup className="popup max-h-80 w-[var(--anchor-width)] overflow-y-auto p-1.5">
            <Combobox.Empty>
              <p className="p-3 text-muted">{trade.noMatch}</p>
            </Combobox.Empty>
            <Combobox.List>{(asset: Asset) => <Option key={asset.asset_id} asset={asset} />}</Combobox.List>
          </Combobox.Popup>
        </Combobox.Positioner>
      </Combobox.Portal>
    </Combobox.Root>
  );
}
