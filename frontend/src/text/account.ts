// SPDX-License-Identifier: MIT

export const account = {
  title: 'Account',
  text: 'Cash in, cash out, and every movement in between.',
  balance: 'Cash balance',
  held: 'Held for open orders',
  tabs: 'Direction',
  deposit: 'Deposit',
  withdraw: 'Withdraw',
  amount: 'Amount in USD',
  quick: 'Quick amounts',
  everything: 'All',
  submit: { deposit: 'Deposit', withdraw: 'Withdraw' },
  done: {
    deposit: (amount: string) => `${amount} deposited`,
    withdraw: (amount: string) => `${amount} withdrawn`,
  },
  back: 'Continue your order',
  undecided:
    'No answer arrived, so the money may or may not have moved. Sending again is safe: it is never booked twice.',
  rules: {
    number: (example: string) => `Enter an amount such as ${example}.`,
    ambiguous: (example: string) => `This could be two different amounts. Write it like ${example}.`,
    zero: 'Enter more than zero.',
    digits: 'At most 2 digits after the point.',
    limit: (remaining: string) => `Your limit leaves ${remaining} for today.`,
    balance: (balance: string) => `Your balance is ${balance}.`,
  },
  limits: {
    title: 'Limits today',
    deposit: 'Deposits',
    withdraw: 'Withdrawals',
    used: (used: string, limit: string) => `${used} of ${limit} used`,
    resets: 'Reset',
  },
  history: {
    title: 'Movements',
    empty: 'No cash has moved yet.',
    time: 'Time',
    type: 'Type',
    amount: 'Amount',
    status: 'Status',
    order: 'Order',
    types: {
      deposit: 'Deposit',
      withdraw: 'Withdrawal',
      order_payment: 'Purchase',
      order_sale: 'Sale',
      system_adjustment: 'Adjustment',
    },
    statuses: { pending: 'Pending', completed: 'Completed', failed: 'Failed', cancelled: 'Cancelled' },
    seeOrder: 'See order',
  },
  proof: {
    title: 'Ledger proof',
    balanced: 'Debits equal credits',
    broken: 'The books do not balance',
    sentence: (assets: number, seq: string) =>
      `All accounts together, per currency and asset (${assets}), up to journal entry ${seq}.`,
  },
} as const;
