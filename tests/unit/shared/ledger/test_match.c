/* SPDX-License-Identifier: MIT */
/* Matching by hand: prices, fees, priority, the house in the book, time in force, own orders,
 * cancels, and prices that reach resting orders. */
#include "shared/ledger/match.h"

#include <stdlib.h>

#include "tests/unit/shared/ledger/market_bench.h"
#include "tests/unit/shared/ledger/read_back.h"
#include "tests/unit/unit.h"

/* ---- prices and fees ---- */

START_TEST(a_walk_pays_each_price_and_one_fee)
{
    open_market(10, 20, 0);
    without_house(2000);
    place(B, SELL, 0.3, 2000);
    place(C, SELL, 0.7, 2000.5);
    place(A, BUY, 1, 2001);
    ck_assert_int_eq(last.posting.status, LEDGER_COMPLETED);
    ck_assert_uint_eq(last.fill_count, 2);
    assert_fill(0, 2000, 0.3, A, B);
    assert_fill(1, 2000.5, 0.7, A, C);
    ck_assert_int_eq(last.posting.total.e8, e8(2000.35));
    ck_assert_int_eq(last.posting.fee.e8, e8(4.01)); /* 4.0007 */
    assert_cash(A, 7995.64, 0);
    assert_cash(B, 10599.40, 0);
    close_market();
}
END_TEST

START_TEST(the_taker_gets_the_better_price)
{
    open_market(10, 20, 0);
    without_house(2000);
    place(B, SELL, 1, 2000);
    place(A, BUY, 1, 2010);
    assert_fill(0, 2000, 1, A, B);
    assert_cash(A, 7996, 0);
    close_market();
}
END_TEST

START_TEST(a_schedule_that_rises_spares_those_who_rest)
{
    open_market(10, 20, 0);
    without_house(2000);
    place(A, BUY, 1, 2000);
    assert_cash(A, 7998, 2002);
    ledger->config.maker_fee_bps = 20;
    place(B, SELL, 1, 2000);
    ck_assert_int_eq(ledger_fill_at(ledger, last.fill_first)->buy_fee.e8, e8(2));
    assert_cash(A, 7998, 0);
    close_market();
}
END_TEST

START_TEST(a_schedule_that_falls_reaches_those_who_rest)
{
    open_market(10, 20, 0);
    without_house(2000);
    place(A, BUY, 1, 2000);
    ledger->config.maker_fee_bps = 5;
    place(B, SELL, 1, 2000);
    ck_assert_int_eq(ledger_fill_at(ledger, last.fill_first)->buy_fee.e8, e8(1));
    assert_cash(A, 7999, 0);
    close_market();
}
END_TEST

/* ---- priority ---- */

START_TEST(a_partial_fill_keeps_its_place)
{
    int64_t first, second;

    open_market(0, 0, 0);
    without_house(100);
    first = place(B, SELL, 2, 100);
    second = place(C, SELL, 1, 100);
    place(A, BUY, 1, 100);
    assert_fill(0, 100, 1, A, B);
    assert_left(first, 1);
    place(A, BUY, 2, 100);
    assert_fill(0, 100, 1, A, B);
    assert_fill(1, 100, 1, A, C);
    assert_left(first, 0);
    assert_left(second, 0);
    close_market();
}
END_TEST

START_TEST(one_tick_apart_they_rest_and_equal_they_trade)
{
    open_market(0, 0, 0);
    without_house(1000);
    place(A, BUY, 1, 1999.99);
    place(B, SELL, 1, 2000);
    ck_assert_uint_eq(ledger_open_order_count(ledger), 2);
    place(A, BUY, 1, 2000);
    assert_fill(0, 2000, 1, A, B);
    ck_assert_uint_eq(ledger_open_order_count(ledger), 1);
    close_market();
}
END_TEST

/* ---- the house ---- */

START_TEST(people_go_before_the_house_at_one_price)
{
    open_market(0, 0, 10);
    tick(MARK); /* bid 1999.36, ask 2001.38 */
    place(B, SELL, 0.5, 2001.38);
    ck_assert_int_eq(buy_at_market(A, 1), CNOP_OK);
    ck_assert_uint_eq(last.fill_count, 2);
    assert_fill(0, 2001.38, 0.5, A, B);
    assert_fill(1, 2001.38, 0.5, A, LEDGER_ACCOUNT_HOUSE);
    ck_assert_int_eq(last.posting.total.e8, e8(2001.38));
    close_market();
}
END_TEST

START_TEST(people_meet_inside_the_house)
{
    struct ledger_command command;

    open_market(0, 0, 10);
    tick(MARK);
    command = limit(B, SELL, 0.5, 2000.5);
    command.post_only = true;
    do_apply(&command);
    ck_assert_int_eq(buy_at_market(A, 0.2), CNOP_OK);
    assert_fill(0, 2000.5, 0.2, A, B);
    ck_assert_int_eq(last.posting.total.e8, e8(400.1));
    assert_left(1, 0.3);
    assert_units(B, 9.5, 0.3);
    close_market();
}
END_TEST

START_TEST(post_only_is_refused_at_the_house_and_rests_a_tick_before)
{
    struct ledger_command command;

    open_market(0, 0, 10);
    tick(MARK);
    command = limit(A, BUY, 1, 2001.38);
    command.post_only = true;
    ck_assert_int_eq(try_limit(&command), CNOP_E_POST_ONLY_WOULD_TAKE);
    command.price = price_of(2001.37);
    ck_assert_int_eq(try_limit(&command), CNOP_OK);
    ck_assert_int_eq(last.posting.status, LEDGER_QUEUED);
    command.tif = LEDGER_IOC;
    ck_assert_int_eq(try_limit(&command), CNOP_E_ORDER_COMBINATION);
    close_market();
}
END_TEST

START_TEST(without_a_spread_the_house_trades_at_the_mark_itself)
{
    open_market(0, 0, 0);
    tick(MARK);
    ck_assert_int_eq(buy_at_market(A, 0.001), CNOP_OK);
    ck_assert_int_eq(last.posting.price.e10, price_of(MARK).e10);
    ck_assert_uint_eq(last.fill_count, 0); /* by the house alone, as ever */
    ck_assert_int_gt(last.trade_id, 0);
    place(A, BUY, 1, 2010);
    assert_fill(0, MARK, 1, A, LEDGER_ACCOUNT_HOUSE);
    place(A, SELL, 1, 1990);
    assert_fill(0, MARK, 1, LEDGER_ACCOUNT_HOUSE, A);
    close_market();
}
END_TEST

START_TEST(a_price_that_falls_through_bids_fills_them_at_the_house)
{
    open_market(10, 20, 0);
    tick(2000);
    place(A, BUY, 0.5, 1990);
    assert_cash(A, 9004, 996); /* 995 and 0.995 */
    place(B, BUY, 1, 1985);
    ck_assert(!ledger_is_crossed(ledger, 1, now_us));
    tick(1980);
    ck_assert(ledger_is_crossed(ledger, 1, now_us));
    ck_assert_uint_eq(cross(), 2);
    assert_fill(0, 1980, 0.5, A, LEDGER_ACCOUNT_HOUSE);
    assert_fill(1, 1980, 1, B, LEDGER_ACCOUNT_HOUSE);
    assert_cash(A, 9009.01, 0); /* 990 and 0.99 of fee */
    ck_assert_uint_eq(ledger_open_order_count(ledger), 0);
    ck_assert(!ledger_is_crossed(ledger, 1, now_us));
    ck_assert_uint_eq(cross(), 0);
    ck_assert(!last.changed);
    close_market();
}
END_TEST

START_TEST(a_price_that_rises_fills_asks_and_leaves_the_rest)
{
    open_market(0, 0, 0);
    tick(2000);
    place(A, SELL, 1, 2010);
    place(B, SELL, 1, 2020);
    tick(2015.5);
    ck_assert_uint_eq(cross(), 1);
    assert_fill(0, 2015.5, 1, LEDGER_ACCOUNT_HOUSE, A);
    assert_cash(A, 12015.5, 0);
    ck_assert_uint_eq(ledger_open_order_count(ledger), 1);
    close_market();
}
END_TEST

START_TEST(a_halted_market_only_cancels)
{
    struct ledger_command halt = {.op = LEDGER_OP_HALT, .asset_id = 1}, command;
    int64_t order_id;

    open_market(0, 0, 0);
    tick(2000);
    order_id = place(A, BUY, 1, 1990);
    place(B, BUY, 1, 1990);
    do_apply(&halt);
    command = limit(A, BUY, 1, 1990);
    ck_assert_int_eq(try_limit(&command), CNOP_E_MARKET_HALTED);
    tick(1980);
    ck_assert(!ledger_is_crossed(ledger, 1, now_us));
    ck_assert_uint_eq(cross(), 0);
    ck_assert_int_eq(cancel(A, order_id), CNOP_OK);
    halt.op = LEDGER_OP_RESUME;
    do_apply(&halt);
    ck_assert_uint_eq(cross(), 1);
    close_market();
}
END_TEST

START_TEST(with_an_old_price_people_trade_and_the_house_does_not)
{
    open_market(0, 0, 0);
    without_house(2000);
    ck_assert_int_eq(buy_at_market(A, 1), CNOP_E_PRICE_STALE);
    place(B, SELL, 1, 1999);
    place(A, BUY, 1, 2001);
    assert_fill(0, 1999, 1, A, B);
    place(A, BUY, 1, 2001); /* above the old price: nobody is there */
    ck_assert_int_eq(last.posting.status, LEDGER_QUEUED);
    tick(2000);
    ck_assert_uint_eq(cross(), 1);
    assert_fill(0, 2000, 1, A, LEDGER_ACCOUNT_HOUSE);
    close_market();
}
END_TEST

START_TEST(a_house_that_is_short_enough_sells_no_more)
{
    open_market(0, 0, 0);
    tick(2000);
    place(A, BUY, 1, 1990);
    ledger->config.house_floor_e8 = 0;
    tick(1980);
    ck_assert(!ledger_is_crossed(ledger, 1, now_us));
    ck_assert_uint_eq(cross(), 0);
    ck_assert_int_eq(buy_at_market(B, 1), CNOP_E_NO_LIQUIDITY);
    close_market();
}
END_TEST

/* ---- time in force ---- */

START_TEST(an_immediate_order_takes_what_there_is)
{
    struct ledger_command command;

    open_market(0, 0, 0);
    without_house(2000);
    command = limit(A, BUY, 1, 2000);
    command.tif = LEDGER_IOC;
    do_apply(&command);
    ck_assert_int_eq(last.posting.status, LEDGER_EXPIRED);
    ck_assert_int_eq(last.posting.reason, LEDGER_REASON_IOC);
    ck_assert_int_eq(last.posting.qty.e8, 0);
    assert_cash(A, 10000, 0);
    place(B, SELL, 0.4, 2000);
    do_apply(&command);
    ck_assert_int_eq(last.posting.status, LEDGER_EXPIRED);
    ck_assert_int_eq(last.posting.qty.e8, e8(0.4));
    ck_assert_int_eq(last.posting.undone.e8, e8(0.6));
    ck_assert_uint_eq(ledger_open_order_count(ledger), 0);
    close_market();
}
END_TEST

START_TEST(all_or_nothing_is_either)
{
    struct ledger_command command;

    open_market(0, 0, 0);
    without_house(2000);
    place(B, SELL, 0.4, 2000);
    place(C, SELL, 0.6, 2000);
    command = limit(A, BUY, 1.00000001, 2000);
    command.tif = LEDGER_FOK;
    do_apply(&command);
    ck_assert_int_eq(last.posting.status, LEDGER_EXPIRED);
    ck_assert_int_eq(last.posting.reason, LEDGER_REASON_FOK);
    ck_assert_uint_eq(ledger_open_order_count(ledger), 2);
    command.qty.e8 = e8(1);
    do_apply(&command);
    ck_assert_int_eq(last.posting.status, LEDGER_COMPLETED);
    ck_assert_uint_eq(last.fill_count, 2);
    close_market();
}
END_TEST

/* ---- oneself ---- */

START_TEST(an_own_order_out_of_reach_is_left_alone)
{
    static const uint8_t modes[] = {LEDGER_SELF_NEWEST, LEDGER_SELF_OLDEST, LEDGER_SELF_BOTH};

    for (size_t i = 0; i < CNOP_COUNT(modes); i++) {
        struct ledger_command command;
        int64_t own;

        open_market(0, 0, 0);
        without_house(100);
        place(B, SELL, 1, 100);
        own = place(A, SELL, 2, 100);
        command = limit(A, BUY, 1, 100);
        command.self = modes[i];
        do_apply(&command);
        assert_fill(0, 100, 1, A, B);
        ck_assert_int_eq(last.posting.status, LEDGER_COMPLETED);
        assert_left(own, 2);
        close_market();
    }
}
END_TEST

START_TEST(an_own_order_is_never_traded_with)
{
    static const struct {
        uint8_t self, status;
        double left, own_left;
    } cases[] = {
        {LEDGER_SELF_NEWEST, LEDGER_CANCELLED, 0, 2},
        {LEDGER_SELF_OLDEST, LEDGER_PARTIAL, 3, 0},
        {LEDGER_SELF_BOTH, LEDGER_CANCELLED, 0, 0},
    };

    for (size_t i = 0; i < CNOP_COUNT(cases); i++) {
        struct ledger_command command;
        int64_t own;

        open_market(0, 0, 0);
        without_house(100);
        place(B, SELL, 1, 100);
        own = place(A, SELL, 2, 100);
        command = limit(A, BUY, 4, 100);
        command.self = cases[i].self;
        do_apply(&command);
        ck_assert_uint_eq(last.fill_count, 1);
        assert_fill(0, 100, 1, A, B);
        ck_assert_int_eq(last.posting.status, cases[i].status);
        ck_assert_int_eq(last.posting.left.e8, e8(cases[i].left));
        assert_left(own, cases[i].own_left);
        assert_cash(A, 9900 - cases[i].left * 100, cases[i].left * 100);
        close_market();
    }
}
END_TEST

/* ---- endings ---- */

START_TEST(fill_and_cancel_have_one_outcome)
{
    int64_t order_id;

    open_market(0, 0, 0);
    without_house(100);
    order_id = place(A, BUY, 1, 100);
    place(B, SELL, 0.4, 100);
    ck_assert_int_eq(cancel(A, order_id), CNOP_OK);
    ck_assert_uint_eq(ledger_order_row_count(ledger), 1);
    ck_assert_int_eq(ledger_order_row(ledger, 0)->status, LEDGER_CANCELLED);
    ck_assert_int_eq(ledger_order_row(ledger, 0)->reason, LEDGER_REASON_USER);
    ck_assert_int_eq(ledger_order_row(ledger, 0)->left.e8, e8(0.6));
    assert_cash(A, 9960, 0);
    ck_assert_int_eq(cancel(A, order_id), CNOP_E_ORDER_FINAL);
    order_id = place(A, BUY, 1, 100);
    ck_assert_int_eq(cancel(B, order_id), CNOP_E_ORDER_FINAL); /* somebody else's */
    ck_assert_int_eq(cancel(A, order_id), CNOP_OK);
    place(B, SELL, 0.4, 100);
    ck_assert_uint_eq(last.fill_count, 0);
    close_market();
}
END_TEST

START_TEST(a_price_from_before_the_clock_stepped_back_does_not_trade)
{
    open_market(0, 0, 0);
    tick(2000);
    now_us -= LEDGER_PRICE_AHEAD_MAX_US;
    ck_assert_int_eq(buy_at_market(A, 1), CNOP_OK); /* a small step is none */
    now_us--;
    ck_assert_int_eq(buy_at_market(A, 1), CNOP_E_PRICE_STALE);
    place(A, BUY, 1, 2001);
    ck_assert_int_eq(last.posting.status, LEDGER_QUEUED);
    ck_assert_uint_eq(cross(), 0);
    tick(2000); /* of the clock that holds now */
    ck_assert_uint_eq(cross(), 1);
    close_market();
}
END_TEST

START_TEST(a_freeze_ends_the_orders_of_the_account)
{
    struct ledger_command command = {.op = LEDGER_OP_FREEZE, .account_id = A, .time_us = START_US};

    open_market(0, 0, 0);
    without_house(100);
    place(A, BUY, 1, 99);
    place(A, SELL, 1, 101);
    place(A, BUY, 1, 98);
    place(B, BUY, 1, 97);
    ledger_batch_begin(ledger);
    do_apply(&command);
    ck_assert_uint_eq(ledger_open_order_count(ledger), 1);
    ck_assert_uint_eq(ledger_order_row_count(ledger), 3);
    ck_assert_int_eq(ledger_order_row(ledger, 2)->reason, LEDGER_REASON_FROZEN);
    assert_cash(A, 10000, 0);
    assert_units(A, 10, 0);
    command.op = LEDGER_OP_UNFREEZE;
    do_apply(&command);
    ck_assert_uint_eq(ledger_open_order_count(ledger), 1);
    close_market();
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_test(tests, a_walk_pays_each_price_and_one_fee);
    tcase_add_test(tests, the_taker_gets_the_better_price);
    tcase_add_test(tests, a_schedule_that_rises_spares_those_who_rest);
    tcase_add_test(tests, a_schedule_that_falls_reaches_those_who_rest);
    tcase_add_test(tests, a_partial_fill_keeps_its_place);
    tcase_add_test(tests, one_tick_apart_they_rest_and_equal_they_trade);
    tcase_add_test(tests, people_go_before_the_house_at_one_price);
    tcase_add_test(tests, people_meet_inside_the_house);
    tcase_add_test(tests, post_only_is_refused_at_the_house_and_rests_a_tick_before);
    tcase_add_test(tests, without_a_spread_the_house_trades_at_the_mark_itself);
    tcase_add_test(tests, a_price_that_falls_through_bids_fills_them_at_the_house);
    tcase_add_test(tests, a_price_that_rises_fills_asks_and_leaves_the_rest);
    tcase_add_test(tests, a_halted_market_only_cancels);
    tcase_add_test(tests, with_an_old_price_people_trade_and_the_house_does_not);
    tcase_add_test(tests, a_house_that_is_short_enough_sells_no_more);
    tcase_add_test(tests, an_immediate_order_takes_what_there_is);
    tcase_add_test(tests, all_or_nothing_is_either);
    tcase_add_test(tests, an_own_order_out_of_reach_is_left_alone);
    tcase_add_test(tests, an_own_order_is_never_traded_with);
    tcase_add_test(tests, fill_and_cancel_have_one_outcome);
    tcase_add_test(tests, a_price_from_before_the_clock_stepped_back_does_not_trade);
    tcase_add_test(tests, a_freeze_ends_the_orders_of_the_account);
}

UNIT_MAIN("match", add)
