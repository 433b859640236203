// SPDX-License-Identifier: MIT

export const gift = {
  open: 'Open the daily gift',
  title: 'Daily gift',
  text: 'Say a phrase. One gift a day.',
  phrase: 'Phrase',
  submit: 'Open',
  won: (amount: string) => `A gift of ${amount}!`,
  consoled: (amount: string) => `No luck today, but ${amount} for trying.`,
} as const;
