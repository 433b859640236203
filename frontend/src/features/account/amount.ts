// SPDX-License-Identifier: MIT
// Checks a typed amount of cash against the rules, today's limit and the balance.
import type { MoneyDirection } from '~/api/cash';
import type { Limits } from '~/api/types';
import * as decimal from '~/lib/decimal';
import { money } from '~/lib/format';
import { asTyped, readTyped } from '~/lib/typed-number';
import { account } from '~/text/account';

export interface Bounds {
  limits: Limits | undefined;
  balance: string | undefined;
}

export interface AmountReading {
  value: string | null;
  fault: string | null;
}

function refuse(fault: string): AmountReading {
  return { value: null, fault };
}

export function readAmount(
  text: string,
  direction: MoneyDirection,
  { limits, balance }: Bounds,
): AmountReading {
  const { value, fault } = readTyped(text, ['US$', '$', 'USD']);
  if (fault === 'empty') return { value: null, fault: null };
  if (value === null) return refuse(account.rules[fault](asTyped('250.00')));
  if (decimal.sign(value) === 0) return refuse(account.rules.zero);
  if ((value.split('.')[1]?.length ?? 0) > 2) return refuse(account.rules.digits);
  const remaining = limits?.[direction].remaining;
  if (remaining && decimal.compare(value, remaining) > 0)
    return refuse(account.rules.limit(money(remaining)));
  if (direction === 'withdraw' && balance && decimal.compare(value, balance) > 0) {
    return refuse(account.rules.balance(money(balance)));
  }
  return { value, fault: null };
}

/** The most that can be withdrawn now, in whole cents. */
export function mostToWithdraw({ limits, balance }: Bounds): string | null {
  if (!limits || !balance) return null;
  const { remaining } = limits.withdraw;
  return decimal.roundDown(decimal.compare(balance, remaining) < 0 ? balance : remaining, 2);
}
