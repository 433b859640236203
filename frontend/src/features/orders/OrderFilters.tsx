// SPDX-License-Identifier: MIT
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useDeferredValue, useId } from 'react';
import { assetsQuery } from '~/api/market';
import type { OrderFilter } from '~/api/trading';
import { orders } from '~/text/orders';

interface SelectProps {
  label: string;
  value: string;
  /** The same width whatever the choices are, since they arrive later. */
  wide?: boolean;
  onChange: (value: string) => void;
  children: ReactNode;
}

function Select({ label, value, wide, onChange, children }: SelectProps) {
  const id = useId();
  return (
    <div className={`min-w-36 grow sm:grow-0 ${wide ? 'basis-full sm:w-72 sm:basis-auto' : ''}`}>
      <label htmlFor={id} className="mb-1 block font-medium text-muted text-sm">
        {label}
      </label>
      <select id={id} className="input" value={value} onChange={(event) => onChange(event.target.value)}>
        {children}
      </select>
    </div>
  );
}

interface Props {
  filter: OrderFilter;
  onChange: (name: string, value: string) => void;
}

export function OrderFilters({ filter, onChange }: Props) {
  const assets = useQuery(assetsQuery());
  const chosen = filter.asset_id ?? '';
  const options = useDeferredValue(assets.data)?.map(({ asset_id, name }) => ({ asset_id, name })) ?? [];
  const known = chosen === '' || options.some(({ asset_id }) => asset_id === chosen);
  return (
    <search className="mb-4 flex flex-wrap gap-3" aria-label={orders.filters}>
      <Select wide label={orders.asset} value={chosen} onChange={(value) => onChange('asset', value)}>
        <option value="">{orders.anyAsset}</option>
        {known ? null : <option value={chosen}>{chosen}</option>}
        {options.map(({ asset_id, name }) => (
          <option key={asset_id} value={asset_id}>
            {asset_id} – {name}
          </option>
        ))}
      </Select>
      <Select
        label={orders.type}
        value={filter.order_type ?? ''}
        onChange={(value) => onChange('type', value)}
      >
        <option value="">{orders.anyType}</option>
        <option value="market_buy">{orders.types.market_buy}</option>
        <option value="market_sell">{orders.types.market_sell}</option>
      </Select>
      <Select
        label={orders.status}
        value={filter.status ?? ''}
        onChange={(value) => onChange('status', value)}
      >
        <option value="">{orders.anyStatus}</option>
        {Object.entries(orders.statuses).map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </Select>
    </search>
  );
}
