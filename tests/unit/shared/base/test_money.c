/* SPDX-License-Identifier: MIT */
/* Money: rounding directions and the edges of the types. Amounts as text are test_money_text.c, the
 * random comparison with exact decimals is test_money_oracle.py. */
#include "shared/base/money.h"

#include <signal.h>

#include "tests/unit/unit.h"

START_TEST(sums_stop_at_the_edge)
{
    cnop_cash cash = {5};

    ck_assert_int_eq(cnop_cash_add((cnop_cash){INT64_MAX}, (cnop_cash){1}, &cash), CNOP_E_OVERFLOW);
    ck_assert_int_eq(cnop_cash_sub((cnop_cash){INT64_MIN}, (cnop_cash){1}, &cash), CNOP_E_OVERFLOW);
    ck_assert_int_eq(cnop_cash_add((cnop_cash){INT64_MIN}, (cnop_cash){-1}, &cash),
                     CNOP_E_OVERFLOW);
    ck_assert_int_eq(cnop_cash_sub((cnop_cash){0}, (cnop_cash){INT64_MIN}, &cash), CNOP_E_OVERFLOW);
    ck_assert_int_eq(cash.e8, 5);
    ck_assert_int_eq(cnop_cash_add((cnop_cash){INT64_MAX - 1}, (cnop_cash){1}, &cash), CNOP_OK);
    ck_assert_int_eq(cash.e8, INT64_MAX);
    ck_assert_int_eq(cnop_cash_sub((cnop_cash){3}, (cnop_cash){5}, &cash), CNOP_OK);
    ck_assert_int_eq(cash.e8, -2);
}
END_TEST

START_TEST(notional_rounds_against_the_customer)
{
    cnop_cash up;
    cnop_cash down;

    /* 0.1 of 67,123.45: exact. */
    ck_assert_int_eq(cnop_notional_ceil((cnop_price){671234500000000}, (cnop_qty){10000000}, &up),
                     CNOP_OK);
    ck_assert_int_eq(
        cnop_notional_floor((cnop_price){671234500000000}, (cnop_qty){10000000}, &down), CNOP_OK);
    ck_assert_int_eq(up.e8, 671234500000);
    ck_assert_int_eq(down.e8, 671234500000);
    /* Dust is never free and never pays: 10^-18 dollars cost 10^-8 and earn 0. */
    ck_assert_int_eq(cnop_notional_ceil((cnop_price){1}, (cnop_qty){1}, &up), CNOP_OK);
    ck_assert_int_eq(cnop_notional_floor((cnop_price){1}, (cnop_qty){1}, &down), CNOP_OK);
    ck_assert_int_eq(up.e8, 1);
    ck_assert_int_eq(down.e8, 0);
    ck_assert_int_eq(cnop_notional_ceil((cnop_price){0}, (cnop_qty){INT64_MAX}, &up), CNOP_OK);
    ck_assert_int_eq(up.e8, 0);
}
END_TEST

START_TEST(notional_overflow_edge)
{
    cnop_cash cash = {5};

    ck_assert_int_eq(cnop_notional_floor((cnop_price){CNOP_E10}, (cnop_qty){INT64_MAX}, &cash),
                     CNOP_OK);
    ck_assert_int_eq(cash.e8, INT64_MAX);
    cash.e8 = 5;
    ck_assert_int_eq(cnop_notional_ceil((cnop_price){CNOP_E10 + 1}, (cnop_qty){INT64_MAX}, &cash),
                     CNOP_E_OVERFLOW);
    ck_assert_int_eq(cnop_notional_floor((cnop_price){INT64_MAX}, (cnop_qty){INT64_MAX}, &cash),
                     CNOP_E_OVERFLOW);
    ck_assert_int_eq(cash.e8, 5);
}
END_TEST

START_TEST(qty_for_cash_is_the_largest_affordable)
{
    cnop_price price = {671234500000000};
    cnop_cash cash = {1000 * CNOP_E8};
    cnop_cash cost;
    cnop_qty qty;

    ck_assert_int_eq(cnop_qty_for_cash_floor(cash, price, (cnop_qty){1}, &qty), CNOP_OK);
    ck_assert_int_eq(qty.e8, 1489792);
    ck_assert_int_eq(cnop_notional_ceil(price, qty, &cost), CNOP_OK);
    ck_assert_int_le(cost.e8, cash.e8);
    ck_assert_int_eq(cnop_notional_ceil(price, (cnop_qty){qty.e8 + 1}, &cost), CNOP_OK);
    ck_assert_int_gt(cost.e8, cash.e8);
    ck_assert_int_eq(cnop_qty_for_cash_floor(cash, price, (cnop_qty){1000}, &qty), CNOP_OK);
    ck_assert_int_eq(qty.e8, 1489000);
    ck_assert_int_eq(cnop_qty_for_cash_floor((cnop_cash){0}, price, (cnop_qty){1}, &qty), CNOP_OK);
    ck_assert_int_eq(qty.e8, 0);
    ck_assert_int_eq(
        cnop_qty_for_cash_floor((cnop_cash){INT64_MAX}, (cnop_price){1}, (cnop_qty){1}, &qty),
        CNOP_E_OVERFLOW);
}
END_TEST

START_TEST(qty_for_cash_ceil_is_the_smallest_that_brings_it)
{
    cnop_price price = {671234500000000};
    cnop_cash cash = {50 * CNOP_E8};
    cnop_cash value;
    cnop_qty qty;

    ck_assert_int_eq(cnop_qty_for_cash_ceil(cash, price, &qty), CNOP_OK);
    ck_assert_int_eq(qty.e8, 74490);
    ck_assert_int_eq(cnop_notional_floor(price, qty, &value), CNOP_OK);
    ck_assert_int_eq(cnop_cash_cent_floor(value).e8, cash.e8);
    ck_assert_int_eq(cnop_notional_floor(price, (cnop_qty){qty.e8 - 1}, &value), CNOP_OK);
    ck_assert_int_lt(value.e8, cash.e8);
    ck_assert_int_eq(cnop_qty_for_cash_ceil((cnop_cash){INT64_MAX}, (cnop_price){1}, &qty),
                     CNOP_E_OVERFLOW);
}
END_TEST

START_TEST(cents_round_against_the_customer)
{
    static const int64_t rows[][3] = {
        {0, 0, 0},
        {1, 0, CNOP_CENT_E8},
        {CNOP_CENT_E8 - 1, 0, CNOP_CENT_E8},
        {CNOP_CENT_E8, CNOP_CENT_E8, CNOP_CENT_E8},
        {CNOP_CENT_E8 + 1, CNOP_CENT_E8, 2 * CNOP_CENT_E8},
        {4639456789, 4639000000, 4640000000},
    };
    cnop_cash up = {7};

    for (size_t i = 0; i < CNOP_COUNT(rows); i++) {
        ck_assert_int_eq(cnop_cash_cent_floor((cnop_cash){rows[i][0]}).e8, rows[i][1]);
        ck_assert_int_eq(cnop_cash_cent_ceil((cnop_cash){rows[i][0]}, &up), CNOP_OK);
        ck_assert_int_eq(up.e8, rows[i][2]);
    }
    ck_assert_int_eq(cnop_cash_cent_ceil((cnop_cash){INT64_MAX}, &up), CNOP_E_OVERFLOW);
}
END_TEST

START_TEST(fee_rounds_up)
{
    cnop_cash fee;

    ck_assert_int_eq(cnop_fee_ceil((cnop_cash){100 * CNOP_E8}, 25, &fee), CNOP_OK);
    ck_assert_int_eq(fee.e8, 25000000);
    ck_assert_int_eq(cnop_fee_ceil((cnop_cash){1}, 1, &fee), CNOP_OK);
    ck_assert_int_eq(fee.e8, 1);
    ck_assert_int_eq(cnop_fee_ceil((cnop_cash){INT64_MAX}, 0, &fee), CNOP_OK);
    ck_assert_int_eq(fee.e8, 0);
    ck_assert_int_eq(cnop_fee_ceil((cnop_cash){INT64_MAX}, 10000, &fee), CNOP_OK);
    ck_assert_int_eq(fee.e8, INT64_MAX);
    ck_assert_int_eq(cnop_fee_ceil((cnop_cash){INT64_MAX}, 10001, &fee), CNOP_E_OVERFLOW);
}
END_TEST

START_TEST(average_rounds_half_to_even)
{
    cnop_price price;

    ck_assert_int_eq(
        cnop_average_price_round((cnop_cash){1}, (cnop_qty){INT64_C(20000000000)}, &price),
        CNOP_OK);
    ck_assert_int_eq(price.e10, 0); /* 0.5 */
    ck_assert_int_eq(
        cnop_average_price_round((cnop_cash){3}, (cnop_qty){INT64_C(20000000000)}, &price),
        CNOP_OK);
    ck_assert_int_eq(price.e10, 2); /* 1.5 */
    ck_assert_int_eq(
        cnop_average_price_round((cnop_cash){5}, (cnop_qty){INT64_C(20000000000)}, &price),
        CNOP_OK);
    ck_assert_int_eq(price.e10, 2); /* 2.5 */
    ck_assert_int_eq(cnop_average_price_round((cnop_cash){INT64_MAX}, (cnop_qty){1}, &price),
                     CNOP_E_OVERFLOW);
}
END_TEST

START_TEST(shares_never_exceed_the_whole)
{
    cnop_cash first = cnop_cash_share_floor((cnop_cash){100}, (cnop_qty){1}, (cnop_qty){3});
    cnop_cash all = cnop_cash_share_floor((cnop_cash){100}, (cnop_qty){3}, (cnop_qty){3});

    ck_assert_int_eq(first.e8, 33);
    ck_assert_int_eq(all.e8, 100);
    all =
        cnop_cash_share_floor((cnop_cash){INT64_MAX}, (cnop_qty){INT64_MAX}, (cnop_qty){INT64_MAX});
    ck_assert_int_eq(all.e8, INT64_MAX);
}
END_TEST

START_TEST(negative_notional_aborts)
{
    cnop_cash cash;

    ck_assert_int_eq(cnop_notional_ceil((cnop_price){-1}, (cnop_qty){1}, &cash), CNOP_OK);
}
END_TEST

/* Each row breaks one precondition; reaching the end of the call would be the failure. */
START_TEST(broken_preconditions_abort)
{
    cnop_cash cash;
    cnop_qty qty;
    cnop_price price;
    enum cnop_err err = CNOP_OK;

    switch (_i) {
    case 0:
        err = cnop_qty_for_cash_floor((cnop_cash){1}, (cnop_price){1}, (cnop_qty){0}, &qty);
        break;
    case 1:
        err = cnop_qty_for_cash_floor((cnop_cash){1}, (cnop_price){0}, (cnop_qty){1}, &qty);
        break;
    case 2:
        err = cnop_average_price_round((cnop_cash){1}, (cnop_qty){0}, &price);
        break;
    case 3:
        (void)cnop_cash_share_floor((cnop_cash){1}, (cnop_qty){0}, (cnop_qty){0});
        break;
    case 4:
        (void)cnop_cash_share_floor((cnop_cash){1}, (cnop_qty){2}, (cnop_qty){1});
        break;
    case 5:
        err = cnop_fee_ceil((cnop_cash){-1}, 1, &cash);
        break;
    default:
        err = cnop_notional_floor((cnop_price){1}, (cnop_qty){-1}, &cash);
        break;
    }
    ck_abort_msg("returned %d", (int)err);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_test(tests, sums_stop_at_the_edge);
    tcase_add_test(tests, notional_rounds_against_the_customer);
    tcase_add_test(tests, notional_overflow_edge);
    tcase_add_test(tests, qty_for_cash_is_the_largest_affordable);
    tcase_add_test(tests, qty_for_cash_ceil_is_the_smallest_that_brings_it);
    tcase_add_test(tests, cents_round_against_the_customer);
    tcase_add_test(tests, fee_rounds_up);
    tcase_add_test(tests, average_rounds_half_to_even);
    tcase_add_test(tests, shares_never_exceed_the_whole);
    unit_add_abort_test(tests, negative_notional_aborts);
    unit_add_abort_loop_test(tests, broken_preconditions_abort, 7);
}

UNIT_MAIN("money", add)
