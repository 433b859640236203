// SPDX-License-Identifier: MIT
// Deposit or withdraw. One key per intention: clicking twice or a lost answer never moves money twice.
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useRef, useState } from 'react';
import { balanceQuery, limitsQuery, type MoneyDirection } from '~/api/cash';
import { begin, type IntentionOf, useIntention, watching } from '~/api/intention';
import { mostToWithdraw, readAmount } from '~/features/account/amount';
import * as decimal from '~/lib/decimal';
import { keepDraft, readDraft } from '~/lib/draft';
import { compactDollars, reading } from '~/lib/format';
import { useHydrated } from '~/lib/hydrated';
import { asTyped } from '~/lib/typed-number';
import { account } from '~/text/account';
import { Button } from '~/ui/Button';
import { Field } from '~/ui/Field';
import { ProblemPanel } from '~/ui/ProblemPanel';

const quick = { deposit: ['100', '500', '1000'], withdraw: ['100', '500'] } as const;

interface Props {
  direction: MoneyDirection;
  startAmount: string;
  /** Where the person came from, offered after a deposit. */
  back: string | null;
}

/** The last try failed or has no answer. */
function Failure({ move }: { move: IntentionOf<'move'> }) {
  if (move.state !== 'refused' && move.state !== 'unknown') return null;
  return (
    <div className="rounded-lg bg-down-tint">
      <ProblemPanel error={move.error} />
      {move.state === 'unknown' ? <p className="px-5 pb-4">{account.undecided}</p> : null}
    </div>
  );
}

export function MoneyForm({ direction, startAmount, back }: Props) {
  const form = `move.${direction}`;
  const [own, setOwn] = useState<string | null>(null);
  const text = own ?? (asTyped(startAmount) || readDraft(form));
  const hydrated = useHydrated();
  const limits = useQuery(limitsQuery());
  const balance = useQuery(balanceQuery());
  const bounds = { limits: limits.data, balance: balance.data?.current_balance };
  const { value, fault } = readAmount(text, direction, bounds);
  const [key, setKey] = useState<string | null>(null);
  const move = useIntention('move', key);
  const sending = move?.state === 'sending';
  const input = useRef<HTMLInputElement>(null);
  const most = direction === 'withdraw' ? mostToWithdraw(bounds) : null;

  function setText(next: string) {
    setOwn(next);
    keepDraft(form, next);
  }

  /** The button is locked while the field is empty, so the focus goes there. */
  function empty(sent: string) {
    keepDraft(form, '');
    setOwn((now) => ((now ?? sent) === sent ? '' : now));
    input.current?.focus();
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    if (!value || sending) return;
    const onDone = () => empty(text);
    setKey(begin('move', { direction, amount: value }, { back: back ?? undefined, onDone }));
  }

  return (
    <form noValidate onSubmit={submit} className="p-4">
      <fieldset disabled={!hydrated} className="flex flex-col gap-4">
        <Field
          ref={input}
          label={account.amount}
          inputMode="decimal"
          autoComplete="off"
          suffix="USD"
          value={text}
          error={fault ?? undefined}
          reading={value ? reading(value, 'USD') : null}
          onChange={(event) => setText(event.target.value)}
        />
        <fieldset className="flex flex-wrap gap-2">
          <legend className="sr-only">{account.quick}</legend>
          {quick[direction].map((step) => (
            <Button key={step} small onClick={() => setText(asTyped(decimal.add(value ?? '0', step)))}>
              +{compactDollars(step)}
            </Button>
          ))}
          {most ? (
            <Button small onClick={() => setText(asTyped(most))}>
              {account.everything}
            </Button>
          ) : null}
        </fieldset>
        {move ? (
          <div ref={watching(move.key)}>
            <Failure move={move} />
          </div>
        ) : null}
        <Button type="submit" look="primary" busy={sending} disabled={!value && !sending}>
          {account.submit[direction]}
        </Button>
      </fieldset>
    </form>
  );
}
