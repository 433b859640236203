/* SPDX-License-Identifier: MIT */
/* Limit orders by hand: what they hold, how they are rounded, every refusal with its figures, and
 * how they are loaded. */
#include "shared/ledger/limit.h"

#include <stdlib.h>

#include "tests/unit/shared/ledger/market_bench.h"
#include "tests/unit/shared/ledger/read_back.h"
#include "tests/unit/unit.h"

/* ---- holds ---- */

START_TEST(a_hold_is_what_the_order_can_cost_and_comes_back)
{
    int64_t order_id;

    open_market(10, 20, 0);
    without_house(2000);
    order_id = place(A, BUY, 0.5, 1999.99); /* 999.995, and 10 bps */
    ck_assert_int_eq(last.posting.status, LEDGER_QUEUED);
    ck_assert_int_eq(last.posting.hold_e8, e8(1001));
    assert_cash(A, 8999, 1001);
    ck_assert_int_eq(cancel(A, order_id), CNOP_OK);
    assert_cash(A, 10000, 0);
    place(B, SELL, 4, 2000);
    assert_units(B, 6, 4);
    close_market();
}
END_TEST

START_TEST(one_who_takes_needs_the_larger_fee)
{
    struct ledger_command command;

    open_market(10, 20, 0);
    give(A, 1001, 10);
    give(LEDGER_ACCOUNT_WORLD, -21001, -30);
    without_house(2000);
    command = limit(A, BUY, 0.5, 1999.99);
    place(B, SELL, 0.5, 1999.99);
    ck_assert_int_eq(try_limit(&command), CNOP_E_INSUFFICIENT_FUNDS);
    ck_assert_int_eq(last.have_e8, e8(1001));
    ck_assert_int_eq(last.need_e8, e8(1002));
    ck_assert_int_eq(cancel(B, 1), CNOP_OK);
    ck_assert_int_eq(try_limit(&command), CNOP_OK);
    assert_cash(A, 0, 1001);
    close_market();
}
END_TEST

START_TEST(a_withdrawal_sees_what_is_not_held)
{
    struct ledger_command command = {
        .op = LEDGER_OP_WITHDRAW, .account_id = A, .time_us = START_US, .amount = {5000 * CNOP_E8}};
    int64_t order_id;

    open_market(0, 0, 0);
    tick(2000);
    order_id = place(A, BUY, 3, 1999);
    ck_assert_int_eq(apply(&command), CNOP_E_INSUFFICIENT_FUNDS);
    ck_assert_int_eq(last.have_e8, e8(4003));
    ck_assert_int_eq(cancel(A, order_id), CNOP_OK);
    ck_assert_int_eq(apply(&command), CNOP_OK);
    close_market();
}
END_TEST

/* ---- rounding ---- */

START_TEST(a_buyer_in_crumbs_pays_what_one_fill_would_cost)
{
    open_market(0, 0, 0);
    without_house(0.333333);
    place(A, BUY, 3, 0.333333);
    assert_cash(A, 9999, 1);
    for (int i = 0; i < 3; i++) {
        place(B, SELL, 1, 0.333333);
        ck_assert_int_eq(ledger_fill_at(ledger, last.fill_first)->pay.e8, e8(i == 0 ? 0.34 : 0.33));
        ck_assert_int_eq(ledger_fill_at(ledger, last.fill_first)->receive.e8, e8(0.33));
    }
    assert_cash(A, 9999, 0);
    assert_cash(B, 10000.99, 0);
    assert_rounding(0.01);
    close_market();
}
END_TEST

START_TEST(a_seller_in_pieces_receives_what_one_fill_would_bring)
{
    open_market(0, 0, 0);
    without_house(0.333333);
    place(B, SELL, 3, 0.333333);
    for (int i = 0; i < 3; i++) {
        place(A, BUY, 1, 0.333333);
        ck_assert_int_eq(last.posting.total.e8, e8(0.34));
    }
    assert_cash(A, 9998.98, 0);
    assert_cash(B, 10000.99, 0);
    assert_rounding(0.03);
    close_market();
}
END_TEST

/* What was rounded up before covers a fill: the other side is paid from the rounding account. */
START_TEST(the_rounding_account_gives_back_what_it_was_given)
{
    struct ledger_transfer legs[LEDGER_FILL_TRANSFER_MAX];
    const struct ledger_fill *fill;

    open_market(0, 0, 0);
    without_house(0.006);
    place(A, BUY, 2, 0.006);
    place(B, SELL, 1.7, 0.006); /* A pays 0.02 of 0.0102, B receives 0.01 */
    assert_rounding(0.01);
    place(B, BUY, 1.6, 0.0061);
    place(C, SELL, 1.9, 0.006); /* 0.00976 of B, then 0.0018 of A */
    ck_assert_uint_eq(last.fill_count, 2);
    ck_assert_int_eq(ledger_fill_at(ledger, last.fill_first)->pay.e8, e8(0.01));
    ck_assert_int_eq(ledger_fill_at(ledger, last.fill_first)->receive.e8, 0);
    fill = ledger_fill_at(ledger, last.fill_first + 1);
    ck_assert_int_eq(fill->pay.e8, 0); /* of 0.012 A has paid 0.02 */
    ck_assert_int_eq(fill->receive.e8, e8(0.01));
    ck_assert_uint_eq(ledger_fill_transfers(fill, legs), 2);
    ck_assert_int_eq(legs[1].debit_account, LEDGER_ACCOUNT_ROUNDING);
    ck_assert_int_eq(legs[1].credit_account, C);
    assert_rounding(0.01); /* 0.01 more of B's, 0.01 less for C */
    close_market();
}
END_TEST

/* ---- refusals ---- */

START_TEST(a_limit_is_on_the_grid_and_in_the_band)
{
    struct ledger_command command;

    open_market(0, 0, 0);
    tick(2000);
    command = limit(A, BUY, 1, 2000.005);
    ck_assert_int_eq(try_limit(&command), CNOP_E_PRICE_TICK);
    command.price = price_of(4000);
    ck_assert_int_eq(try_limit(&command), CNOP_OK);
    command.price = price_of(4000.01);
    ck_assert_int_eq(try_limit(&command), CNOP_E_PRICE_OUT_OF_BAND);
    ck_assert_int_eq(last.need_e8, price_of(200).e10);
    ck_assert_int_eq(last.limit_e8, price_of(4000).e10);
    command = limit(A, SELL, 0.5, 999.999);
    ck_assert_int_eq(try_limit(&command), CNOP_E_PRICE_OUT_OF_BAND);
    command.price = price_of(20000.01);
    ck_assert_int_eq(try_limit(&command), CNOP_E_PRICE_OUT_OF_BAND);
    command.price = price_of(20000);
    ck_assert_int_eq(try_limit(&command), CNOP_OK);
    close_market();
}
END_TEST

START_TEST(size_and_means_are_checked_at_the_limit)
{
    struct ledger_command command;

    open_market(0, 0, 0);
    ledger->config.min_notional.e8 = e8(1);
    tick(2000);
    command = limit(A, BUY, 0.0009, 1500);
    ck_assert_int_eq(try_limit(&command), CNOP_E_ORDER_TOO_SMALL);
    command = limit(A, BUY, 5.01, 1999);
    ck_assert_int_eq(try_limit(&command), CNOP_E_ORDER_TOO_LARGE);
    ck_assert_int_eq(last.need_e8, e8(10014.99));
    command = limit(A, SELL, 10.00000001, 900);
    ck_assert_int_eq(try_limit(&command), CNOP_E_PRICE_OUT_OF_BAND);
    tick(900);
    ck_assert_int_eq(try_limit(&command), CNOP_E_INSUFFICIENT_HOLDINGS);
    command.account_id = 1234; /* nobody yet */
    ck_assert_int_eq(try_limit(&command), CNOP_E_INSUFFICIENT_HOLDINGS);
    command.asset_id = 3;
    ck_assert_int_eq(apply(&command), CNOP_E_ASSET_UNKNOWN);
    close_market();
}
END_TEST

START_TEST(open_orders_are_counted)
{
    struct ledger_command command;
    int64_t order_id = 0;

    open_market(0, 0, 0);
    without_house(100);
    for (int i = 0; i < LEDGER_ACCOUNT_ORDERS; i++)
        order_id = place(A, BUY, 0.01, 50 + i * 0.001);
    command = limit(A, BUY, 0.01, 60);
    ck_assert_int_eq(try_limit(&command), CNOP_E_TOO_MANY_OPEN_ORDERS);
    ck_assert_int_eq(last.limit_e8, LEDGER_ACCOUNT_ORDERS);
    command.tif = LEDGER_IOC;
    ck_assert_int_eq(try_limit(&command), CNOP_OK);
    command.tif = LEDGER_GTC;
    ck_assert_int_eq(cancel(A, order_id), CNOP_OK);
    ck_assert_int_eq(try_limit(&command), CNOP_OK);
    ledger_forget(ledger, ledger_mark(ledger));
    ledger_batch_begin(ledger);
    do_apply(
        &(struct ledger_command){.op = LEDGER_OP_FREEZE, .account_id = A, .time_us = START_US});
    ck_assert_uint_eq(ledger_open_order_count(ledger), 0);
    close_market();
}
END_TEST

START_TEST(a_full_book_refuses)
{
    struct ledger_command command;

    open_market(0, 0, 0);
    without_house(100);
    ledger->config.max_levels = 2;
    place(A, BUY, 0.01, 50);
    place(A, BUY, 0.01, 51);
    command = limit(A, BUY, 0.01, 52);
    ck_assert_int_eq(try_limit(&command), CNOP_E_BOOK_FULL);
    close_market();
}
END_TEST

START_TEST(one_order_meets_so_many_people_and_no_more)
{
    struct ledger_command command;

    open_market(0, 0, 0);
    without_house(100);
    for (int i = 0; i < LEDGER_FILL_MAX + 10; i++) {
        place(i % 2 == 0 ? B : C, SELL, 0.01, 100);
        ledger_forget(ledger, ledger_mark(ledger));
        ledger_batch_begin(ledger);
    }
    command = limit(A, BUY, 2, 100);
    do_apply(&command);
    ck_assert_uint_eq(last.fill_count, LEDGER_FILL_MAX);
    ck_assert_int_eq(last.posting.status, LEDGER_EXPIRED);
    ck_assert_int_eq(last.posting.reason, LEDGER_REASON_FILLS);
    ck_assert_uint_eq(ledger_open_order_count(ledger), 10);
    close_market();
}
END_TEST

/* ---- start ---- */

START_TEST(orders_are_loaded_in_their_queues)
{
    static struct ledger_order kept[3];
    int64_t ids[3];
    uint64_t digest;

    open_market(10, 20, 0);
    without_house(100);
    ids[0] = place(B, SELL, 2, 100);
    ids[1] = place(C, SELL, 1, 100);
    ids[2] = place(A, BUY, 1, 99);
    place(A, BUY, 0.5, 100);
    digest = read_back_digest(ledger);
    for (int i = 0; i < 3; i++)
        kept[i] = *ledger_find_order(ledger, ids[i]);
    for (int i = 0; i < 3; i++) {
        /* They leave the book without a trace in the balances. */
        struct ledger_order *order =
            &ledger->orders[ledger_find_order(ledger, ids[i]) - ledger->orders];

        order->hold_e8 = 0;
        ck_assert_int_eq(cancel(order->account_id, ids[i]), CNOP_OK);
    }
    ledger_forget(ledger, ledger_mark(ledger));
    kept[0].hold_e8++;
    ck_assert_int_eq(ledger_load_order(ledger, &kept[0]), CNOP_E_INVALID);
    kept[0].hold_e8--;
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(ledger_load_order(ledger, &kept[i]), CNOP_OK);
    ck_assert_int_eq(ledger_load_order(ledger, &kept[1]), CNOP_E_INVALID);
    ck_assert_uint_eq(ledger_open_order_count(ledger), 3);
    /* All but the versions of the balances. */
    ck_assert_uint_ne(read_back_digest(ledger), digest);
    place(A, BUY, 2, 100);
    assert_fill(0, 100, 1.5, A, B);
    assert_fill(1, 100, 0.5, A, C);
    ck_assert_int_eq(ledger_held_by_orders(ledger, A, LEDGER_USD), kept[2].hold_e8);
    do_apply(&(struct ledger_command){.op = LEDGER_OP_FREEZE, .account_id = C, .time_us = now_us});
    ledger_unload_orders(ledger, A);
    ck_assert_int_eq(ledger_held_by_orders(ledger, A, LEDGER_USD), 0);
    ck_assert_int_eq(ledger_find_balance(ledger, A, LEDGER_USD)->held_e8, kept[2].hold_e8);
    /* Frozen while they were away: they end when they are back. */
    do_apply(&(struct ledger_command){.op = LEDGER_OP_FREEZE, .account_id = A, .time_us = now_us});
    ck_assert_int_eq(ledger_load_order(ledger, &kept[2]), CNOP_OK);
    do_apply(&(struct ledger_command){.op = LEDGER_OP_FREEZE, .account_id = A, .time_us = now_us});
    ck_assert(last.changed);
    ck_assert_int_eq(ledger_find_balance(ledger, A, LEDGER_USD)->held_e8, 0);
    do_apply(&(struct ledger_command){.op = LEDGER_OP_FREEZE, .account_id = A, .time_us = now_us});
    ck_assert(!last.changed);
    close_market();
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_test(tests, a_hold_is_what_the_order_can_cost_and_comes_back);
    tcase_add_test(tests, one_who_takes_needs_the_larger_fee);
    tcase_add_test(tests, a_withdrawal_sees_what_is_not_held);
    tcase_add_test(tests, a_buyer_in_crumbs_pays_what_one_fill_would_cost);
    tcase_add_test(tests, a_seller_in_pieces_receives_what_one_fill_would_bring);
    tcase_add_test(tests, the_rounding_account_gives_back_what_it_was_given);
    tcase_add_test(tests, a_limit_is_on_the_grid_and_in_the_band);
    tcase_add_test(tests, size_and_means_are_checked_at_the_limit);
    tcase_add_test(tests, open_orders_are_counted);
    tcase_add_test(tests, a_full_book_refuses);
    tcase_add_test(tests, one_order_meets_so_many_people_and_no_more);
    tcase_add_test(tests, orders_are_loaded_in_their_queues);
}

UNIT_MAIN("limit", add)
