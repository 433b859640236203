// SPDX-License-Identifier: MIT
// Generated from shared/base/errors.def by shared/base/gen_errors.py; do not edit.

export interface ApiErrorInfo {
  readonly status: number;
  readonly retryable: boolean;
  readonly title: string;
  readonly meaning: string;
  readonly advice: string;
}

/** What every `code` of a problem body means; a code may cover several statuses. */
export const apiErrors = {
  validation_failed: [
    {
      status: 422,
      retryable: false,
      title: 'Validation failed',
      meaning: 'One or more fields of the request break a rule.',
      advice: 'Read `errors`; each entry names a field and the rule it broke.',
    },
  ],
  SVC_001: [
    {
      status: 400,
      retryable: false,
      title: 'Malformed JSON',
      meaning: 'The request body is not a JSON text this API accepts.',
      advice: 'Send one well-formed JSON object, UTF-8, without duplicate keys, NaN or trailing text.',
    },
    {
      status: 404,
      retryable: false,
      title: 'Route not found',
      meaning: 'No operation has this path.',
      advice: 'Check the path against the API reference.',
    },
    {
      status: 500,
      retryable: false,
      title: 'Internal error',
      meaning: 'The service met a condition it did not expect; nothing was changed.',
      advice: 'Report the trace id; a request with an idempotency key may be repeated safely.',
    },
  ],
  bad_request: [
    {
      status: 400,
      retryable: false,
      title: 'Bad request',
      meaning: 'The HTTP request itself is malformed or contradicts itself.',
      advice: 'Check the request line and headers; send one credential, not two.',
    },
  ],
  not_found: [
    {
      status: 404,
      retryable: false,
      title: 'Not found',
      meaning: 'The object does not exist or is not yours.',
      advice: 'Check the id; an object that belongs to somebody else is reported in the same way.',
    },
  ],
  events_gone: [
    {
      status: 410,
      retryable: false,
      title: 'Events not kept',
      meaning: 'Events that follow this number are no longer kept, or there is no event of this number.',
      advice: 'Read the state anew, and go on from the number that the stream begins with.',
    },
  ],
  method_not_allowed: [
    {
      status: 405,
      retryable: false,
      title: 'Method not allowed',
      meaning: 'The path exists, but not with this method.',
      advice: 'Use one of the methods named in the Allow header.',
    },
  ],
  request_timeout: [
    {
      status: 408,
      retryable: true,
      title: 'Request timeout',
      meaning: 'The request did not arrive completely in time.',
      advice: 'Send the whole request without long pauses.',
    },
  ],
  conflict: [
    {
      status: 409,
      retryable: false,
      title: 'Conflict',
      meaning: 'The request contradicts the current state of the object.',
      advice: 'Read the current state, then decide again.',
    },
  ],
  body_too_large: [
    {
      status: 413,
      retryable: false,
      title: 'Body too large',
      meaning: 'The request body is larger than this operation accepts.',
      advice: 'Send a smaller body; the limit of each operation is in the API reference.',
    },
  ],
  uri_too_long: [
    {
      status: 414,
      retryable: false,
      title: 'URI too long',
      meaning: 'The request line is longer than the gateway accepts.',
      advice: 'Shorten the query string.',
    },
  ],
  unsupported_media_type: [
    {
      status: 415,
      retryable: false,
      title: 'Unsupported media type',
      meaning: 'The body is declared as something other than JSON.',
      advice: 'Send `Content-Type: application/json`.',
    },
  ],
  headers_too_large: [
    {
      status: 431,
      retryable: false,
      title: 'Headers too large',
      meaning: 'The request headers are larger than the gateway accepts.',
      advice: 'Send fewer or shorter headers.',
    },
  ],
  RATE_001: [
    {
      status: 429,
      retryable: true,
      title: 'Too many requests',
      meaning: 'This address or account has used up its requests for the current window.',
      advice: 'Wait for the seconds in Retry-After, then continue more slowly.',
    },
  ],
  AUTH_001: [
    {
      status: 401,
      retryable: false,
      title: 'Authentication required',
      meaning: 'There is no credential on the request, or it is not valid.',
      advice: 'Log in and send the token as `Authorization: Bearer <token>`.',
    },
  ],
  AUTH_002: [
    {
      status: 401,
      retryable: false,
      title: 'Token expired',
      meaning: 'The access token was valid but its lifetime is over.',
      advice: 'Refresh the session, or log in again.',
    },
  ],
  AUTH_003: [
    {
      status: 401,
      retryable: false,
      title: 'Session revoked',
      meaning: 'The session behind this token was ended by a logout, a password change or an operator.',
      advice: 'Log in again.',
    },
  ],
  AUTH_004: [
    {
      status: 403,
      retryable: true,
      title: 'Address blocked',
      meaning: 'Too many failed logins came from this address; it may not log in for a while.',
      advice: 'Wait for the seconds in Retry-After before the next login.',
    },
  ],
  PERM_001: [
    {
      status: 403,
      retryable: false,
      title: 'Permission denied',
      meaning: 'The account\'s role does not allow this operation.',
      advice: 'Use an account with the required role.',
    },
  ],
  csrf_rejected: [
    {
      status: 403,
      retryable: false,
      title: 'Cross-site request rejected',
      meaning: 'A request with a session cookie came from another site.',
      advice: 'Send the request from the site\'s own pages, or authenticate with a bearer token.',
    },
  ],
  bad_credentials: [
    {
      status: 401,
      retryable: false,
      title: 'Wrong user name or password',
      meaning: 'User name and password do not belong together.',
      advice: 'Check user name and password; the answer is the same for an unknown user.',
    },
  ],
  user_unknown: [
    {
      status: 404,
      retryable: false,
      title: 'User not found',
      meaning: 'No user has this name.',
      advice: 'Check the user name or register (answered in the reference profile only).',
    },
  ],
  username_taken: [
    {
      status: 409,
      retryable: false,
      title: 'User name taken',
      meaning: 'Another account already has this user name.',
      advice: 'Choose another user name.',
    },
  ],
  email_taken: [
    {
      status: 409,
      retryable: false,
      title: 'E-mail address taken',
      meaning: 'Another account already has this e-mail address.',
      advice: 'Use another e-mail address, or log in to the account that has it.',
    },
  ],
  refresh_invalid: [
    {
      status: 401,
      retryable: false,
      title: 'Refresh token not valid',
      meaning: 'The refresh token is unknown, expired or revoked.',
      advice: 'Log in again.',
    },
  ],
  refresh_reused: [
    {
      status: 401,
      retryable: false,
      title: 'Refresh token used twice',
      meaning: 'A refresh token was used a second time, so every session derived from it was ended.',
      advice: 'Log in again; if you did not use the token twice, change your password.',
    },
  ],
  password_policy: [
    {
      status: 422,
      retryable: false,
      title: 'Password breaks the rules',
      meaning: 'The new password does not follow the password rules.',
      advice: 'Choose a password that follows the rules named in `errors`.',
    },
  ],
  password_common: [
    {
      status: 422,
      retryable: false,
      title: 'Password too common',
      meaning: 'The new password is in a list of common passwords.',
      advice: 'Choose a password that is not in lists of common passwords.',
    },
  ],
  password_unchanged: [
    {
      status: 422,
      retryable: false,
      title: 'Password unchanged',
      meaning: 'The new password equals the current one.',
      advice: 'Choose a password that differs from the current one.',
    },
  ],
  password_wrong: [
    {
      status: 422,
      retryable: false,
      title: 'Current password wrong',
      meaning: 'The current password given for a password change is not right.',
      advice: 'Enter the current password correctly.',
    },
  ],
  cookie_mode_refused: [
    {
      status: 400,
      retryable: false,
      title: 'Cookie session refused',
      meaning: 'A cookie session was asked for over a connection that cannot carry secure cookies.',
      advice: 'Use HTTPS or localhost, or bearer tokens.',
    },
  ],
  insufficient_funds: [
    {
      status: 422,
      retryable: false,
      title: 'Insufficient funds',
      meaning: 'The cash balance is smaller than the amount needed.',
      advice: 'Deposit more or ask for less; `detail` names balance, amount and shortfall.',
    },
  ],
  insufficient_holdings: [
    {
      status: 422,
      retryable: false,
      title: 'Insufficient holdings',
      meaning: 'The account holds less of the asset than the order sells.',
      advice: 'Sell at most the quantity you hold.',
    },
  ],
  daily_limit_exceeded: [
    {
      status: 422,
      retryable: false,
      title: 'Daily limit exceeded',
      meaning: 'The amount would pass the account\'s limit for this UTC day.',
      advice: 'Ask for less, or wait until the limit resets at 00:00 UTC.',
    },
  ],
  amount_invalid: [
    {
      status: 422,
      retryable: false,
      title: 'Not a decimal amount',
      meaning: 'The value is not a plain decimal number greater than zero.',
      advice: 'Send a decimal such as "100.50": digits, at most one point, no sign, in a string no exponent.',
    },
  ],
  amount_precision: [
    {
      status: 422,
      retryable: false,
      title: 'Too many decimal places',
      meaning: 'The value has more decimal places than the field allows.',
      advice: 'Use no more decimal places than the field allows.',
    },
  ],
  amount_too_small: [
    {
      status: 422,
      retryable: false,
      title: 'Amount too small',
      meaning: 'The value is below the minimum of the field.',
      advice: 'Send at least the minimum named in `detail`.',
    },
  ],
  amount_too_large: [
    {
      status: 422,
      retryable: false,
      title: 'Amount too large',
      meaning: 'The value is above the maximum of the field.',
      advice: 'Send at most the maximum named in `detail`.',
    },
  ],
  amount_overflow: [
    {
      status: 422,
      retryable: false,
      title: 'Amount out of range',
      meaning: 'The result of the operation does not fit the ledger\'s number range.',
      advice: 'Use smaller values.',
    },
  ],
  account_frozen: [
    {
      status: 403,
      retryable: false,
      title: 'Account frozen',
      meaning: 'An operator has frozen the account; it cannot move money or place orders.',
      advice: 'Ask support to unfreeze the account; reading and logging in still work.',
    },
  ],
  idempotency_mismatch: [
    {
      status: 422,
      retryable: false,
      title: 'Idempotency key reused',
      meaning: 'The key was used before with a different request.',
      advice: 'Use a new key for a new request, or repeat the first body exactly.',
    },
  ],
  gift_taken: [
    {
      status: 422,
      retryable: false,
      title: 'Gift already taken',
      meaning: 'The account has had its gifts of this UTC day.',
      advice: 'Come back on the next UTC day.',
    },
  ],
  order_too_large: [
    {
      status: 422,
      retryable: false,
      title: 'Order too large',
      meaning: 'The order\'s value at the execution price is above the maximum.',
      advice: 'Split the order; the maximum value is in `detail`.',
    },
  ],
  order_too_small: [
    {
      status: 422,
      retryable: false,
      title: 'Order too small',
      meaning: 'The order\'s quantity or value is below the minimum.',
      advice: 'Raise the quantity or amount; the minimum is in `detail`.',
    },
  ],
  price_limit_exceeded: [
    {
      status: 422,
      retryable: false,
      title: 'Price beyond the limit',
      meaning: 'The market\'s price is worse than the price the order accepts; both are in `detail`.',
      advice: 'Send the order again with another price, or without one.',
    },
  ],
  asset_unknown: [
    {
      status: 422,
      retryable: false,
      title: 'Unknown asset',
      meaning: 'The order names an asset that is not in the catalogue.',
      advice: 'Choose an asset from GET /inventory/assets.',
    },
  ],
  asset_inactive: [
    {
      status: 422,
      retryable: false,
      title: 'Asset not tradable',
      meaning: 'The asset is in the catalogue but cannot be traded.',
      advice: 'Choose another asset.',
    },
  ],
  market_halted: [
    {
      status: 422,
      retryable: false,
      title: 'Trading halted',
      meaning: 'Trading in this asset is halted by an operator.',
      advice: 'Wait until trading resumes; the asset\'s detail shows it.',
    },
  ],
  price_stale: [
    {
      status: 503,
      retryable: true,
      title: 'No current price',
      meaning: 'The asset\'s last price is too old to trade on.',
      advice: 'Try again after Retry-After; prices resume when the feed does.',
    },
  ],
  price_tick: [
    {
      status: 422,
      retryable: false,
      title: 'Price not on the grid',
      meaning: 'A price has at most six significant digits, and whole cents from 1,000 dollars on.',
      advice: 'Round the price to six significant digits, or to whole cents from 1,000 dollars on.',
    },
  ],
  price_out_of_band: [
    {
      status: 422,
      retryable: false,
      title: 'Limit too far from the price',
      meaning: 'A price of the order is farther from the market\'s price than orders may be.',
      advice: 'Choose a limit nearer to the market\'s price.',
    },
  ],
  order_combination: [
    {
      status: 422,
      retryable: false,
      title: 'Terms exclude each other',
      meaning: 'Post-only excludes IOC and FOK; an order with a stop price excludes all three.',
      advice: 'Leave one of the two out.',
    },
  ],
  trigger_already_met: [
    {
      status: 422,
      retryable: false,
      title: 'Stop price already reached',
      meaning: 'The market\'s price has reached the stop price: the order would not wait.',
      advice: 'Choose a stop price that the market has yet to reach, or send an order without one.',
    },
  ],
  expiry_invalid: [
    {
      status: 422,
      retryable: false,
      title: 'Expiry is not possible',
      meaning: 'An order expires later than now and within 90 days.',
      advice: 'Choose a time that lies ahead, at most 90 days, and give it with time_in_force GTD alone.',
    },
  ],
  post_only_would_take: [
    {
      status: 422,
      retryable: false,
      title: 'Order would trade at once',
      meaning: 'The order is post-only, and its limit reaches an order of the other side.',
      advice: 'Choose a limit that does not reach the other side, or leave out post_only.',
    },
  ],
  too_many_open_orders: [
    {
      status: 422,
      retryable: false,
      title: 'Too many open orders',
      meaning: 'The account has as many orders on the books as it may have.',
      advice: 'Cancel one of the open orders.',
    },
  ],
  book_full: [
    {
      status: 503,
      retryable: true,
      title: 'Books are full',
      meaning: 'There is no room for another order on the books.',
      advice: 'Try again later.',
    },
  ],
  no_liquidity: [
    {
      status: 422,
      retryable: false,
      title: 'Not enough liquidity',
      meaning: 'The house cannot take the other side of an order of this size now.',
      advice: 'Send a smaller order, or come back later.',
    },
  ],
  order_final: [
    {
      status: 422,
      retryable: false,
      title: 'Order already final',
      meaning: 'The order has reached a final state and cannot be cancelled.',
      advice: 'Leave the order; a completed order cannot be changed.',
    },
  ],
  not_implemented: [
    {
      status: 501,
      retryable: false,
      title: 'Not implemented',
      meaning: 'The gateway does not support this kind of request.',
      advice: 'Report the path and method.',
    },
  ],
  bad_gateway: [
    {
      status: 502,
      retryable: true,
      title: 'Bad gateway',
      meaning: 'The service broke off its answer.',
      advice: 'Repeat the request after a moment, with its idempotency key.',
    },
  ],
  SVC_003: [
    {
      status: 503,
      retryable: true,
      title: 'Service unavailable',
      meaning: 'The service behind this operation cannot be reached at the moment.',
      advice: 'Try again after Retry-After.',
    },
  ],
  busy: [
    {
      status: 503,
      retryable: true,
      title: 'Busy',
      meaning: 'The object is being changed by another request for longer than this one could wait.',
      advice: 'Try again after Retry-After.',
    },
  ],
  overloaded: [
    {
      status: 503,
      retryable: true,
      title: 'Overloaded',
      meaning: 'The service has more work queued than it can finish in time; nothing was accepted.',
      advice: 'Try again after Retry-After.',
    },
  ],
  deadline_exceeded: [
    {
      status: 503,
      retryable: true,
      title: 'Deadline exceeded',
      meaning: 'The time allowed for the request ran out before it was accepted.',
      advice: 'Try again after Retry-After.',
    },
  ],
  shutting_down: [
    {
      status: 503,
      retryable: true,
      title: 'Shutting down',
      meaning: 'The service is stopping and accepts no new work.',
      advice: 'Try again after Retry-After.',
    },
  ],
  monitoring_absent: [
    {
      status: 503,
      retryable: false,
      title: 'Monitoring not deployed',
      meaning: 'This installation has no monitoring that could be asked.',
      advice: 'Deploy the monitoring of this installation (`./deploy.sh monitoring deploy`).',
    },
  ],
  monitoring_failed: [
    {
      status: 503,
      retryable: true,
      title: 'Monitoring does not answer',
      meaning: 'Prometheus or Alertmanager gave no usable answer in time.',
      advice: 'Try again after Retry-After; if it lasts, look at the monitors themselves.',
    },
  ],
  outcome_unknown: [
    {
      status: 503,
      retryable: true,
      title: 'Outcome unknown',
      meaning: 'The connection to the database was lost while committing.',
      advice: 'Repeat the request with the same idempotency key; the answer tells what happened.',
    },
  ],
  SVC_002: [
    {
      status: 504,
      retryable: true,
      title: 'Service timeout',
      meaning: 'The service did not answer in time.',
      advice: 'Repeat the request with the same idempotency key.',
    },
  ],
  database_unavailable: [
    {
      status: 503,
      retryable: true,
      title: 'Database unavailable',
      meaning: 'A database statement failed and its transaction was rolled back.',
      advice: 'Try again after Retry-After.',
    },
  ],
  database_conflict: [
    {
      status: 503,
      retryable: true,
      title: 'Database conflict',
      meaning: 'The database chose this transaction to end a deadlock; it was rolled back.',
      advice: 'Try again after Retry-After.',
    },
  ],
  duplicate: [
    {
      status: 409,
      retryable: false,
      title: 'Duplicate',
      meaning: 'A unique key refused the row.',
      advice: 'Report the trace id.',
    },
  ],
  cache_miss: [
    {
      status: 503,
      retryable: true,
      title: 'Cache miss',
      meaning: 'The cache does not have the value or could not be reached.',
      advice: 'Try again after Retry-After.',
    },
  ],
  fenced: [
    {
      status: 503,
      retryable: true,
      title: 'Writer replaced',
      meaning: 'Another engine has taken over this shard; this one must stop.',
      advice: 'Try again after Retry-After.',
    },
  ],
  no_memory: [
    {
      status: 503,
      retryable: false,
      title: 'Out of memory',
      meaning: 'The request needs more than its fixed memory.',
      advice: 'Send a smaller request.',
    },
  ],
  truncated: [
    {
      status: 500,
      retryable: false,
      title: 'Buffer full',
      meaning: 'An output did not fit its buffer.',
      advice: 'Report the trace id.',
    },
  ],
  configuration: [
    {
      status: 500,
      retryable: false,
      title: 'Configuration refused',
      meaning: 'A configuration value is missing, unknown or out of range.',
      advice: 'Correct the configuration.',
    },
  ],
  io_error: [
    {
      status: 503,
      retryable: true,
      title: 'Input or output failed',
      meaning: 'A socket or file operation failed.',
      advice: 'Report the trace id.',
    },
  ],
} as const satisfies Record<string, readonly ApiErrorInfo[]>;

export type ApiErrorCode = keyof typeof apiErrors;

/** The entry for a problem body, or undefined for a code this build does not know. */
export function findApiError(code: string, status: number): ApiErrorInfo | undefined {
  const entries: readonly ApiErrorInfo[] | undefined = Object.hasOwn(apiErrors, code)
    ? apiErrors[code as ApiErrorCode]
    : undefined;
  return entries?.find((entry) => entry.status === status) ?? entries?.[0];
}
