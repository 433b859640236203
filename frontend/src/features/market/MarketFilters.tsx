// SPDX-License-Identifier: MIT
import { IconSearch } from '@tabler/icons-react';
import { useId } from 'react';
import { type MarketView, titled } from '~/features/market/view';
import { market } from '~/text/market';

interface Props {
  view: MarketView;
  categories: readonly string[];
  onChange: (change: Record<string, string | null>) => void;
}

export function MarketFilters({ view, categories, onChange }: Props) {
  const id = useId();
  return (
    <search className="mb-4 flex flex-wrap items-center gap-3">
      <label className="relative min-w-56 grow sm:max-w-sm">
        <span className="sr-only">{market.search}</span>
        <IconSearch
          size={18}
          aria-hidden="true"
          className="pointer-events-none absolute start-3 top-1/2 -translate-y-1/2 text-muted"
        />
        <input
          type="search"
          data-page-search
          className="input ps-10"
          placeholder={market.search}
          value={view.search}
          onChange={(event) => onChange({ q: event.target.value })}
        />
      </label>
      <label htmlFor={id} className="sr-only">
        {market.category}
      </label>
      <select
        id={id}
        className="input w-auto"
        value={view.category}
        onChange={(event) => onChange({ category: event.target.value })}
      >
        <option value="">{market.allCategories}</option>
        {categories.map((category) => (
          <option key={category} value={category}>
            {titled(category)}
          </option>
        ))}
      </select>
      <label className="flex min-h-11 items-center gap-2.5">
        <input
          type="checkbox"
          className="check"
          checked={view.starred}
          onChange={(event) => onChange({ starred: event.target.checked ? '1' : null })}
        />
        {market.starred}
      </label>
    </search>
  );
}
