// SPDX-License-Identifier: MIT
import { useQuery } from '@tanstack/react-query';
import { useDeferredValue } from 'react';
import { assetsQuery } from '~/api/market';
import type { OrderFilter } from '~/api/trading';
import { backwards, type Days } from '~/features/orders/filter';
import { orders } from '~/text/orders';
import { Field } from '~/ui/Field';
import { Select } from '~/ui/Select';

const narrow = 'min-w-36 grow sm:grow-0';

interface Props {
  filter: OrderFilter;
  days: Days;
  onChange: (name: string, value: string) => void;
}

export function OrderFilters({ filter, days, onChange }: Props) {
  const assets = useQuery(assetsQuery());
  const chosen = filter.asset_id ?? '';
  const options = useDeferredValue(assets.data)?.map(({ asset_id, name }) => ({ asset_id, name })) ?? [];
  const known = chosen === '' || options.some(({ asset_id }) => asset_id === chosen);
  return (
    <search className="mb-4 flex flex-wrap gap-3" aria-label={orders.filters}>
      <Select
        // The same width whatever the choices are, since they arrive later.
        className={`${narrow} basis-full sm:w-72 sm:basis-auto`}
        label={orders.asset}
        value={chosen}
        onChange={(value) => onChange('asset', value)}
      >
        <option value="">{orders.anyAsset}</option>
        {known ? null : <option value={chosen}>{chosen}</option>}
        {options.map(({ asset_id, name }) => (
          <option key={asset_id} value={asset_id}>
            {asset_id} – {name}
          </option>
        ))}
      </Select>
      <Select
        className={narrow}
        label={orders.type}
        value={filter.order_type ?? ''}
        onChange={(value) => onChange('type', value)}
      >
        <option value="">{orders.anyType}</option>
        {Object.entries(orders.types).map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </Select>
      <Select
        className={narrow}
        label={orders.status}
        value={filter.status ?? ''}
        onChange={(value) => onChange('status', value)}
      >
        <option value="">{orders.anyStatus}</option>
        <option value="open">{orders.openOnes}</option>
        {Object.entries(orders.statuses).map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </Select>
      <Select
        className={narrow}
        label={orders.side}
        value={filter.side ?? ''}
        onChange={(value) => onChange('side', value)}
      >
        <option value="">{orders.anySide}</option>
        {Object.entries(orders.sides).map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </Select>
      {(['from', 'to'] as const).map((name) => (
        <Field
          key={name}
          className={`${narrow} [&>label]:mb-1 [&>label]:text-muted`}
          type="date"
          label={orders[name]}
          value={days[name]}
          error={name === 'to' && backwards(days) ? orders.backwards : undefined}
          onChange={(event) => onChange(name, event.target.value)}
        />
      ))}
    </search>
  );
}
