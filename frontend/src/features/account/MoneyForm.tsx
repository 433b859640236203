// SPDX-License-Identifier: MIT
// Deposit or withdraw. One key per intention: clicking twice or a lost answer never moves money twice.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { type MoneyDirection, moveMoney } from '~/api/commands';
import { outcomeUnknown, useIntention } from '~/api/intention';
import { balanceQuery, keys, limitsQuery } from '~/api/queries';
import { mostToWithdraw, readAmount } from '~/features/account/amount';
import * as decimal from '~/lib/decimal';
import { money } from '~/lib/format';
import { useHydrated } from '~/lib/hydrated';
import { account } from '~/text/account';
import { Button } from '~/ui/Button';
import { Field } from '~/ui/Field';
import { ProblemPanel } from '~/ui/ProblemPanel';
import { notifyDone } from '~/ui/toast';

const quick = { deposit: ['100', '500', '1000'], withdraw: ['100', '500'] } as const;

interface Props {
  direction: MoneyDirection;
  startAmount: string;
  /** Where the person came from, offered after a deposit. */
  back: string | null;
}

function useMove(direction: MoneyDirection, back: string | null, onDone: () => void) {
  const cache = useQueryClient();
  const intention = useIntention();
  return useMutation({
    mutationFn: (amount: string) => moveMoney(direction, amount, intention.keyFor([direction, amount])),
    onSuccess: async (_, amount) => {
      onDone();
      notifyDone({
        title: account.done[direction](money(amount)),
        ...(back ? { link: { to: back, label: account.back } } : {}),
      });
      await cache.invalidateQueries({ queryKey: keys.money });
    },
    onSettled: (_, error) => intention.settle(error),
  });
}

export function MoneyForm({ direction, startAmount, back }: Props) {
  const [text, setText] = useState(startAmount);
  const hydrated = useHydrated();
  const limits = useQuery(limitsQuery());
  const balance = useQuery(balanceQuery());
  const bounds = { limits: limits.data, balance: balance.data?.current_balance };
  const { value, fault } = readAmount(text, direction, bounds);
  const move = useMove(direction, back, () => setText(''));
  const most = direction === 'withdraw' ? mostToWithdraw(bounds) : null;

  function submit(event: FormEvent) {
    event.preventDefault();
    if (value && !move.isPending) move.mutate(value);
  }

  return (
    <form noValidate onSubmit={submit} className="p-4">
      <fieldset disabled={!hydrated} className="flex flex-col gap-4">
        <Field
          label={account.amount}
          inputMode="decimal"
          autoComplete="off"
          suffix="USD"
          value={text}
          error={fault ?? undefined}
          onChange={(event) => setText(event.target.value)}
        />
        <fieldset className="flex flex-wrap gap-2">
          <legend className="sr-only">{account.quick}</legend>
          {quick[direction].map((step) => (
            <Button
              key={step}
              small
              onClick={() => setText(decimal.add(decimal.parseTyped(text) ?? '0', step))}
            >
              +{money(step).replace('.00', '')}
            </Button>
          ))}
          {most ? (
            <Button small onClick={() => setText(most)}>
              {account.everything}
            </Button>
          ) : null}
        </fieldset>
        {move.error ? (
          <div className="rounded-lg bg-down-tint">
            <ProblemPanel error={move.error} />
            {outcomeUnknown(move.error) ? <p className="px-5 pb-4">{account.undecided}</p> : null}
          </div>
        ) : null}
        <Button type="submit" look="primary" busy={move.isPending} disabled={!value && !move.isPending}>
          {account.submit[direction]}
        </Button>
      </fieldset>
    </form>
  );
}
