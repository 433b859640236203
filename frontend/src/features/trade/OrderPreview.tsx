// SPDX-License-Identifier: MIT
// What the order would do, line by line, and what speaks against it.
import { IconAlertTriangle } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { assetQuery } from '~/api/market';
import type { Preview } from '~/api/types';
import { paths } from '~/app/paths';
import { missingCash, type Side } from '~/features/trade/input';
import * as decimal from '~/lib/decimal';
import * as format from '~/lib/format';
import { problemsByCode } from '~/text/problems';
import { trade } from '~/text/trade';
import { Amount } from '~/ui/Amount';

const words = trade.preview;

function Line({ label, strong, children }: { label: string; strong?: boolean; children: ReactNode }) {
  return (
    <div className={`flex justify-between gap-4 py-1.5 ${strong ? 'font-semibold' : ''}`}>
      <dt className={strong ? '' : 'text-muted'}>{label}</dt>
      <dd className="num text-end">{children}</dd>
    </div>
  );
}

export function PreviewLines({ preview, side }: { preview: Preview; side: Side }) {
  return (
    <dl className="divide-y divide-line">
      <Line label={words.price}>{format.price(preview.price)}</Line>
      {preview.price_limit ? (
        <Line label={words.priceLimit[side]}>{format.price(preview.price_limit)}</Line>
      ) : null}
      <Line label={words.quantity}>
        {format.quantity(preview.quantity)} {preview.asset_id}
      </Line>
      <Line label={words.fee}>{format.money(preview.fee)}</Line>
      <Line label={words.total[side]} strong>
        <span title={preview.total_amount}>{format.total(preview.total_amount)}</span>
      </Line>
      <Line label={words.balanceAfter}>
        <Amount value={preview.balance_after} />
      </Line>
      <Line label={words.quantityAfter}>
        <Amount value={preview.quantity_after} as="quantity" unit={preview.asset_id} />
      </Line>
    </dl>
  );
}

interface ViolationProps {
  preview: Preview;
  /** Where "back" leads after a deposit. */
  back: string;
}

/** What speaks against the order, with figures as everywhere else on the page. */
function useReasons({ asset_id, violations, ...preview }: Preview): string[] {
  const codes = violations.map(({ code }) => code);
  const bounded = codes.some((code) => code === 'order_too_small' || code === 'order_too_large');
  const asset = useQuery({ ...assetQuery(asset_id), enabled: bounded, refetchInterval: false });
  return codes.map((code) => {
    const words = trade.against;
    switch (code) {
      case 'insufficient_funds':
        return words.funds(format.money(missingCash(preview.balance_after) ?? '0'));
      case 'insufficient_holdings': {
        const held = decimal.add(preview.quantity_after, preview.quantity);
        return words.holdings(format.quantity(held), asset_id);
      }
      case 'order_too_small':
        if (!asset.data) return words.tooSmall;
        return decimal.compare(preview.total_amount, asset.data.min_order_value) < 0
          ? words.smallValue(format.money(asset.data.min_order_value))
          : words.small(format.quantity(asset.data.min_quantity), asset_id);
      case 'order_too_large':
        return asset.data
          ? words.large(format.money(asset.data.max_order_value), format.total(preview.total_amount))
          : words.tooLarge;
      default:
        return problemsByCode[code]?.join('. ') ?? words.other;
    }
  });
}

export function Violations({ preview, back }: ViolationProps) {
  const reasons = useReasons(preview);
  if (reasons.length === 0) return null;
  const short = preview.violations.some(({ code }) => code === 'insufficient_funds');
  const missing = short ? missingCash(preview.balance_after) : null;
  return (
    <div className="rounded-lg bg-warn-tint p-3.5 text-warn">
      <ul className="flex flex-col gap-1.5">
        {reasons.map((reason) => (
          <li key={reason} className="flex gap-2">
            <IconAlertTriangle size={18} aria-hidden="true" className="mt-0.5 shrink-0" />
            {reason}
          </li>
        ))}
      </ul>
      {missing ? (
        <Link to={paths.deposit(missing, back)} className="btn btn-small mt-3 w-full">
          {trade.deposit(format.money(missing))}
        </Link>
      ) : null}
    </div>
  );
}
