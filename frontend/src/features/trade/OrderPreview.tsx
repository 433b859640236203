// SPDX-License-Identifier: MIT
// What the order would do, line by line, and what speaks against it.
import { IconAlertTriangle } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { portfolioQuery } from '~/api/cash';
import { assetQuery } from '~/api/market';
import type { Preview } from '~/api/types';
import { paths } from '~/app/paths';
import { freeUnits, isLimit, missingCash, type Side } from '~/features/trade/input';
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
  const limit = isLimit(preview);
  return (
    <dl className="divide-y divide-line">
      {preview.stop_price ? <Line label={words.stopPrice}>{format.price(preview.stop_price)}</Line> : null}
      <Line label={limit ? words.limitPrice : words.price}>{format.price(preview.price)}</Line>
      {preview.price_limit ? (
        <Line label={words.priceLimit[side]}>{format.price(preview.price_limit)}</Line>
      ) : null}
      <Line label={words.quantity}>
        {format.quantity(preview.quantity)} {preview.asset_id}
      </Line>
      <Line label={words.fee}>{format.money(preview.fee)}</Line>
      <Line label={(limit ? words.limitTotal : words.total)[side]} strong>
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

interface Reason {
  code: string;
  text: string;
}

/** What is missing; an answer without one names no account, so the account is asked. */
function useMissing(preview: Preview | undefined): string | null {
  const short = preview?.violations.some(({ code }) => code === 'insufficient_funds') ?? false;
  const portfolio = useQuery({ ...portfolioQuery(), enabled: short });
  return short && preview && portfolio.data ? missingCash(preview.total_amount, portfolio.data.cash) : null;
}

/** What speaks against the order, with figures as everywhere else on the page. */
export function useReasons(preview: Preview | undefined): Reason[] {
  const violations = preview?.violations ?? [];
  const asset_id = preview?.asset_id ?? '';
  const some = (...codes: string[]) => violations.some(({ code }) => codes.includes(code));
  const bounded = some('order_too_small', 'order_too_large');
  const asset = useQuery({ ...assetQuery(asset_id), enabled: bounded, refetchInterval: false });
  const portfolio = useQuery({ ...portfolioQuery(), enabled: some('insufficient_holdings') });
  const missing = useMissing(preview);

  function textOf(code: string): string {
    const words = trade.against;
    const total = preview?.total_amount ?? '0';
    switch (code) {
      case 'insufficient_funds':
        return words.funds(format.money(missing ?? '0'));
      case 'insufficient_holdings':
        return words.holdings(format.quantity(freeUnits(portfolio.data, asset_id)), asset_id);
      case 'order_too_small':
        if (!asset.data) return words.tooSmall;
        return decimal.compare(total, asset.data.min_order_value) < 0
          ? words.smallValue(format.money(asset.data.min_order_value))
          : words.small(format.quantity(asset.data.min_quantity), asset_id);
      case 'order_too_large':
        return asset.data
          ? words.large(format.money(asset.data.max_order_value), format.total(total))
          : words.tooLarge;
      default:
        return problemsByCode[code]?.join('. ') ?? words.other;
    }
  }

  return violations.map(({ code }) => ({ code, text: textOf(code) }));
}

interface ViolationProps {
  preview: Preview;
  /** Where "back" leads after a deposit. */
  back: string;
  /** Codes that stand beside their fields. */
  shownElsewhere?: readonly string[];
}

export function Violations({ preview, back, shownElsewhere = [] }: ViolationProps) {
  const reasons = useReasons(preview).filter(({ code }) => !shownElsewhere.includes(code));
  const missing = useMissing(preview);
  if (reasons.length === 0) return null;
  return (
    <div className="rounded-lg bg-warn-tint p-3.5 text-warn">
      <ul className="flex flex-col gap-1.5">
        {reasons.map(({ code, text }) => (
          <li key={code} className="flex gap-2">
            <IconAlertTriangle size={18} aria-hidden="true" className="mt-0.5 shrink-0" />
            {text}
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

interface BodyProps {
  /** The newest answer, and the one for exactly what is typed now. */
  latest: Preview;
  exact: Preview | undefined;
  side: Side;
  back: string;
  shownElsewhere?: readonly string[];
}

export default function PreviewBody({ latest, exact, side, back, shownElsewhere = [] }: BodyProps) {
  return (
    <div className={exact ? '' : 'opacity-70'}>
      <PreviewLines preview={latest} side={side} />
      {exact ? <Violations preview={exact} back={back} shownElsewhere={shownElsewhere} /> : null}
    </div>
  );
}
