// SPDX-License-Identifier: MIT

export const dashboard = {
  title: 'Dashboard',
  greeting: (name: string) => `Hello, ${name}`,
  text: 'Your account at a glance.',
  deposit: 'Deposit',
  trade: 'Trade',
  steps: {
    title: 'First steps',
    deposit: 'Deposit cash',
    depositText: 'Orders are paid from your cash. Add up to your daily limit.',
    order: 'Place your first order',
    orderText: 'Choose an asset and buy for as little as you like.',
    done: 'done',
    open: 'to do',
  },
  orders: 'Recent orders',
  movements: 'Cash movements',
  movementsAll: 'All movements',
  movementsEmpty: 'No cash has moved yet.',
  starred: 'Starred',
  starredAll: 'All starred',
  starredEmpty: 'Star assets on the markets page to follow them here.',
  movers: 'Largest moves today',
  moversAll: 'All markets',
} as const;
