// SPDX-License-Identifier: MIT
// Failures in words for people. The server's own sentences are for programs: they name fields and raw figures.

export type ProblemWords = readonly [title: string, help: string];

/** By the server's code, where people can do something about it. */
export const problemsByCode: Record<string, ProblemWords> = {
  AUTH_004: ['Too many failed attempts', 'Signing in from your address is blocked for a while.'],
  csrf_rejected: ['This is not allowed', 'Reload the page and try again.'],
  cookie_mode_refused: ['Sessions need a safe address', 'Open this site by https or on localhost.'],
  insufficient_funds: ['Not enough cash', 'Deposit the missing cash or choose a smaller amount.'],
  insufficient_holdings: ['You do not hold that much', 'Choose a smaller quantity.'],
  daily_limit_exceeded: ['Your limit of today is reached', 'The limits are shown on your account page.'],
  amount_too_small: ['The amount is too small', 'Choose a larger one.'],
  amount_too_large: ['The amount is too large', 'Choose a smaller one.'],
  amount_precision: ['Too many digits', 'Leave out the last digits of the amount.'],
  account_frozen: ['Your account is frozen', 'An operator has stopped it; nothing can be moved or traded.'],
  gift_taken: ['Already opened', 'There is one a day.'],
  order_too_large: ['The order is too large', 'Choose a smaller quantity or amount.'],
  order_too_small: ['The order is too small', 'Choose a larger quantity or amount.'],
  asset_unknown: ['There is no such asset', 'Choose another one.'],
  asset_inactive: [
    'This asset cannot be traded',
    'Choose another one, or wait until it can be traded again.',
  ],
  market_halted: [
    'Trading is halted',
    'Trading in this asset has been stopped for now. Your order was not placed.',
  ],
  price_tick: ['The price has too many digits', 'Use at most six digits, and whole cents from $1,000 on.'],
  price_out_of_band: ['The limit is far from the price', 'Choose one nearer to the current price.'],
  post_only_would_take: ['It would trade at once', 'Choose another limit, or let it trade at once.'],
  order_combination: ['These terms exclude each other', 'What may only wait cannot end at once.'],
  expiry_invalid: ['The order cannot wait until then', 'Choose a time within the next 90 days.'],
  too_many_open_orders: ['Too many open orders', 'Cancel one of them first.'],
  book_full: ['The book is full', 'No more orders can wait now. Try again later.'],
  order_final: ['The order has ended', 'It cannot be cancelled any more.'],
  no_liquidity: ['Nobody trades that much now', 'Choose a smaller quantity, or try again later.'],
  price_stale: ['There is no current price', 'Try again in a moment.'],
  price_limit_exceeded: [
    'The price has moved',
    'It is beyond the worst price you accept. Nothing was traded.',
  ],
};

/** By status, for everything else. */
export const problemsByStatus: Record<string, ProblemWords> = {
  offline: ['You are offline', 'This needs a connection. Nothing you have typed is lost.'],
  network: ['The server did not answer', 'Check your connection and try again. Nothing was changed.'],
  timeout: ['The server took too long', 'It may be busy. Try again in a moment.'],
  400: ['The request was not understood', 'Reload the page and try again.'],
  401: ['You are not signed in', 'Sign in to see this page.'],
  403: ['This is not allowed', 'Your account has no right to do this, or it is blocked for a while.'],
  404: ['Not found', 'It does not exist, or it belongs to somebody else.'],
  409: ['Already taken', 'Something with this name exists already.'],
  413: ['Too large', 'The text you sent is longer than the server accepts.'],
  422: ['Please check your input', 'The server refused one of the values.'],
  429: ['Too many requests', 'Please wait a moment before you try again.'],
  503: ['Closed for a moment', 'The service is restarting or under maintenance. Your data are safe.'],
  other: ['Something went wrong', 'The server reported an error. Your data are safe; try again.'],
};
