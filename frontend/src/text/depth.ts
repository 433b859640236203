// SPDX-License-Identifier: MIT
// Words of the order book and of the latest trades.

export const depth = {
  title: 'Order book',
  columns: { price: 'Price', quantity: 'Quantity', orders: 'Orders' },
  asks: 'Sellers',
  bids: 'Buyers',
  house: 'House',
  own: 'Yours',
  noAsks: 'Nobody sells.',
  noBids: 'Nobody buys.',
  empty: 'Nobody buys or sells at the moment.',
  halted: 'Trading is halted: orders wait, nothing is filled.',
  spread: (amount: string) => `Spread ${amount}`,
  use: (price: string) => `Use ${price} as limit price`,
  chart: {
    title: 'Depth',
    bids: (quantity: string, price: string) => `Buyers (left) want ${quantity} down to ${price}.`,
    asks: (quantity: string, price: string) => `Sellers (right) offer ${quantity} up to ${price}.`,
    house: 'Dashed: the house takes any quantity there.',
  },
  tape: {
    title: 'Latest trades',
    columns: { time: 'Time', price: 'Price', quantity: 'Quantity' },
    sides: { buy: 'Bought', sell: 'Sold' },
    empty: 'Nothing has been traded here yet.',
  },
};
