// SPDX-License-Identifier: MIT
// Shares of cash and assets as one stacked bar with a legend; the legend carries all the information.
import type { Portfolio } from '~/api/types';
import * as decimal from '~/lib/decimal';
import { percent } from '~/lib/format';
import { wholeCash } from '~/lib/whole-cash';
import { portfolio as words } from '~/text/portfolio';

const SHOWN = 6;

const tones = [
  'bg-[oklch(0.55_0.1_220)]',
  'bg-[oklch(0.62_0.12_165)]',
  'bg-[oklch(0.68_0.13_80)]',
  'bg-[oklch(0.58_0.13_35)]',
  'bg-[oklch(0.55_0.12_330)]',
  'bg-[oklch(0.55_0.12_285)]',
  'bg-[oklch(0.66_0.05_200)]',
];
/** Cash is no asset: it stands at the end in a quiet colour. */
const CASH_TONE = 'bg-[oklch(0.7_0.02_240)]';

interface Part {
  label: string;
  share: string;
  tone: string;
}

function partsOf(portfolio: Portfolio): Part[] {
  const shares = portfolio.assets.map(({ asset_id, percentage }) => ({ label: asset_id, share: percentage }));
  const named = shares.slice(0, SHOWN);
  const rest = shares.slice(SHOWN).map(({ share }) => share);
  if (rest.length > 0) named.push({ label: words.others, share: decimal.sum(rest) });
  const parts = named.map((part, index) => ({ ...part, tone: tones[index % tones.length] ?? CASH_TONE }));
  const cash = decimal.percentOf(wholeCash(portfolio), portfolio.total_value);
  return [...parts, { label: words.cash, share: cash, tone: CASH_TONE }].filter(
    ({ share }) => decimal.sign(share) > 0,
  );
}

export function Allocation({ portfolio }: { portfolio: Portfolio }) {
  const parts = partsOf(portfolio);
  if (parts.length === 0) return <p className="p-4 text-muted">{words.allocationEmpty}</p>;
  return (
    <div className="p-4">
      <div className="flex h-3.5 gap-0.5 overflow-hidden rounded-full bg-line" aria-hidden="true">
        {parts.map(({ label, share, tone }) => (
          <span
            key={label}
            className={`min-w-1 ${tone}`}
            style={{ flexGrow: decimal.forDrawing(share), flexBasis: 0 }}
          />
        ))}
      </div>
      <ul className="mt-3 flex flex-wrap gap-x-5 gap-y-1.5 text-sm">
        {parts.map(({ label, share, tone }) => (
          <li key={label} className="flex items-center gap-2">
            <span className={`size-2.5 rounded-full ${tone}`} aria-hidden="true" />
            {label} <span className="num text-muted">{percent(share)}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
