// SPDX-License-Identifier: MIT
import * as decimal from '~/lib/decimal';

/** Cash that orders hold is still cash. */
export function wholeCash(portfolio: { cash: string; held_cash: string }): decimal.Decimal {
  return decimal.add(portfolio.cash, portfolio.held_cash);
}
