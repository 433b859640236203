/* SPDX-License-Identifier: MIT */
/* Orders that are amended, by hand: places, holds, fills, refusals, and the record of it. */
#include "shared/ledger/record.h"

#include <string.h>

#include "tests/unit/shared/ledger/market_bench.h"
#include "tests/unit/shared/ledger/read_back.h"
#include "tests/unit/unit.h"

/* 0: as it was. */
static enum cnop_err
amend(int64_t account_id, int64_t order_id, double qty, double price)
{
    const struct ledger_command command = {.op = LEDGER_OP_AMEND,
                                           .account_id = account_id,
                                           .time_us = now_us,
                                           .order_id = order_id,
                                           .qty = {e8(qty)},
                                           .price = price_of(price)};
    uint64_t digest = read_back_digest(ledger);
    enum cnop_err err = apply(&command);

    if (err != CNOP_OK || !last.changed)
        ck_assert_uint_eq(read_back_digest(ledger), digest);
    return err;
}

START_TEST(less_keeps_its_place_and_more_goes_behind)
{
    int64_t mine, his;

    open_market(10, 20, 0);
    without_house(100);
    mine = place(A, BUY, 5, 100);
    his = place(C, BUY, 1, 100);
    assert_cash(A, 9499.5, 500.5);
    ck_assert_int_eq(amend(A, mine, 3, 0), CNOP_OK);
    ck_assert_int_eq(last.posting.id, 0);
    assert_cash(A, 9699.7, 300.3);
    place(B, SELL, 1, 100);
    assert_left(mine, 2);
    ck_assert_int_eq(amend(A, mine, 4, 0), CNOP_OK); /* of all: 1 is filled */
    ck_assert_int_gt(last.posting.id, his);
    assert_left(mine, 3);
    place(B, SELL, 1.5, 100);
    assert_left(his, 0);
    assert_left(mine, 2.5);
    close_market();
}
END_TEST

START_TEST(what_it_was_changes_nothing)
{
    int64_t mine;

    open_market(10, 20, 0);
    without_house(100);
    mine = place(A, BUY, 5, 100);
    ck_assert_int_eq(amend(A, mine, 5, 0), CNOP_OK);
    ck_assert(!last.changed);
    ck_assert_int_eq(amend(A, mine, 0, 100), CNOP_OK);
    ck_assert(!last.changed);
    ck_assert_int_eq(amend(A, mine, 5, 100), CNOP_OK);
    ck_assert(!last.changed);
    close_market();
}
END_TEST

START_TEST(what_was_filled_ends_it)
{
    int64_t mine;

    open_market(10, 20, 0);
    without_house(100);
    mine = place(A, BUY, 5, 100);
    place(B, SELL, 2, 100);
    ck_assert_int_eq(amend(A, mine, 2, 101), CNOP_OK);
    ck_assert(last.changed);
    ck_assert_int_eq(last.posting.id, 0);
    assert_left(mine, 0);
    assert_cash(A, 9799.8, 0);
    assert_units(A, 12, 0);
    ck_assert_int_eq(amend(A, mine, 3, 0), CNOP_E_ORDER_FINAL);
    close_market();
}
END_TEST

START_TEST(another_price_takes_what_it_crosses)
{
    int64_t mine;

    open_market(10, 20, 0);
    without_house(2000);
    mine = place(A, BUY, 1, 1990);
    assert_cash(A, 8008.01, 1991.99);
    place(B, SELL, 0.4, 2000);
    ck_assert_int_eq(amend(A, mine, 0, 2000), CNOP_OK);
    ck_assert_uint_eq(last.fill_count, 1);
    assert_fill(0, 2000, 0.4, A, B);
    assert_cash(A, 7997.2, 1201.2);
    assert_left(mine, 0.6);
    ck_assert_int_eq(ledger_held_by_orders(ledger, A, LEDGER_USD), e8(1201.2));
    place(B, SELL, 0.6, 1999);
    assert_left(mine, 0);
    assert_cash(A, 7997.2, 0);
    close_market();
}
END_TEST

START_TEST(a_seller_moves_and_is_filled_as_a_whole)
{
    int64_t mine;

    open_market(10, 20, 0);
    without_house(100);
    mine = place(A, SELL, 10, 120);
    place(B, BUY, 20, 100);
    assert_units(A, 0, 10);
    ck_assert_int_eq(amend(A, mine, 4, 100), CNOP_OK);
    assert_left(mine, 0);
    assert_units(A, 6, 0);
    assert_cash(A, 10399.2, 0);
    close_market();
}
END_TEST

START_TEST(a_refusal_leaves_it_as_it_was)
{
    struct ledger_command command;
    int64_t mine, his;

    open_market(10, 20, 0);
    without_house(100);
    command = limit(A, BUY, 5, 99);
    command.post_only = true;
    do_apply(&command);
    mine = last.posting.id;
    his = place(B, SELL, 10, 100);
    ck_assert_int_eq(amend(A, mine, 0, 100), CNOP_E_POST_ONLY_WOULD_TAKE);
    ck_assert_int_eq(amend(A, mine, 0, 99.00001), CNOP_E_PRICE_TICK);
    ck_assert_int_eq(amend(A, mine, 0, 201), CNOP_E_PRICE_OUT_OF_BAND);
    ck_assert_int_eq(amend(A, mine, 102, 0), CNOP_E_ORDER_TOO_LARGE);
    ck_assert_int_eq(amend(B, his, 10.1, 0), CNOP_E_INSUFFICIENT_HOLDINGS);
    ck_assert_int_eq(last.have_e8, e8(10));
    place(C, BUY, 1, 50);
    ck_assert_int_eq(amend(C, his, 1, 0), CNOP_E_ORDER_FINAL);
    ck_assert_int_eq(amend(A, 12345, 1, 0), CNOP_E_ORDER_FINAL);
    do_apply(&(struct ledger_command){.op = LEDGER_OP_HALT, .asset_id = 1, .time_us = now_us});
    ck_assert_int_eq(amend(A, mine, 4, 0), CNOP_E_MARKET_HALTED);
    assert_left(mine, 5);
    close_market();
}
END_TEST

START_TEST(an_own_order_on_the_way_cancels_the_rest)
{
    int64_t mine, other;

    open_market(10, 20, 0);
    without_house(100);
    mine = place(A, BUY, 5, 99);
    place(B, SELL, 1, 100);
    other = place(A, SELL, 3, 100);
    ck_assert_int_eq(amend(A, mine, 0, 100), CNOP_OK);
    ck_assert_uint_eq(last.fill_count, 1);
    assert_left(mine, 0);
    assert_left(other, 3);
    assert_cash(A, 9899.8, 0);
    close_market();
}
END_TEST

START_TEST(it_can_be_taken_back)
{
    int64_t mine, his;
    uint64_t digest, mark;

    open_market(10, 20, 0);
    without_house(100);
    mine = place(A, BUY, 5, 99);
    his = place(B, SELL, 1, 100);
    ledger_forget(ledger, ledger_mark(ledger));
    digest = read_back_digest(ledger);
    mark = ledger_mark(ledger);
    ck_assert_int_eq(amend(A, mine, 3, 0), CNOP_OK);
    ck_assert_int_eq(amend(A, mine, 4, 100), CNOP_OK);
    assert_left(his, 0);
    ledger_rollback(ledger, mark);
    ledger_batch_begin(ledger);
    ck_assert_uint_eq(read_back_digest(ledger), digest);
    assert_left(his, 1);
    place(B, SELL, 5, 99);
    assert_left(mine, 0);
    close_market();
}
END_TEST

START_TEST(its_record_is_read_back)
{
    static unsigned char memory[4096];
    struct ledger_command command;
    struct ledger_record record;
    struct ledger_fill fill;
    struct cnop_buf buf;
    struct cnop_str whole;
    int64_t mine, his;

    open_market(10, 20, 0);
    without_house(100);
    mine = place(A, BUY, 5, 99);
    his = place(B, SELL, 1, 100);
    command = (struct ledger_command){.op = LEDGER_OP_AMEND,
                                      .account_id = A,
                                      .time_us = now_us,
                                      .order_id = mine,
                                      .price = price_of(100)};
    do_apply(&command);
    cnop_buf_init(&buf, memory, sizeof(memory));
    ledger_record_encode(&buf, &command, &last, ledger_fill_at(ledger, last.fill_first));
    whole = cnop_buf_view(&buf);
    ck_assert_int_eq(ledger_record_decode(&whole, &record), CNOP_OK);
    ck_assert_uint_eq(whole.len, 0);
    ck_assert_int_eq(record.id, last.posting.id);
    ck_assert_int_eq(record.command.order_id, mine);
    ck_assert_int_eq(record.command.qty.e8, 0);
    ck_assert_int_eq(record.command.price.e10, price_of(100).e10);
    ck_assert_uint_eq(record.command.asset_id, 1);
    ck_assert_uint_eq(record.command.side, BUY);
    ck_assert_uint_eq(record.fill_count, 1);
    ledger_record_fill(&record, 0, &fill);
    ck_assert_int_eq(fill.buy_order, mine);
    ck_assert_int_eq(fill.sell_order, his);
    ck_assert_int_eq(fill.trade_id, record.id + 1);
    for (size_t len = 0; len < buf.len; len++) {
        struct cnop_str cut = cnop_str_make(buf.ptr, len);

        ck_assert_int_eq(ledger_record_decode(&cut, &record), CNOP_E_INVALID);
    }
    close_market();
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_test(tests, less_keeps_its_place_and_more_goes_behind);
    tcase_add_test(tests, what_it_was_changes_nothing);
    tcase_add_test(tests, what_was_filled_ends_it);
    tcase_add_test(tests, another_price_takes_what_it_crosses);
    tcase_add_test(tests, a_seller_moves_and_is_filled_as_a_whole);
    tcase_add_test(tests, a_refusal_leaves_it_as_it_was);
    tcase_add_test(tests, an_own_order_on_the_way_cancels_the_rest);
    tcase_add_test(tests, it_can_be_taken_back);
    tcase_add_test(tests, its_record_is_read_back);
}

UNIT_MAIN("amend", add)
