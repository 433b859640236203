/* SPDX-License-Identifier: MIT */
/* Orders that wait for a price, by hand: when they are reached, what they hold, what they trade,
 * what ends them. Covers shared/ledger/change.c and shared/ledger/trigger.c. */
#include "shared/ledger/ledger.h"

#include "tests/unit/shared/ledger/market_bench.h"
#include "tests/unit/shared/ledger/read_back.h"
#include "tests/unit/unit.h"

/* What waits: a type and a side in one. */
#define OF(side, trigger) ((unsigned)(trigger) << 4 | (unsigned)(side))
#define PURCHASE(trigger) OF(BUY, trigger)
#define SALE(trigger) OF(SELL, trigger)

/* limit 0: none but what protects its owner. */
static struct ledger_command
waiting(int64_t account_id, unsigned what, double qty, double stop, double price)
{
    struct ledger_command command = limit(account_id, (uint8_t)(what & 15), qty, price);

    command.trigger = (uint8_t)(what >> 4);
    command.stop = price_of(stop);
    return command;
}

static int64_t
wait_for(int64_t account_id, unsigned what, double qty, double stop, double price)
{
    const struct ledger_command command = waiting(account_id, what, qty, stop, price);

    do_apply(&command);
    ck_assert_int_eq(last.posting.status, LEDGER_PENDING);
    return last.posting.id;
}

static enum cnop_err
try_wait(int64_t account_id, unsigned what, double qty, double stop, double price)
{
    const struct ledger_command command = waiting(account_id, what, qty, stop, price);

    return apply(&command);
}

/* The order that the marks between two prices reach first; 0: none. */
static int64_t
next(double lowest, double highest)
{
    const struct ledger_band marks = {price_of(lowest), price_of(highest)};
    cnop_price mark;

    return ledger_next_trigger(ledger, 1, now_us, &marks, &mark);
}

/* Fires whatever the mark reaches; returns how many. */
static uint32_t
fire(double mark)
{
    uint32_t count = 0;
    int64_t order_id;

    while ((order_id = next(mark, mark)) != 0) {
        do_apply(
            &(struct ledger_command){.op = LEDGER_OP_TRIGGER,
                                     .account_id = ledger_find_order(ledger, order_id)->account_id,
                                     .time_us = now_us,
                                     .order_id = order_id,
                                     .stop = price_of(mark)});
        ck_assert(last.changed);
        count++;
    }
    return count;
}

static void
assert_status(int64_t order_id, uint8_t status)
{
    ck_assert_int_eq(ledger_find_order(ledger, order_id)->status, status);
}

START_TEST(a_stop_sale_is_reached_from_above)
{
    int64_t mine;

    open_market(0, 0, 0);
    tick(2000);
    mine = wait_for(A, SALE(LEDGER_STOP), 2, 1900, 0);
    assert_units(A, 8, 2);
    ck_assert_int_eq(ledger_find_order(ledger, mine)->price.e10, price_of(1805).e10);
    tick(1900.01);
    ck_assert_uint_eq(fire(1900.01), 0);
    assert_status(mine, LEDGER_PENDING);
    tick(1900);
    ck_assert_uint_eq(fire(1900), 1);
    ck_assert_uint_eq(last.fill_count, 1);
    assert_fill(0, 1900, 2, LEDGER_ACCOUNT_HOUSE, A);
    assert_units(A, 8, 0);
    assert_cash(A, 13800, 0);
    ck_assert_ptr_null(ledger_find_order(ledger, mine));
    close_market();
}
END_TEST

START_TEST(each_type_looks_its_own_way)
{
    static const struct {
        uint8_t side, trigger;
        double stop;
        bool rises;
    } rows[] = {{BUY, LEDGER_STOP, 110, true},
                {SELL, LEDGER_STOP, 90, false},
                {BUY, LEDGER_TAKE_PROFIT, 90, false},
                {SELL, LEDGER_TAKE_PROFIT, 110, true},
                {BUY, LEDGER_STOP_LIMIT, 110, true},
                {SELL, LEDGER_STOP_LIMIT, 90, false},
                {BUY, LEDGER_TAKE_PROFIT_LIMIT, 90, false},
                {SELL, LEDGER_TAKE_PROFIT_LIMIT, 110, true}};

    for (size_t i = 0; i < CNOP_COUNT(rows); i++) {
        double limit =
            rows[i].trigger == LEDGER_STOP_LIMIT || rows[i].trigger == LEDGER_TAKE_PROFIT_LIMIT
                ? rows[i].stop
                : 0;
        double past = rows[i].rises ? 110 : 90, before = rows[i].rises ? 109.99 : 90.01;

        open_market(0, 0, 0);
        tick(100);
        (void)wait_for(A, OF(rows[i].side, rows[i].trigger), 1, rows[i].stop, limit);
        tick(before);
        ck_assert_uint_eq(fire(before), 0);
        tick(past);
        ck_assert_uint_eq(fire(past), 1);
        ck_assert_uint_eq(last.fill_count, 1);
        ck_assert_int_eq(try_wait(A, OF(rows[i].side, rows[i].trigger), 1, rows[i].stop, limit),
                         CNOP_E_TRIGGER_ALREADY_MET);
        ck_assert_int_eq(last.have_e8, price_of(rows[i].stop).e10);
        ck_assert_int_eq(last.need_e8, price_of(past).e10);
        close_market();
    }
}
END_TEST

START_TEST(a_buyer_holds_what_it_may_cost_at_worst)
{
    int64_t mine;

    open_market(10, 20, 0);
    tick(100);
    mine = wait_for(A, PURCHASE(LEDGER_STOP), 10, 110, 0);
    ck_assert_int_eq(ledger_find_order(ledger, mine)->price.e10, price_of(115.5).e10);
    assert_cash(A, 8842.69, 1157.31); /* 1,155 and 20 bps, though it may rest at 10 */
    ck_assert_int_eq(last.posting.hold_e8, e8(1157.31));
    tick(112);
    ck_assert_uint_eq(fire(112), 1);
    assert_fill(0, 112, 10, A, LEDGER_ACCOUNT_HOUSE);
    assert_cash(A, 8877.76, 0); /* 1,120 and 2.24 */
    assert_units(A, 20, 0);
    close_market();
}
END_TEST

START_TEST(a_market_that_jumps_finds_it_protected)
{
    int64_t mine;

    open_market(0, 0, 0);
    tick(2000);
    mine = wait_for(A, SALE(LEDGER_STOP), 1, 1900, 0);
    tick(1790);
    ck_assert_uint_eq(fire(1790), 1);
    ck_assert_uint_eq(last.fill_count, 0);
    assert_status(mine, LEDGER_QUEUED);
    assert_units(A, 9, 1);
    ck_assert_uint_eq(fire(1790), 0); /* once */
    tick(1805);
    ck_assert_uint_eq(cross(), 1);
    assert_units(A, 9, 0);
    close_market();
}
END_TEST

START_TEST(people_trade_with_it_and_the_rest_waits_on_the_book)
{
    int64_t mine;

    open_market(10, 20, 100);
    tick(100);
    mine = wait_for(A, PURCHASE(LEDGER_STOP_LIMIT), 3, 105, 106);
    place(B, SELL, 1, 105.5);
    tick(107);
    ck_assert_uint_eq(fire(107), 1); /* the house asks 107.54 */
    ck_assert_uint_eq(last.fill_count, 1);
    assert_fill(0, 105.5, 1, A, B);
    assert_status(mine, LEDGER_PARTIAL);
    assert_left(mine, 2);
    ck_assert_int_eq(ledger_held_by_orders(ledger, A, LEDGER_USD), e8(212.21)); /* as a maker */
    now_us += rules.price_max_age_us + 1; /* else the house would buy for more */
    place(C, SELL, 2, 106);
    assert_left(mine, 0);
    close_market();
}
END_TEST

START_TEST(those_of_one_mark_go_by_price_and_age)
{
    int64_t second, third, first;

    open_market(0, 0, 0);
    tick(100);
    second = wait_for(A, PURCHASE(LEDGER_STOP), 1, 105, 0);
    third = wait_for(B, SALE(LEDGER_TAKE_PROFIT), 1, 105, 0);
    first = wait_for(C, PURCHASE(LEDGER_STOP), 1, 104, 0);
    tick(110);
    ck_assert_int_eq(next(110, 110), first);
    ck_assert_int_eq(cancel(C, first), CNOP_OK);
    ck_assert_int_eq(next(110, 110), second);
    ck_assert_int_eq(cancel(A, second), CNOP_OK);
    ck_assert_int_eq(next(110, 110), third);
    close_market();
}
END_TEST

START_TEST(a_mark_that_went_back_has_been_there)
{
    int64_t mine;

    open_market(0, 0, 0);
    tick(100);
    mine = wait_for(A, SALE(LEDGER_STOP), 1, 95, 0);
    ck_assert_int_eq(next(100, 100), 0);
    ck_assert_int_eq(next(94, 100), mine);
    do_apply(&(struct ledger_command){.op = LEDGER_OP_TRIGGER,
                                      .account_id = A,
                                      .time_us = now_us,
                                      .order_id = mine,
                                      .stop = price_of(94)});
    assert_fill(0, 100, 1, LEDGER_ACCOUNT_HOUSE, A);
    close_market();
}
END_TEST

START_TEST(a_market_that_rests_fires_nothing)
{
    int64_t mine;

    open_market(0, 0, 0);
    tick(100);
    mine = wait_for(A, SALE(LEDGER_STOP), 1, 95, 0);
    do_apply(&(struct ledger_command){.op = LEDGER_OP_HALT, .asset_id = 1, .time_us = now_us});
    tick(90);
    ck_assert_int_eq(next(90, 90), 0);
    do_apply(&(struct ledger_command){.op = LEDGER_OP_TRIGGER,
                                      .account_id = A,
                                      .time_us = now_us,
                                      .order_id = mine,
                                      .stop = price_of(90)});
    ck_assert(!last.changed);
    do_apply(&(struct ledger_command){.op = LEDGER_OP_RESUME, .asset_id = 1, .time_us = now_us});
    ck_assert_int_eq(next(90, 90), mine);
    now_us += rules.price_max_age_us + 1;
    ck_assert_int_eq(next(90, 90), 0); /* nobody knows what the price is */
    tick(90);
    ck_assert_int_eq(next(90, 90), mine);
    now_us -= LEDGER_PRICE_AHEAD_MAX_US + 1;
    ck_assert_int_eq(next(90, 90), 0); /* nor after the clock has stepped back */
    close_market();
}
END_TEST

START_TEST(it_ends_like_any_other)
{
    struct ledger_command command;
    int64_t mine;

    open_market(0, 0, 0);
    tick(100);
    mine = wait_for(A, PURCHASE(LEDGER_STOP), 1, 105, 0);
    ck_assert_int_eq(cancel(B, mine), CNOP_E_ORDER_FINAL);
    ck_assert_int_eq(cancel(A, mine), CNOP_OK);
    assert_cash(A, 10000, 0);
    command = waiting(A, PURCHASE(LEDGER_STOP), 1, 105, 0);
    command.tif = LEDGER_GTD;
    command.expires_us = now_us + 5;
    do_apply(&command);
    do_apply(&(struct ledger_command){.op = LEDGER_OP_EXPIRE, .time_us = now_us + 5});
    ck_assert_uint_eq(last.ended_count, 1);
    assert_cash(A, 10000, 0);
    mine = wait_for(A, SALE(LEDGER_STOP), 1, 95, 0);
    do_apply(&(struct ledger_command){.op = LEDGER_OP_FREEZE, .account_id = A, .time_us = now_us});
    ck_assert_ptr_null(ledger_find_order(ledger, mine));
    ck_assert_int_eq(next(90, 110), 0);
    close_market();
}
END_TEST

START_TEST(it_is_amended_while_it_waits)
{
    int64_t mine, other;
    uint64_t digest;

    open_market(0, 0, 0);
    tick(100);
    mine = wait_for(A, PURCHASE(LEDGER_STOP_LIMIT), 1, 105, 105);
    other = wait_for(B, PURCHASE(LEDGER_STOP), 1, 105, 0);
    do_apply(&(struct ledger_command){.op = LEDGER_OP_AMEND,
                                      .account_id = A,
                                      .time_us = now_us,
                                      .order_id = mine,
                                      .qty = {e8(2)},
                                      .price = price_of(106)});
    ck_assert_uint_eq(last.fill_count, 0);
    assert_status(mine, LEDGER_PENDING);
    assert_cash(A, 9788, 212);
    ck_assert_int_eq(next(105, 105), other); /* it has gone behind */
    digest = read_back_digest(ledger);
    ck_assert_int_eq(apply(&(struct ledger_command){.op = LEDGER_OP_AMEND,
                                                    .account_id = A,
                                                    .time_us = now_us,
                                                    .order_id = mine,
                                                    .qty = {e8(95)}}),
                     CNOP_E_ORDER_TOO_LARGE);
    ck_assert_uint_eq(read_back_digest(ledger), digest);
    close_market();
}
END_TEST

START_TEST(what_cannot_wait_is_refused)
{
    struct ledger_command command;

    open_market(0, 0, 0);
    tick(100);
    command = waiting(A, SALE(LEDGER_STOP), 1, 95, 0);
    command.tif = LEDGER_IOC;
    ck_assert_int_eq(apply(&command), CNOP_E_ORDER_COMBINATION);
    command.tif = LEDGER_GTC;
    command.post_only = true;
    ck_assert_int_eq(apply(&command), CNOP_E_ORDER_COMBINATION);
    ck_assert_int_eq(try_wait(A, SALE(LEDGER_STOP), 1, 95.0001, 0), CNOP_OK);
    ck_assert_int_eq(try_wait(A, SALE(LEDGER_STOP), 1, 95.00001, 0), CNOP_E_PRICE_TICK);
    ck_assert_int_eq(try_wait(A, SALE(LEDGER_STOP), 1, 9.99, 0), CNOP_E_PRICE_OUT_OF_BAND);
    ck_assert_int_eq(last.have_e8, price_of(9.99).e10);
    ck_assert_int_eq(try_wait(A, SALE(LEDGER_STOP_LIMIT), 1, 95, 40), CNOP_E_PRICE_OUT_OF_BAND);
    ck_assert_int_eq(last.have_e8, price_of(40).e10);
    ck_assert_int_eq(try_wait(A, SALE(LEDGER_STOP), 10, 95, 0), CNOP_E_INSUFFICIENT_HOLDINGS);
    ck_assert_int_eq(try_wait(A, PURCHASE(LEDGER_STOP), 95, 105, 0), CNOP_E_ORDER_TOO_LARGE);
    ck_assert_int_eq(try_wait(A, PURCHASE(LEDGER_STOP), 90, 105, 0), CNOP_OK);
    ck_assert_int_eq(try_wait(A, PURCHASE(LEDGER_STOP), 90, 105, 0), CNOP_E_INSUFFICIENT_FUNDS);
    close_market();
}
END_TEST

START_TEST(two_ways_may_wait_at_one_price)
{
    int64_t rising;

    open_market(0, 0, 0);
    tick(100);
    rising = wait_for(A, PURCHASE(LEDGER_STOP), 1, 105, 0);
    tick(110); /* nobody has looked yet */
    (void)wait_for(B, PURCHASE(LEDGER_TAKE_PROFIT), 1, 105, 0);
    place(C, BUY, 1, 105);
    ck_assert_int_eq(next(110, 110), rising);
    ck_assert_uint_eq(fire(110), 1);
    ck_assert_uint_eq(fire(105), 1);
    close_market();
}
END_TEST

START_TEST(it_can_be_taken_back)
{
    int64_t mine;
    uint64_t digest, mark;

    open_market(10, 20, 0);
    tick(100);
    mine = wait_for(A, PURCHASE(LEDGER_STOP), 2, 105, 0);
    place(B, SELL, 1, 106);
    tick(107);
    ledger_forget(ledger, ledger_mark(ledger));
    digest = read_back_digest(ledger);
    mark = ledger_mark(ledger);
    ck_assert_uint_eq(fire(107), 1);
    ck_assert_uint_ne(read_back_digest(ledger), digest);
    (void)wait_for(A, PURCHASE(LEDGER_STOP), 2, 108, 0);
    ledger_rollback(ledger, mark);
    ledger_batch_begin(ledger);
    ck_assert_uint_eq(read_back_digest(ledger), digest);
    assert_status(mine, LEDGER_PENDING);
    ck_assert_uint_eq(fire(107), 1);
    assert_left(mine, 0);
    close_market();
}
END_TEST

START_TEST(it_is_loaded_where_it_was)
{
    struct ledger_order order;
    int64_t mine;

    open_market(10, 20, 0);
    tick(100);
    mine = wait_for(A, PURCHASE(LEDGER_STOP), 2, 105, 0);
    order = *ledger_find_order(ledger, mine);
    ledger_unload_orders(ledger, A);
    ck_assert_int_eq(next(90, 110), 0);
    ck_assert_int_eq(ledger_load_order(ledger, &order), CNOP_OK);
    ck_assert_int_eq(next(90, 110), mine);
    ledger_unload_orders(ledger, A);
    order.hold_e8--;
    ck_assert_int_eq(ledger_load_order(ledger, &order), CNOP_E_INVALID);
    order.hold_e8++;
    order.stop = (cnop_price){1};
    ck_assert_int_eq(ledger_load_order(ledger, &order), CNOP_OK);
    ledger_unload_orders(ledger, A);
    order.stop = (cnop_price){0};
    ck_assert_int_eq(ledger_load_order(ledger, &order), CNOP_E_INVALID);
    free(ledger);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_test(tests, a_stop_sale_is_reached_from_above);
    tcase_add_test(tests, each_type_looks_its_own_way);
    tcase_add_test(tests, a_buyer_holds_what_it_may_cost_at_worst);
    tcase_add_test(tests, a_market_that_jumps_finds_it_protected);
    tcase_add_test(tests, people_trade_with_it_and_the_rest_waits_on_the_book);
    tcase_add_test(tests, those_of_one_mark_go_by_price_and_age);
    tcase_add_test(tests, a_mark_that_went_back_has_been_there);
    tcase_add_test(tests, a_market_that_rests_fires_nothing);
    tcase_add_test(tests, it_ends_like_any_other);
    tcase_add_test(tests, it_is_amended_while_it_waits);
    tcase_add_test(tests, what_cannot_wait_is_refused);
    tcase_add_test(tests, two_ways_may_wait_at_one_price);
    tcase_add_test(tests, it_can_be_taken_back);
    tcase_add_test(tests, it_is_loaded_where_it_was);
}

UNIT_MAIN("trigger", add)
