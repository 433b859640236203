/* SPDX-License-Identifier: MIT */
/* Orders whose time is up, and those of accounts that are not heard of: before which commands they
 * end, in which order and how many steps, and after a failed commit. Covers
 * shared/ledger/expire.c. */
#include <string.h>

#include "shared/base/clock.h"
#include "tests/unit/order/engine_bench.h"
#include "tests/unit/unit.h"

#define ETH 1
#define SECOND INT64_C(1000000)
#define MANY 300

static struct ledger_outcome answers[2 * MANY];
static enum cnop_err errs[2 * MANY];
static uint32_t asked;

static void
on_done(struct engine_job *job)
{
    errs[job->owner_index] = job->err;
    answers[job->owner_index] = job->outcome;
}

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
wait_for(int account, int64_t dollars, int64_t seconds)
{
    return ask(&(struct ledger_command){.op = LEDGER_OP_LIMIT,
                                        .account_id = BENCH_ACCOUNT + account,
                                        .side = LEDGER_BUY,
                                        .asset_id = ETH,
                                        .qty = {CNOP_E8 / 10},
                                        .price = {dollars * CNOP_E10},
                                        .tif = LEDGER_GTD,
                                        .expires_us = cnop_clock_wall_us() + seconds * SECOND});
}

static void
open_market(void)
{
    const struct ledger_asset asset = {
        .id = ETH, .known = true, .active = true, .symbol = "ETH", .symbol_len = 3};

    asked = 0;
    bench_open();
    ck_assert_int_eq(ledger_load_asset(bench.ledger, &asset), CNOP_OK);
    bench_tick(ETH, 100);
    for (int account = 0; account < 3; account++) {
        (void)ask(&(struct ledger_command){.op = LEDGER_OP_GIFT,
                                           .account_id = BENCH_ACCOUNT + account,
                                           .amount = {1000000 * CNOP_E8}});
    }
}

static int64_t
held(int account)
{
    return ledger_find_balance(bench.ledger, BENCH_ACCOUNT + account, LEDGER_USD)->held_e8;
}

START_TEST(an_order_ends_at_its_time_and_not_before)
{
    uint32_t sent;

    (void)wait_for(0, 90, 10);
    bench_settle();
    ck_assert_int_eq(held(0), 9 * CNOP_E8);
    sent = bench.committer.sent_count;
    bench_pass_us(10 * SECOND - 1);
    bench_settle();
    ck_assert_uint_eq(bench.committer.sent_count, sent);
    bench_pass_us(1);
    bench_settle();
    ck_assert_uint_eq(bench.committer.sent_count, sent + 1);
    ck_assert_uint_eq(ledger_open_order_count(bench.ledger), 0);
    ck_assert_int_eq(held(0), 0);
}
END_TEST

/* The same moment: the price reaches it, somebody cancels it, its time is up. */
START_TEST(expiry_comes_before_any_other_command)
{
    uint32_t order = wait_for(0, 90, 10), cancel;
    int64_t id;

    bench_settle();
    id = answers[order].posting.id;
    bench_pass_us(10 * SECOND);
    bench_tick(ETH, 80);
    cancel = ask(&(struct ledger_command){
        .op = LEDGER_OP_CANCEL, .account_id = BENCH_ACCOUNT, .order_id = id});
    bench_settle();
    ck_assert_int_eq(errs[cancel], CNOP_E_ORDER_FINAL);
    ck_assert_int_eq(ledger_find_balance(bench.ledger, BENCH_ACCOUNT, ETH)->avail_e8, 0);
}
END_TEST

START_TEST(many_end_in_steps_before_anybody_is_served)
{
    uint32_t later;

    for (int i = 0; i < MANY; i++) {
        (void)wait_for(i % 3, 90, 10);
        if (i % 20 == 0)
            bench_settle();
    }
    bench_settle();
    ck_assert_uint_eq(ledger_open_order_count(bench.ledger), MANY);
    bench_pass_us(11 * SECOND);
    later = wait_for(0, 90, 10);
    bench_settle();
    ck_assert_int_eq(answers[later].posting.status, LEDGER_QUEUED);
    ck_assert_uint_eq(ledger_open_order_count(bench.ledger), 1);
    ck_assert_int_eq(held(1), 0);
}
END_TEST

START_TEST(a_step_that_fails_is_put_off_until_somebody_asks)
{
    uint32_t sent;

    (void)wait_for(0, 90, 10);
    bench_settle();
    bench_pass_us(10 * SECOND);
    bench_round();
    bench_commit(CNOP_E_DB_FAILED);
    sent = bench.committer.sent_count;
    bench_round();
    ck_assert_uint_eq(bench.committer.sent_count, sent);
    ck_assert_uint_eq(ledger_open_order_count(bench.ledger), 1);
    (void)wait_for(1, 90, 10); /* and the expiry before it */
    bench_settle();
    ck_assert_uint_eq(ledger_open_order_count(bench.ledger), 1);
    ck_assert_int_eq(held(0), 0);
}
END_TEST

static void
set_switch(int account, int64_t seconds)
{
    (void)ask(&(struct ledger_command){.op = LEDGER_OP_SWITCH,
                                       .account_id = BENCH_ACCOUNT + account,
                                       .expires_us = seconds * SECOND});
}

START_TEST(an_account_that_is_not_heard_of_has_no_orders)
{
    uint32_t later;

    set_switch(0, 10);
    set_switch(1, 10);
    for (int i = 0; i < 6; i++)
        (void)wait_for(i % 3, 90, 100);
    bench_settle();
    bench_pass_us(9 * SECOND);
    set_switch(1, 10);
    set_switch(2, 10);
    set_switch(2, 0);
    bench_settle();
    ck_assert_uint_eq(ledger_open_order_count(bench.ledger), 6);
    bench_pass_us(SECOND);
    later = wait_for(0, 90, 100); /* after its orders have ended */
    bench_settle();
    ck_assert_int_eq(answers[later].posting.status, LEDGER_QUEUED);
    ck_assert_uint_eq(ledger_open_order_count(bench.ledger), 5);
    bench_pass_us(9 * SECOND);
    bench_settle();
    ck_assert_uint_eq(ledger_open_order_count(bench.ledger), 3); /* once: then it is off */
    bench_pass_us(50 * SECOND);
    bench_settle();
    ck_assert_uint_eq(ledger_open_order_count(bench.ledger), 3);
}
END_TEST

START_TEST(orders_expire_while_the_queue_is_full)
{
    struct engine_job *jobs[BENCH_JOBS];
    uint32_t count = 0;

    (void)wait_for(0, 90, 10);
    bench_settle();
    while (count < BENCH_JOBS && (jobs[count] = engine_job_take(bench.engine)) != NULL)
        count++;
    ck_assert_uint_eq(count, BENCH_JOBS);
    bench_pass_us(10 * SECOND);
    bench_round();
    bench_commit(CNOP_OK);
    ck_assert_uint_eq(ledger_open_order_count(bench.ledger), 0);
    while (count > 0)
        engine_job_drop(bench.engine, jobs[--count]);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_checked_fixture(tests, open_market, bench_close);
    tcase_add_test(tests, an_order_ends_at_its_time_and_not_before);
    tcase_add_test(tests, expiry_comes_before_any_other_command);
    tcase_add_test(tests, many_end_in_steps_before_anybody_is_served);
    tcase_add_test(tests, a_step_that_fails_is_put_off_until_somebody_asks);
    tcase_add_test(tests, an_account_that_is_not_heard_of_has_no_orders);
    tcase_add_test(tests, orders_expire_while_the_queue_is_full);
}

UNIT_MAIN("engine_expire", add)
