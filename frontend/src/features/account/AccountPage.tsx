// SPDX-License-Identifier: MIT
import { useQuery } from '@tanstack/react-query';
import { balanceQuery, type MoneyDirection } from '~/api/cash';
import { safeNext } from '~/app/paths';
import { LimitsCard } from '~/features/account/LimitsCard';
import { MoneyForm } from '~/features/account/MoneyForm';
import { MovementsCard } from '~/features/account/MovementsCard';
import { ProofCard } from '~/features/account/ProofCard';
import { sign } from '~/lib/decimal';
import { useSearch } from '~/lib/search';
import { account } from '~/text/account';
import { Amount } from '~/ui/Amount';
import { PageHeader } from '~/ui/PageHeader';
import { ProblemPanel } from '~/ui/ProblemPanel';
import { Segment } from '~/ui/Segment';
import { Skeleton } from '~/ui/Skeleton';

const directions = [
  { value: 'deposit', label: account.deposit },
  { value: 'withdraw', label: account.withdraw },
] as const;

function BalanceHead() {
  const balance = useQuery(balanceQuery());
  return (
    <div className="border-line border-b p-4">
      <p className="text-muted text-sm">{account.balance}</p>
      {balance.error && !balance.data ? (
        <ProblemPanel error={balance.error} onRetry={() => balance.refetch()} />
      ) : (
        <div className="flow-root min-h-10 font-semibold text-3xl tracking-tight">
          {balance.data ? (
            <Amount value={balance.data.current_balance} />
          ) : (
            <Skeleton className="mt-1 h-8 w-40" />
          )}
        </div>
      )}
      {balance.data && sign(balance.data.held_balance) > 0 ? (
        <p className="mt-1 text-muted text-sm">
          {account.held}: <Amount value={balance.data.held_balance} />
        </p>
      ) : null}
    </div>
  );
}

export function AccountPage() {
  const [params, setParams] = useSearch();
  const direction: MoneyDirection = params.get('action') === 'withdraw' ? 'withdraw' : 'deposit';
  const back = params.get('back');
  return (
    <>
      <PageHeader title={account.title} text={account.text} />
      <div className="grid items-start gap-5 lg:grid-cols-[24rem_minmax(0,1fr)]">
        <div className="flex min-w-0 flex-col gap-5">
          <div className="card">
            <BalanceHead />
            <div className="px-4 pt-4">
              <Segment<MoneyDirection>
                label={account.tabs}
                choices={directions}
                value={direction}
                onChange={(action) => setParams({ action }, { replace: true })}
                className="w-full *:grow"
              />
            </div>
            <MoneyForm
              key={`${direction} ${params.get('amount')}`}
              direction={direction}
              startAmount={params.get('amount') ?? ''}
              back={back ? safeNext(back) : null}
            />
          </div>
          <LimitsCard />
          <ProofCard />
        </div>
        <MovementsCard />
      </div>
    </>
  );
}
