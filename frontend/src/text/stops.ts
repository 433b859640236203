// SPDX-License-Identifier: MIT
// Words of the ticket for orders that wait for a price.

export const stops = {
  what: 'Waits for',
  kinds: { stop: 'Stop order', take_profit: 'Take profit' },
  price: 'Trigger price',
  hint: {
    stop: { buy: 'Buys once the price has risen to it.', sell: 'Sells once the price has fallen to it.' },
    take_profit: {
      buy: 'Buys once the price has fallen to it.',
      sell: 'Sells once the price has risen to it.',
    },
  },
  met: {
    above: 'The price is above it already: choose a higher one, or the other kind.',
    below: 'The price is below it already: choose a lower one, or the other kind.',
  },
  limitHint: {
    buy: 'Without one it buys at most 5% above the trigger price.',
    sell: 'Without one it sells at most 5% below the trigger price.',
  },
  previewEmpty: 'Enter a trigger price and a quantity to see what the order may cost.',
  confirm: (price: string) =>
    `Begins once the price has been at ${price}, and is then a limit order. What it may need is held from now on, until it is filled or cancelled.`,
} as const;
