/* SPDX-License-Identifier: MIT */
/* Prices that reach resting orders: what the engine gives the ledger, before which commands, in how
 * many steps, and after a failed commit or a start. Covers fcgi_services/order/engine_cross.c. */
#include <string.h>

#include "shared/base/clock.h"
#include "tests/unit/order/engine_bench.h"
#include "tests/unit/unit.h"

#define FIRST 1 /* assets */
#define OTHER 2
#define MANY 300

static struct ledger_outcome answers[2 * MANY];
static enum cnop_err errs[2 * MANY];
static uint32_t answered[2 * MANY], answer_count;

static void
on_done(struct engine_job *job)
{
    errs[job->owner_index] = job->err;
    answers[job->owner_index] = job->outcome;
    answered[job->owner_index] = ++answer_count;
}

static uint32_t asked;

static uint32_t
ask(const struct ledger_command *command)
{
    struct engine_job *job = engine_job_take(bench.engine);

    ck_assert_ptr_nonnull(job);
    job->command = *command;
    job->done = on_done;
    job->owner_index = asked;
    engine_submit(bench.engine, job);
    return asked++;
}

static uint32_t
buy(uint16_t asset_id, int64_t price_e10)
{
    return ask(&(struct ledger_command){.op = price_e10 == 0 ? LEDGER_OP_ORDER : LEDGER_OP_LIMIT,
                                        .account_id = BENCH_ACCOUNT + asked % 3,
                                        .side = LEDGER_BUY,
                                        .asset_id = asset_id,
                                        .qty = {CNOP_E8 / 10},
                                        .price = {price_e10},
                                        .tif = LEDGER_GTC});
}

static void
open_markets(void)
{
    asked = answer_count = 0;
    bench_open();
    for (uint16_t id = FIRST; id <= OTHER; id++) {
        const struct ledger_asset asset = {
            .id = id, .known = true, .active = true, .symbol = "A", .symbol_len = 1};

        ck_assert_int_eq(ledger_load_asset(bench.ledger, &asset), CNOP_OK);
        bench_tick(id, 100);
    }
    for (int account = 0; account < 3; account++) {
        (void)ask(&(struct ledger_command){.op = LEDGER_OP_GIFT,
                                           .account_id = BENCH_ACCOUNT + account,
                                           .amount = {1000000 * CNOP_E8}});
    }
}

START_TEST(orders_that_a_price_reaches_come_before_later_orders)
{
    uint32_t resting, later;

    open_markets();
    resting = buy(FIRST, 99 * CNOP_E10);
    bench_settle();
    ck_assert_int_eq(answers[resting].posting.status, LEDGER_QUEUED);
    bench_tick(FIRST, 98);
    later = buy(FIRST, 0);
    bench_settle();
    ck_assert_uint_eq(ledger_open_order_count(bench.ledger), 0);
    /* The trade of the resting order took the id before. */
    ck_assert_int_eq(answers[later].posting.id, answers[resting].posting.id + 2);
    bench_close();
}
END_TEST

START_TEST(a_price_that_reaches_nobody_gives_nothing)
{
    uint32_t sent;

    open_markets();
    (void)buy(FIRST, 90 * CNOP_E10);
    bench_settle();
    sent = bench.committer.sent_count;
    bench_tick(FIRST, 95);
    bench_settle();
    ck_assert_uint_eq(bench.committer.sent_count, sent);
    bench_close();
}
END_TEST

START_TEST(a_step_that_fails_waits_for_the_next_price)
{
    open_markets();
    (void)buy(FIRST, 99 * CNOP_E10);
    bench_settle();
    bench_tick(FIRST, 98);
    bench_round();
    ck_assert_ptr_nonnull(bench.committer.batch);
    bench_commit(CNOP_E_DB_FAILED);
    ck_assert_uint_eq(ledger_open_order_count(bench.ledger), 1);
    bench_settle();
    ck_assert_uint_eq(ledger_open_order_count(bench.ledger), 1);
    bench_tick(FIRST, 97);
    bench_settle();
    ck_assert_uint_eq(ledger_open_order_count(bench.ledger), 0);
    bench_close();
}
END_TEST

START_TEST(who_is_frozen_trades_nothing_that_a_price_has_reached)
{
    uint32_t resting;

    open_markets();
    resting = buy(FIRST, 99 * CNOP_E10);
    bench_settle();
    bench_tick(FIRST, 98);
    (void)ask(&(struct ledger_command){.op = LEDGER_OP_FREEZE,
                                       .account_id = answers[resting].posting.account_id});
    bench_settle();
    ck_assert_uint_eq(ledger_open_order_count(bench.ledger), 0);
    ck_assert_int_eq(
        ledger_find_balance(bench.ledger, answers[resting].posting.account_id, FIRST)->avail_e8, 0);
    bench_close();
}
END_TEST

START_TEST(a_step_whose_row_is_refused_is_nobodys_fault)
{
    uint32_t later;

    open_markets();
    (void)buy(FIRST, 99 * CNOP_E10);
    bench_settle();
    bench_tick(FIRST, 98);
    bench_round();
    later = buy(OTHER, 0);
    bench_commit(CNOP_E_INTERNAL);
    while (bench.committer.batch != NULL)
        bench_commit(CNOP_OK);
    bench_settle();
    ck_assert_int_eq(errs[later], CNOP_OK);
    bench_close();
}
END_TEST

START_TEST(many_orders_are_taken_in_steps_while_other_markets_go_on)
{
    uint32_t waiting, other;

    open_markets();
    for (int i = 0; i < MANY; i++) {
        (void)buy(FIRST, 99 * CNOP_E10);
        if (i % 20 == 0)
            bench_settle();
    }
    bench_settle();
    ck_assert_uint_eq(ledger_open_order_count(bench.ledger), MANY);
    bench_tick(FIRST, 98);
    waiting = buy(FIRST, 0);
    other = buy(OTHER, 0);
    bench_settle();
    ck_assert_uint_eq(ledger_open_order_count(bench.ledger), 0);
    ck_assert_int_eq(errs[waiting], CNOP_OK);
    /* Applied before it, though asked after it. */
    ck_assert_int_lt(answers[other].posting.id, answers[waiting].posting.id);
    bench_close();
}
END_TEST

START_TEST(a_market_that_resumes_is_looked_at)
{
    struct ledger_command command = {.op = LEDGER_OP_HALT, .asset_id = FIRST};

    open_markets();
    (void)buy(FIRST, 99 * CNOP_E10);
    (void)ask(&command);
    bench_settle();
    bench_tick(FIRST, 98);
    bench_settle();
    ck_assert_uint_eq(ledger_open_order_count(bench.ledger), 1);
    command.op = LEDGER_OP_RESUME;
    (void)ask(&command);
    bench_settle();
    ck_assert_uint_eq(ledger_open_order_count(bench.ledger), 0);
    bench_close();
}
END_TEST

/* More orders than one step fills: those behind it are filled too, not cancelled in between. */
START_TEST(a_cancel_of_everything_waits_for_a_due_market)
{
    uint32_t all;

    open_markets();
    for (int i = 0; i < LEDGER_FILL_MAX + 22; i++) {
        (void)ask(&(struct ledger_command){.op = LEDGER_OP_LIMIT,
                                           .account_id = BENCH_ACCOUNT,
                                           .side = LEDGER_BUY,
                                           .asset_id = FIRST,
                                           .qty = {CNOP_E8 / 10},
                                           .price = {99 * CNOP_E10},
                                           .tif = LEDGER_GTC});
        bench_settle();
    }
    ck_assert_uint_eq(ledger_open_order_count(bench.ledger), LEDGER_FILL_MAX + 22);
    bench_tick(FIRST, 98);
    all = ask(&(struct ledger_command){.op = LEDGER_OP_CANCEL_ALL, .account_id = BENCH_ACCOUNT});
    bench_settle();
    ck_assert_int_eq(errs[all], CNOP_OK);
    ck_assert_uint_eq(answers[all].ended_count, 0);
    ck_assert_uint_eq(ledger_open_order_count(bench.ledger), 0);
    bench_close();
}
END_TEST

START_TEST(rules_that_narrow_the_spread_reach_orders)
{
    struct ledger_command command = {.op = LEDGER_OP_RULES};
    uint32_t wide, resting, narrow;

    open_markets();
    ledger_rules_now(bench.ledger, &command.rules);
    command.rules.values[LEDGER_RULE_HOUSE_SPREAD_BPS] = 200; /* 99 and 101 */
    wide = ask(&command);
    resting = buy(FIRST, 100 * CNOP_E10);
    bench_settle();
    ck_assert_int_eq(errs[wide], CNOP_OK);
    ck_assert_int_eq(answers[resting].posting.status, LEDGER_QUEUED);
    command.rules.values[LEDGER_RULE_HOUSE_SPREAD_BPS] = 0;
    narrow = ask(&command);
    bench_settle();
    ck_assert_int_eq(errs[narrow], CNOP_OK);
    ck_assert_uint_eq(ledger_open_order_count(bench.ledger), 0);
    bench_close();
}
END_TEST

/* A sale that waits for a price of so many dollars. */
static uint32_t
stop_sale(uint16_t asset_id, int64_t dollars)
{
    return ask(&(struct ledger_command){.op = LEDGER_OP_LIMIT,
                                        .account_id = BENCH_ACCOUNT + asked % 3,
                                        .side = LEDGER_SELL,
                                        .asset_id = asset_id,
                                        .qty = {CNOP_E8 / 10},
                                        .trigger = LEDGER_STOP,
                                        .stop = {dollars * CNOP_E10},
                                        .tif = LEDGER_GTC});
}

/* Everybody has units to sell, and so many sales wait below the price of 100. */
static void
open_with_stops(unsigned count)
{
    open_markets();
    for (int account = 0; account < 3; account++) {
        (void)ask(&(struct ledger_command){.op = LEDGER_OP_ORDER,
                                           .account_id = BENCH_ACCOUNT + account,
                                           .side = LEDGER_BUY,
                                           .asset_id = FIRST,
                                           .qty = {50 * CNOP_E8}});
    }
    for (unsigned i = 0; i < count; i++)
        (void)stop_sale(FIRST, 95 - (i % 3));
    bench_settle();
    ck_assert_uint_eq(ledger_open_order_count(bench.ledger), count);
}

START_TEST(a_price_fires_those_that_wait_for_it_before_later_orders)
{
    uint32_t later;

    open_with_stops(6);
    bench_tick(FIRST, 94); /* 95 and 94 */
    later = buy(FIRST, 0);
    bench_settle();
    ck_assert_uint_eq(ledger_open_order_count(bench.ledger), 2);
    ck_assert_int_eq(errs[later], CNOP_OK);
    for (uint32_t i = 0; i < later; i++)
        ck_assert_int_lt(answers[i].posting.id, answers[later].posting.id - 7); /* places, trades */
    bench_close();
}
END_TEST

START_TEST(a_price_that_goes_back_has_fired)
{
    open_with_stops(30);
    bench_tick(FIRST, 95);
    bench_tick(FIRST, 93); /* before its market has had a turn */
    bench_tick(FIRST, 100);
    bench_settle();
    ck_assert_uint_eq(ledger_open_order_count(bench.ledger), 0);
    bench_close();
}
END_TEST

START_TEST(a_price_that_only_came_near_fires_nothing)
{
    uint32_t sent;

    open_with_stops(3);
    sent = bench.committer.sent_count;
    bench_tick(FIRST, 96);
    bench_tick(FIRST, 200);
    bench_settle();
    ck_assert_uint_eq(ledger_open_order_count(bench.ledger), 3);
    ck_assert_uint_eq(bench.committer.sent_count, sent);
    bench_close();
}
END_TEST

START_TEST(what_fires_and_is_not_committed_fires_once)
{
    open_with_stops(3);
    bench_tick(FIRST, 91);
    bench_round();
    ck_assert_ptr_nonnull(bench.committer.batch);
    bench_commit(CNOP_E_DB_FAILED);
    ck_assert_uint_eq(ledger_open_order_count(bench.ledger), 3);
    bench_tick(FIRST, 91);
    bench_settle();
    ck_assert_uint_eq(ledger_open_order_count(bench.ledger), 0);
    bench_close();
}
END_TEST

START_TEST(a_halted_market_fires_when_it_resumes)
{
    open_with_stops(3);
    (void)ask(&(struct ledger_command){.op = LEDGER_OP_HALT, .asset_id = FIRST});
    bench_settle();
    bench_tick(FIRST, 90);
    bench_settle();
    ck_assert_uint_eq(ledger_open_order_count(bench.ledger), 3);
    bench_tick(FIRST, 94);
    (void)ask(&(struct ledger_command){.op = LEDGER_OP_RESUME, .asset_id = FIRST});
    bench_settle();
    ck_assert_uint_eq(ledger_open_order_count(bench.ledger), 1); /* by the price of now */
    bench_close();
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_test(tests, a_price_fires_those_that_wait_for_it_before_later_orders);
    tcase_add_test(tests, a_price_that_goes_back_has_fired);
    tcase_add_test(tests, a_price_that_only_came_near_fires_nothing);
    tcase_add_test(tests, what_fires_and_is_not_committed_fires_once);
    tcase_add_test(tests, a_halted_market_fires_when_it_resumes);
    tcase_add_test(tests, a_cancel_of_everything_waits_for_a_due_market);
    tcase_add_test(tests, rules_that_narrow_the_spread_reach_orders);
    tcase_add_test(tests, orders_that_a_price_reaches_come_before_later_orders);
    tcase_add_test(tests, a_price_that_reaches_nobody_gives_nothing);
    tcase_add_test(tests, a_step_that_fails_waits_for_the_next_price);
    tcase_add_test(tests, who_is_frozen_trades_nothing_that_a_price_has_reached);
    tcase_add_test(tests, a_step_whose_row_is_refused_is_nobodys_fault);
    tcase_add_test(tests, many_orders_are_taken_in_steps_while_other_markets_go_on);
    tcase_add_test(tests, a_market_that_resumes_is_looked_at);
}

UNIT_MAIN("engine_cross", add)
