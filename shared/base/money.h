/* SPDX-License-Identifier: MIT */
/* Exact decimal money. Integers only: cash and quantities at 10^-8, prices at 10^-10, each its own
 * type so that they cannot be mixed. Rounding stands in the function's name; overflow is an error,
 * never a wrap. No floating point here or anywhere near. */
#ifndef CNOP_BASE_MONEY_H
#define CNOP_BASE_MONEY_H

#include "shared/base/buf.h"

#define CNOP_E8 INT64_C(100000000)
#define CNOP_E10 INT64_C(10000000000)
#define CNOP_CENT_E8 (CNOP_E8 / 100)

typedef struct {
    int64_t e8;
} cnop_cash; /* US dollars, about +-92 billion */

typedef struct {
    int64_t e8;
} cnop_qty; /* units of an asset */

typedef struct {
    int64_t e10;
} cnop_price; /* US dollars for one unit, up to about 922 million */

/* Parses [0-9]{1,12}(.[0-9]{1,decimals})? : no sign, exponent, blanks, leading or trailing point.
 * Errors: AMOUNT_INVALID (not a decimal), AMOUNT_PRECISION (more than 8 fraction digits for cash
 * and qty, 10 for a price), OVERFLOW (more than 12 integer digits, or beyond the type). */
cnop_must_check enum cnop_err cnop_cash_parse(struct cnop_str s, cnop_cash *ret_cash);
cnop_must_check enum cnop_err cnop_qty_parse(struct cnop_str s, cnop_qty *ret_qty);
cnop_must_check enum cnop_err cnop_price_parse(struct cnop_str s, cnop_price *ret_price);

/* The same of a number as JSON writes it: an exponent and any count of digits are fine as long as
 * the value is exact within the scale ("8.4676e-06", "1E2", "0.1000000000"). The text is a JSON
 * number already; what is not one is AMOUNT_INVALID, a minus too. */
cnop_must_check enum cnop_err cnop_cash_parse_number(struct cnop_str s, cnop_cash *ret_cash);
cnop_must_check enum cnop_err cnop_qty_parse_number(struct cnop_str s, cnop_qty *ret_qty);
cnop_must_check enum cnop_err cnop_price_parse_number(struct cnop_str s, cnop_price *ret_price);

/* Plain decimal with at least min_decimals fraction digits; further trailing zeros are trimmed.
 * A leading minus for negative values. */
void cnop_cash_format(struct cnop_buf *buf, cnop_cash cash, unsigned min_decimals);
void cnop_qty_format(struct cnop_buf *buf, cnop_qty qty, unsigned min_decimals);
void cnop_price_format(struct cnop_buf *buf, cnop_price price, unsigned min_decimals);

/* Checked sums; OVERFLOW beyond int64. */
cnop_must_check enum cnop_err cnop_cash_add(cnop_cash a, cnop_cash b, cnop_cash *ret_sum);
cnop_must_check enum cnop_err cnop_cash_sub(cnop_cash a, cnop_cash b, cnop_cash *ret_difference);

/* price * qty in cash: ceil when the customer pays, floor when the customer receives. Arguments
 * are not negative (asserted). OVERFLOW beyond cash. */
cnop_must_check enum cnop_err cnop_notional_ceil(cnop_price price, cnop_qty qty,
                                                 cnop_cash *ret_cash);
cnop_must_check enum cnop_err cnop_notional_floor(cnop_price price, cnop_qty qty,
                                                  cnop_cash *ret_cash);

/* To whole cents, the unit in which cash is settled: up when the customer pays (OVERFLOW beyond
 * cash), down when the customer receives. Not negative (asserted). */
cnop_must_check enum cnop_err cnop_cash_cent_ceil(cnop_cash cash, cnop_cash *ret_cash);
cnop_cash cnop_cash_cent_floor(cnop_cash cash);

/* Largest qty (a multiple of step) whose notional_ceil does not exceed cash: cash / price rounded
 * down. price > 0, step > 0 (asserted). */
cnop_must_check enum cnop_err cnop_qty_for_cash_floor(cnop_cash cash, cnop_price price,
                                                      cnop_qty step, cnop_qty *ret_qty);

/* Smallest qty whose notional_floor is at least cash: cash / price rounded up. price > 0
 * (asserted). */
cnop_must_check enum cnop_err cnop_qty_for_cash_ceil(cnop_cash cash, cnop_price price,
                                                     cnop_qty *ret_qty);

/* cash * bps / 10000, rounded up: fees. cash >= 0 (asserted). */
cnop_must_check enum cnop_err cnop_fee_ceil(cnop_cash cash, unsigned bps, cnop_cash *ret_fee);

/* cash / qty as a price, rounded half to even: averages for display only. cash >= 0 and qty > 0
 * (asserted). OVERFLOW beyond price. */
cnop_must_check enum cnop_err cnop_average_price_round(cnop_cash cash, cnop_qty qty,
                                                       cnop_price *ret_price);

/* total * part / whole with a 128-bit product, rounded down: cost of a sold share of a position.
 * total >= 0, 0 <= part <= whole, whole > 0 (asserted); the result never exceeds total. */
cnop_cash cnop_cash_share_floor(cnop_cash total, cnop_qty part, cnop_qty whole);

#endif
