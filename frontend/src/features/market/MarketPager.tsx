// SPDX-License-Identifier: MIT
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { type MarketView, pageSizes } from '~/features/market/view';
import { common } from '~/text/common';
import { market } from '~/text/market';

interface Props {
  view: MarketView;
  total: number;
  onChange: (change: Record<string, string | null>) => void;
}

export function MarketPager({ view, total, onChange }: Props) {
  const pages = Math.max(1, Math.ceil(total / view.pageSize));
  const page = Math.min(view.page, pages);
  const from = (page - 1) * view.pageSize;
  return (
    <div className="flex flex-wrap items-center justify-between gap-3 border-line border-t px-4 py-2.5 text-sm">
      <label className="flex items-center gap-2 text-muted">
        {market.rows}
        <select
          className="input w-auto py-1"
          value={view.pageSize}
          onChange={(event) => onChange({ rows: event.target.value })}
        >
          {pageSizes.map((size) => (
            <option key={size} value={size}>
              {size === pageSizes.at(-1) ? common.all : size}
            </option>
          ))}
        </select>
      </label>
      <div className="flex items-center gap-2">
        <span className="num text-muted">
          {market.page(from + 1, Math.min(from + view.pageSize, total), total)}
        </span>
        <button
          type="button"
          className="btn btn-icon"
          aria-label={market.previous}
          disabled={page <= 1}
          onClick={() => onChange({ page: String(page - 1) })}
        >
          <IconChevronLeft size={20} aria-hidden="true" />
        </button>
        <button
          type="button"
          className="btn btn-icon"
          aria-label={market.next}
          disabled={page >= pages}
          onClick={() => onChange({ page: String(page + 1) })}
        >
          <IconChevronRight size={20} aria-hidden="true" />
        </button>
      </div>
    </div>
  );
}
