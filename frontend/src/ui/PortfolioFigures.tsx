// SPDX-License-Identifier: MIT
import type { Portfolio } from '~/api/types';
import * as decimal from '~/lib/decimal';
import { wholeCash } from '~/lib/whole-cash';
import { portfolio as words } from '~/text/portfolio';
import { Amount } from '~/ui/Amount';
import { Change } from '~/ui/Change';
import { Figure } from '~/ui/Figure';
import { Skeleton } from '~/ui/Skeleton';

function Profit({ value }: { value: string }) {
  return (
    <Change value={value}>
      <Amount value={value} as="signed" />
    </Change>
  );
}

/** The headline numbers; placeholders of the same size until the data are there. */
export function PortfolioFigures({ portfolio }: { portfolio: Portfolio | undefined }) {
  const waiting = <Skeleton className="mt-1 h-6 w-28" />;
  const cash = portfolio ? wholeCash(portfolio) : '0';
  const assets = portfolio ? decimal.subtract(portfolio.total_value, cash) : '0';
  return (
    <dl className="mb-5 grid grid-cols-2 gap-3 sm:gap-4 lg:grid-cols-4">
      <Figure label={words.total}>{portfolio ? <Amount value={portfolio.total_value} /> : waiting}</Figure>
      <Figure label={words.cash}>
        {portfolio ? <Amount value={cash} /> : waiting}
        {portfolio && decimal.sign(portfolio.held_cash) > 0 ? (
          <span className="block font-normal text-muted text-sm">
            {words.held} <Amount value={portfolio.held_cash} />
          </span>
        ) : null}
      </Figure>
      <Figure label={words.assets}>{portfolio ? <Amount value={assets} /> : waiting}</Figure>
      <Figure label={words.unrealised}>
        {portfolio ? <Profit value={portfolio.unrealised_pnl} /> : waiting}
      </Figure>
    </dl>
  );
}
