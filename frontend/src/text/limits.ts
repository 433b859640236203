// SPDX-License-Identifier: MIT
// Words of the limit ticket and of the orders that wait.

import type { Order, SelfTradePrevention, TimeInForce } from '~/api/types';

export const limits = {
  reasons: {
    user: 'You cancelled it.',
    self_trade: 'It met another order of your own.',
    account_frozen: 'The account was frozen.',
    ioc_remainder: 'What did not fill at once was given up.',
    fok_unfillable: 'It could not be filled as a whole at once.',
    too_many_fills: 'It had met as many orders as one order may at once.',
    overflow: 'Its figures would have become too large.',
    time: 'It was to wait no longer.',
    cancel_after: 'You had not been heard of in time.',
    amended_to_filled: 'You made it no larger than what was filled.',
  } satisfies Record<NonNullable<Order['reason']>, string>,
  terms: {
    GTC: 'Good till cancelled',
    IOC: 'Immediate, rest given up',
    FOK: 'All at once or nothing',
    GTD: 'Good till a time',
    DAY: 'Good for the day (UTC)',
  } satisfies Record<TimeInForce, string>,
  price: 'Limit price',
  now: (price: string) => `Now ${price}.`,
  hint: {
    buy: 'Filled at this price or a lower one.',
    sell: 'Filled at this price or a higher one.',
  },
  atOnce: 'Reaches the current price: what can be filled is filled at once.',
  digits: 'At most six digits, and whole cents from 1,000 dollars on.',
  term: 'Time in force',
  termHints: {
    GTC: 'Waits on the book until it is filled or you cancel it.',
    IOC: 'Takes what there is at once; the rest is given up.',
    FOK: 'Is filled as a whole at once, or not at all.',
    GTD: 'Waits on the book until then, or until you cancel it.',
    DAY: 'Waits on the book until the day ends in UTC, or until you cancel it.',
  } satisfies Record<TimeInForce, string>,
  expires: 'Waits until',
  expiresHint: {
    local: 'A time of your own clock, within the next 90 days.',
    utc: 'A time in UTC, within the next 90 days.',
  },
  advanced: 'Advanced',
  selfTrade: 'If it meets an order of your own',
  selfTrades: {
    cancel_newest: 'Cancel the rest of this one',
    cancel_oldest: 'Cancel the one that waits',
    cancel_both: 'Cancel both',
  } satisfies Record<SelfTradePrevention, string>,
  selfTradeHint: 'You never trade with yourself: one of the two gives way.',
  postOnly: 'Only wait, never trade at once',
  postOnlyHint: 'Refused if the limit reaches an order of the other side.',
  previewEmpty: 'Enter a price and a quantity to see what the order would cost.',
  previewEndless: 'Enter until when the order waits, with its price and quantity.',
  confirm:
    'Fills at the limit or better. What is not filled at once waits, and what it needs is held until it is filled or cancelled.',
  confirmUntil: (time: string) =>
    `Fills at the limit or better. What is not filled at once waits until ${time}, and what it needs is held for so long.`,
  confirmDay:
    'Fills at the limit or better. What is not filled at once waits until the day ends in UTC, and what it needs is held for so long.',
  confirmAtOnce: 'Fills at the limit or better, at once. What cannot be filled is given up.',
  place: { buy: 'Place order to buy', sell: 'Place order to sell' },
  open: {
    empty: 'No order is waiting.',
    emptyOf: (asset: string) => `No order is waiting in ${asset}.`,
    markets: 'Markets',
    everywhere: 'All',
    columns: {
      time: 'Time',
      order: 'Order',
      filled: 'Filled',
      price: 'Price',
      held: 'Held',
      change: 'Change or cancel',
    },
    filled: (filled: string, all: string) => `${filled} of ${all}`,
    change: 'Change',
    changeOne: (order: string) => `Change: ${order}`,
    cancel: 'Cancel',
    cancelOne: (order: string) => `Cancel: ${order}`,
    what: (type: string, quantity: string, asset: string, price: string) =>
      `${type} ${quantity} ${asset} at ${price}`,
  },
  cancelAll: {
    ask: 'Cancel all',
    title: 'Cancel all open orders?',
    text: 'Every order that waits is taken off the books, in every market. What they hold is available again at once. What has been filled stays.',
    act: 'Cancel all orders',
    keep: 'Keep them',
    one: (asset: string) => ({
      title: `Cancel all open orders in ${asset}?`,
      text: `Every order that waits in ${asset} is taken off the book. What they hold is available again at once. What has been filled stays.`,
    }),
    done: (count: number) => (count === 1 ? 'One order cancelled' : `${count} orders cancelled`),
    none: 'No order was waiting any more.',
  },
  cancel: {
    title: 'Cancel this order?',
    text: 'What it holds is available again at once. What has been filled stays.',
    act: 'Cancel the order',
    keep: 'Keep it',
    done: 'Order cancelled',
    tooLate: 'Too late to cancel',
    tooLateText: (status: string) => `The order had ended before: ${status}.`,
  },
} as const;
