/* SPDX-License-Identifier: MIT */
/* Numbers that stand in the database and names that stand on the wire may never change. */
#include "fcgi_services/order/order_codes.h"

#include "tests/unit/unit.h"

START_TEST(stored_numbers_stay)
{
    ck_assert_int_eq(ORDER_KIND_MARKET, 1);
    ck_assert_int_eq(ORDER_KIND_LIMIT, 2);
    ck_assert_int_eq(ORDER_KIND_STOP, 3);
    ck_assert_int_eq(ORDER_KIND_STOP_LIMIT, 4);
    ck_assert_int_eq(ORDER_KIND_TAKE_PROFIT, 6);
    ck_assert_int_eq(ORDER_KIND_TAKE_PROFIT_LIMIT, 7);
    ck_assert_int_eq(ORDER_TIF_IMMEDIATE, 1);
    ck_assert_int_eq(ORDER_STATUS_PENDING, 1);
    ck_assert_int_eq(ORDER_STATUS_COMPLETED, 4);
    ck_assert_int_eq(ORDER_STATUS_EXPIRED, 6);
}
END_TEST

START_TEST(types_have_kind_side_and_name)
{
    static const char *const names[] = {"market_buy",
                                        "market_sell",
                                        "limit_buy",
                                        "limit_sell",
                                        "stop_buy",
                                        "stop_sell",
                                        "stop_limit_buy",
                                        "stop_limit_sell",
                                        "take_profit_buy",
                                        "take_profit_sell",
                                        "take_profit_limit_buy",
                                        "take_profit_limit_sell"};
    static const enum order_kind kinds[] = {ORDER_KIND_MARKET,      ORDER_KIND_LIMIT,
                                            ORDER_KIND_STOP,        ORDER_KIND_STOP_LIMIT,
                                            ORDER_KIND_TAKE_PROFIT, ORDER_KIND_TAKE_PROFIT_LIMIT};

    ck_assert_uint_eq(ORDER_TYPE_COUNT, CNOP_COUNT(names));
    for (unsigned i = 0; i < ORDER_TYPE_COUNT; i++) {
        ck_assert_str_eq(order_type_names[i], names[i]);
        ck_assert_int_eq(order_type_kind(i), kinds[i / 2]);
        ck_assert(order_kind_is_known(kinds[i / 2]));
        ck_assert_int_eq(order_type_side(i), i % 2 == 0 ? LEDGER_BUY : LEDGER_SELL);
        ck_assert_str_eq(order_type_name(order_type_kind(i), (uint8_t)order_type_side(i)),
                         names[i]);
    }
    ck_assert_ptr_null(order_type_names[ORDER_TYPE_COUNT]);
    ck_assert(!order_kind_is_known(ORDER_KIND_TRAILING));
    ck_assert(!order_kind_is_known(0));
}
END_TEST

START_TEST(statuses_have_a_number_or_are_never_stored)
{
    static const struct {
        const char *name;
        int number;
    } rows[] = {{"pending", 1},
                {"confirmed", 255},
                {"queued", 2},
                {"triggered", 255},
                {"partial", 3},
                {"processing", 255},
                {"completed", 4},
                {"cancelled", 5},
                {"failed", 255},
                {"expired", 6},
                {"open", ORDER_STATUS_OPEN}};

    for (unsigned i = 0; i < CNOP_COUNT(rows); i++) {
        ck_assert_str_eq(order_status_names[i], rows[i].name);
        ck_assert_int_eq(order_status_at(i), rows[i].number);
    }
    ck_assert_ptr_null(order_status_names[CNOP_COUNT(rows)]);
    ck_assert_str_eq(order_status_name(ORDER_STATUS_COMPLETED), "completed");
}
END_TEST

START_TEST(terms_and_reasons_have_names)
{
    ck_assert_str_eq(order_tif_names[0], "GTC");
    ck_assert_int_eq(order_tif_at(0), LEDGER_GTC);
    ck_assert_str_eq(order_tif_name(ORDER_TIF_ALL_OR_NOTHING), "FOK");
    ck_assert_str_eq(order_tif_name(ORDER_TIF_IMMEDIATE), "IOC");
    ck_assert_ptr_null(order_reason_name(LEDGER_REASON_NONE));
    ck_assert_str_eq(order_reason_name(LEDGER_REASON_FROZEN), "account_frozen");
    ck_assert_str_eq(order_reason_name(LEDGER_REASON_OVERFLOW), "overflow");
    ck_assert_str_eq(order_reason_name(LEDGER_REASON_TIME), "time");
    ck_assert_str_eq(order_reason_name(LEDGER_REASON_SWITCH), "cancel_after");
    ck_assert_str_eq(order_reason_name(LEDGER_REASON_AMENDED), "amended_to_filled");
    ck_assert_str_eq(order_tif_name(ORDER_TIF_DATE), "GTD");
    ck_assert_str_eq(order_tif_name(ORDER_TIF_DAY), "DAY");
    ck_assert_int_eq(ORDER_TIF_DATE, LEDGER_GTD);
    ck_assert_int_eq(ORDER_TIF_DAY, LEDGER_DAY);
}
END_TEST

START_TEST(unknown_numbers_are_bugs)
{
    if (_i == 0)
        (void)order_type_kind(ORDER_TYPE_COUNT);
    else if (_i == 1)
        (void)order_status_name((enum order_status)99);
    else
        (void)order_type_name(ORDER_KIND_MARKET, 3);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_test(tests, stored_numbers_stay);
    tcase_add_test(tests, types_have_kind_side_and_name);
    tcase_add_test(tests, statuses_have_a_number_or_are_never_stored);
    tcase_add_test(tests, terms_and_reasons_have_names);
    unit_add_abort_loop_test(tests, unknown_numbers_are_bugs, 3);
}

UNIT_MAIN("order_codes", add)
