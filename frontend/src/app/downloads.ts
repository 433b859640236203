// SPDX-License-Identifier: MIT
// Where the browser fetches files from.

export const STATEMENT = '/api/v1/balance/statement';
export const ORDERS = '/api/v1/orders/export';
export const TRADES = '/api/v1/trades/export';
