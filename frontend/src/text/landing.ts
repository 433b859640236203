// SPDX-License-Identifier: MIT

export const landing = {
  title: 'Orders you can prove',
  text: 'Deposit, trade and watch your portfolio. Every order is durable the moment you see it, booked exactly once in a double-entry ledger whose proof anybody with an account can read.',
  description: 'A trading-style order processor whose every order is durable and provable.',
  open: 'Open an account',
  browse: 'Browse markets',
  dashboard: 'Go to your dashboard',
  assets: (count: string) => `${count} assets with current prices`,
  movers: 'Largest moves today',
  points: [
    {
      title: 'Exactly once',
      text: 'Double clicks, lost connections and retries never make a second order.',
    },
    {
      title: 'Durable before the answer',
      text: 'An order is confirmed only after it is safely on disk.',
    },
    {
      title: 'Books that balance',
      text: 'Every movement has two sides. Per asset, all accounts always sum to zero.',
    },
    {
      title: 'Exact figures',
      text: 'Amounts are decimals from end to end, never rounded floating-point numbers.',
    },
  ],
  more: 'For developers',
  docs: 'API reference',
  spec: 'OpenAPI description',
} as const;
