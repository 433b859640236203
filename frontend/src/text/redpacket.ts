// SPDX-License-Identifier: MIT

export const redpacket = {
  open: 'Open a red packet',
  title: 'Lunar New Year',
  text: 'Say a lucky phrase. One red packet a day.',
  phrase: 'Lucky phrase',
  submit: 'Open',
  won: (amount: string) => `A red packet with ${amount}!`,
  consoled: (amount: string) => `No luck today, but ${amount} for trying.`,
} as const;
