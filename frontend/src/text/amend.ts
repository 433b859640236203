// SPDX-License-Identifier: MIT
// Words of changing an order that waits.
export const amend = {
  title: 'Change this order',
  quantity: 'Quantity, filled or not',
  filled: (quantity: string) => `Filled already: ${quantity}.`,
  keeps: 'The order keeps its place in the queue.',
  loses: 'The order enters the book anew: it may trade at once, and waits behind the others at its price.',
  ends: 'No more than what is filled already: the order ends.',
  act: 'Change it',
  keep: 'Leave it',
  done: 'Order changed',
  ended: 'Order ended',
} as const;
