/* SPDX-License-Identifier: MIT */
/* Keys that memory does not know: what becomes of commands that were looked up. Covers, beside
 * test_engine.c, fcgi_services/order/engine_result.c. */
#include "tests/unit/order/engine_bench.h"

#include <stdio.h>
#include <string.h>

START_TEST(a_double_is_resolved_by_looking_it_up)
{
    struct ledger_posting posting = {
        .id = 500, .op = LEDGER_OP_DEPOSIT, .account_id = BENCH_ACCOUNT, .total = {10 * CNOP_E8}};
    int one = bench_deposit(0, 10, "old");

    bench_round();
    bench_commit(CNOP_E_DUPLICATE);
    ck_assert_uint_eq(bench.lookup.waiting_count, 1);
    ck_assert_uint_eq(bench.answered_count, 0);
    if (_i == 0)
        lookup_fake_answer(&bench.lookup, CNOP_OK, &posting);
    else
        lookup_fake_answer(&bench.lookup, _i == 1 ? CNOP_E_NOT_FOUND : CNOP_E_DB_FAILED, NULL);
    bench_round();
    ck_assert_int_eq(bench.answers[one].err,
                     _i == 0 ? CNOP_OK : (_i == 1 ? CNOP_E_INTERNAL : CNOP_E_DB_FAILED));
    ck_assert(bench.answers[one].replayed == (_i == 0));
    ck_assert_uint_eq(bench.committer.sent_count, 1);
    bench_check_books();
}
END_TEST

START_TEST(too_many_lookups_are_refused)
{
    int one = bench_deposit(0, 10, "old");

    bench.lookup.room = 0;
    bench_round();
    bench_commit(CNOP_E_DUPLICATE);
    ck_assert_int_eq(bench.answers[one].err, CNOP_E_OVERLOADED);
    bench_check_books();
}
END_TEST

/* What a look-up has found is the answer, also when the ledger has forgotten the key again before
 * the command's turn: of all keys the oldest are dropped first. */
#define MANY_KEYS 320
#define LOOKED_UP 40
START_TEST(what_was_looked_up_is_not_forgotten)
{
    char key[16];
    int first, other;

    for (int i = 0; i < MANY_KEYS; i++) {
        (void)snprintf(key, sizeof(key), "new%d", i);
        (void)bench_deposit(0, 1, key);
        if (bench.lookup.waiting_count > 0)
            lookup_fake_answer(&bench.lookup, CNOP_E_NOT_FOUND, NULL);
        bench_round();
        bench_commit(CNOP_OK);
    }
    other = bench_deposit(0, 11, "other");
    first = other + 1;
    for (int i = 0; i < LOOKED_UP; i++) {
        (void)snprintf(key, sizeof(key), "old%d", i);
        ck_assert_int_eq(bench_deposit(0, 10, key), first + i);
    }
    ck_assert_uint_eq(bench.lookup.waiting_count, LOOKED_UP + 1);
    bench.lookup.other_request = true;
    for (int64_t id = 1; id <= LOOKED_UP + 1; id++) {
        lookup_fake_answer(&bench.lookup, CNOP_OK,
                           &(struct ledger_posting){.id = id,
                                                    .op = LEDGER_OP_DEPOSIT,
                                                    .account_id = BENCH_ACCOUNT,
                                                    .total = {10 * CNOP_E8}});
        bench.lookup.other_request = false;
    }
    bench_round();
    ck_assert_uint_eq(bench.committer.sent_count, MANY_KEYS);
    ck_assert_int_eq(bench.answers[other].err, CNOP_E_IDEMPOTENCY_MISMATCH);
    for (int i = 0; i < LOOKED_UP; i++) {
        ck_assert_int_eq(bench.answers[first + i].err, CNOP_OK);
        ck_assert(bench.answers[first + i].replayed);
        ck_assert_int_eq(bench.answers[first + i].id, 2 + i);
    }
    bench_check_books();
}
END_TEST

START_TEST(a_lookup_that_ends_in_a_stall_is_answered)
{
    int double_one = bench_deposit(0, 10, "old");

    bench_round();
    bench_commit(CNOP_E_DUPLICATE);
    (void)bench_deposit(1, 20, NULL);
    bench_round();
    bench_pass_us(BENCH_GIVEUP_US + 1);
    bench_round();
    lookup_fake_answer(&bench.lookup, CNOP_OK,
                       &(struct ledger_posting){.id = 500,
                                                .op = LEDGER_OP_DEPOSIT,
                                                .account_id = BENCH_ACCOUNT,
                                                .total = {10 * CNOP_E8}});
    bench_round();
    ck_assert_int_eq(bench.answers[double_one].err, CNOP_E_DB_FAILED);
    bench_commit(CNOP_E_DB_FAILED);
    bench_check_books();
}
END_TEST

/* ---- orders by the ids that clients gave them ---- */

#define ETH 2

static enum cnop_err named_err[8];
static int64_t named_order[8];
static unsigned named_count;

static void
on_named(struct engine_job *job)
{
    named_err[job->owner_index] = job->err;
    named_order[job->owner_index] =
        job->command.op == LEDGER_OP_CANCEL ? job->command.order_id : job->outcome.posting.id;
}

static unsigned
give(const struct ledger_command *command, const char *key, struct cnop_str named)
{
    struct engine_job *job = engine_job_take(bench.engine);

    ck_assert_ptr_nonnull(job);
    job->command = *command;
    if (key != NULL)
        ck_assert_int_eq(ledger_command_set_key(&job->command, cnop_str_from(key)), CNOP_OK);
    job->named = named;
    job->done = on_named;
    job->owner_index = named_count;
    engine_submit(bench.engine, job);
    return named_count++;
}

static unsigned
place_named(const char *key)
{
    return give(&(struct ledger_command){.op = LEDGER_OP_LIMIT,
                                         .account_id = BENCH_ACCOUNT,
                                         .asset_id = ETH,
                                         .side = LEDGER_BUY,
                                         .qty = {CNOP_E8 / 10},
                                         .price = {90 * CNOP_E10},
                                         .tif = LEDGER_GTC},
                key, CNOP_STR(""));
}

static unsigned
cancel_named(const char *name)
{
    return give(&(struct ledger_command){.op = LEDGER_OP_CANCEL, .account_id = BENCH_ACCOUNT}, NULL,
                cnop_str_from(name));
}

static void
open_market(void)
{
    const struct ledger_asset asset = {
        .id = ETH, .known = true, .active = true, .symbol = "ETH", .symbol_len = 3};

    named_count = 0;
    memset(named_order, 0, sizeof(named_order));
    ck_assert_int_eq(ledger_load_asset(bench.ledger, &asset), CNOP_OK);
    bench_tick(ETH, 100);
    (void)bench_deposit(0, 1000, NULL);
    bench_settle();
}

/* Its commit fails, and it gets another number: that one is cancelled. */
START_TEST(an_order_is_named_anew_when_it_is_applied_again)
{
    unsigned placed, cancelled, unknown;

    open_market();
    (void)bench_deposit(0, 1,
                        "old"); /* makes the commit fail, and leaves its number to the order */
    placed = place_named("mine");
    cancelled = cancel_named("mine");
    unknown = cancel_named("yours");
    bench_round();
    bench_commit(CNOP_E_DUPLICATE);
    bench_commit(CNOP_E_DUPLICATE);
    lookup_fake_answer(&bench.lookup, CNOP_E_NOT_FOUND, NULL);
    bench_settle();
    ck_assert_int_eq(named_err[placed], CNOP_OK);
    ck_assert_int_eq(named_err[cancelled], CNOP_OK);
    ck_assert_int_eq(named_order[cancelled], named_order[placed]);
    ck_assert_int_eq(named_err[unknown], CNOP_E_NOT_FOUND);
    ck_assert_uint_eq(ledger_open_order_count(bench.ledger), 0);
}
END_TEST

/* Memory has forgotten its key. */
START_TEST(an_order_is_named_by_the_database)
{
    static const enum cnop_err answers[] = {CNOP_OK, CNOP_E_NOT_FOUND, CNOP_E_DB_FAILED};
    struct ledger_posting posting = {.op = LEDGER_OP_LIMIT, .account_id = BENCH_ACCOUNT};
    unsigned placed, cancelled;

    open_market();
    placed = place_named(NULL);
    bench_settle();
    posting.id = named_order[placed];
    ledger_load_cold(bench.ledger);
    cancelled = cancel_named("mine");
    bench_round();
    ck_assert_uint_eq(bench.lookup.waiting_count, 1);
    lookup_fake_answer(&bench.lookup, answers[_i], _i == 0 ? &posting : NULL);
    bench_settle();
    ck_assert_int_eq(named_err[cancelled], answers[_i]);
    ck_assert_uint_eq(ledger_open_order_count(bench.ledger), _i == 0 ? 0 : 1);
    bench.lookup.room = 0;
    cancelled = cancel_named("other");
    bench_settle();
    ck_assert_int_eq(named_err[cancelled], CNOP_E_OVERLOADED);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_test(tests, an_order_is_named_anew_when_it_is_applied_again);
    tcase_add_loop_test(tests, an_order_is_named_by_the_database, 0, 3);
    tcase_add_checked_fixture(tests, bench_open, bench_close);
    tcase_add_loop_test(tests, a_double_is_resolved_by_looking_it_up, 0, 3);
    tcase_add_test(tests, what_was_looked_up_is_not_forgotten);
    tcase_add_test(tests, too_many_lookups_are_refused);
    tcase_add_test(tests, a_lookup_that_ends_in_a_stall_is_answered);
}

UNIT_MAIN("engine_lookup", add)
