// SPDX-License-Identifier: MIT
// Every place the palette leads to, with the other words people use for it.
import { sections } from '~/app/nav';
import { paths } from '~/app/paths';
import { auth } from '~/text/auth';
import { common } from '~/text/common';
import { profile } from '~/text/profile';

interface Destination {
  to: string;
  label: string;
  words: readonly string[];
}

const others: Record<string, readonly string[]> = {
  [paths.dashboard]: ['home', 'overview', 'start'],
  [paths.market]: ['assets', 'prices', 'coins', 'inventory'],
  [paths.trading]: ['buy', 'sell', 'order'],
  [paths.orders]: ['history', 'fills', 'trades'],
  [paths.portfolio]: ['holdings', 'positions', 'profit', 'performance'],
  [paths.account]: ['cash', 'balance', 'statement', 'export', 'csv', 'limits', 'movements'],
  [paths.insights]: ['risk', 'advice', 'findings'],
};

const person: readonly Destination[] = [
  ...sections.map(({ to, label }) => ({ to, label, words: others[to] ?? [] })),
  { to: paths.deposit(), label: common.palette.deposit, words: ['add cash', 'top up', 'pay in', 'fund'] },
  { to: paths.withdraw, label: common.palette.withdraw, words: ['cash out', 'pay out', 'payout'] },
  { to: paths.profile, label: profile.title, words: ['settings', 'details', 'name', 'e-mail', 'phone'] },
  {
    to: paths.security,
    label: common.palette.security,
    words: ['password', 'sessions', 'devices', 'log out'],
  },
];

const visitor: readonly Destination[] = [
  { to: paths.market, label: common.nav.market, words: others[paths.market] ?? [] },
  { to: paths.login, label: auth.login.title, words: ['log in', 'login'] },
  { to: paths.register, label: auth.register.title, words: ['register', 'sign up', 'join', 'account'] },
];

export function destinations(signedIn: boolean): readonly Destination[] {
  return signedIn ? person : visitor;
}
