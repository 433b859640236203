/* SPDX-License-Identifier: MIT */
/* The engine with fakes for its ports: when answers leave, and what becomes of everybody when a
 * commit fails in each way it can, at each place it can. Covers fcgi_services/order/engine.c,
 * fcgi_services/order/engine_batch.c, fcgi_services/order/engine_jobs.c,
 * fcgi_services/order/engine_result.c and fcgi_services/order/job_list.c. */
#include "tests/unit/order/engine_bench.h"

#include <stdio.h>

/* ---- answers ---- */

START_TEST(an_answer_leaves_after_its_commit)
{
    int one = bench_deposit(0, 10, NULL);
    int refused;

    bench_round();
    ck_assert_uint_eq(bench.committer.sent_count, 1);
    refused = bench_refused(0); /* it saw the ten dollars: it must wait for them */
    bench_round();
    ck_assert_uint_eq(bench.answered_count, 0);
    bench_commit(CNOP_OK);
    ck_assert_int_eq(bench.answers[one].err, CNOP_OK);
    ck_assert_int_eq(bench.answers[refused].err, CNOP_E_INSUFFICIENT_FUNDS);
    ck_assert_uint_lt(bench.answers[one].place, bench.answers[refused].place);
    ck_assert_uint_eq(bench.committer.sent_count, 1); /* nothing to write for the refusal */
    ck_assert_uint_eq(engine_status(bench.engine).seq, 1);
    bench_check_books();
}
END_TEST

START_TEST(one_batch_fills_while_another_is_written)
{
    (void)bench_deposit(0, 1, NULL);
    bench_round();
    for (int i = 1; i < BENCH_ACCOUNTS; i++)
        (void)bench_deposit(i, i, NULL);
    bench_round();
    ck_assert_uint_eq(bench.committer.sent_count, 1);
    bench_commit(CNOP_OK);
    ck_assert_uint_eq(bench.committer.sent_count, 2);
    ck_assert_uint_eq(bench.committer.batch->job_count, BENCH_ACCOUNTS - 1);
    ck_assert_uint_eq(bench.answered_count, 1);
    bench_commit(CNOP_OK);
    ck_assert_uint_eq(engine_status(bench.engine).seq, 2);
    bench_check_books();
}
END_TEST

START_TEST(a_key_is_answered_from_its_first_posting)
{
    int first = bench_deposit(0, 10, "k");
    int again = bench_deposit(0, 10, "k");
    int other = bench_deposit(0, 11, "k");

    bench_round();
    bench_commit(CNOP_OK);
    ck_assert(bench.answers[again].replayed);
    ck_assert_int_eq(bench.answers[again].id, bench.answers[first].id);
    ck_assert_int_eq(bench.answers[other].err, CNOP_E_IDEMPOTENCY_MISMATCH);
    bench_check_books();
}
END_TEST

/* ---- the clock ---- */

static int64_t
time_of_deposit(int64_t ahead_us)
{
    bench_wall_ahead_us(ahead_us);
    (void)bench_deposit(0, 10, NULL);
    bench_round();
    bench_commit(CNOP_OK);
    return ledger_find_balance(bench.ledger, BENCH_ACCOUNT, LEDGER_USD)->updated_us;
}

START_TEST(times_rise_while_the_clock_is_adjusted)
{
    int64_t ahead = time_of_deposit(1000000);

    ck_assert_int_eq(time_of_deposit(0), ahead);
    bench_check_books();
}
END_TEST

START_TEST(a_clock_back_from_far_ahead_is_believed)
{
    int64_t day_us = INT64_C(86400000000);
    int64_t ahead = time_of_deposit(366 * day_us);

    ck_assert_int_eq(time_of_deposit(0), ahead - 366 * day_us);
    bench_check_books();
}
END_TEST

/* ---- failed commits ---- */

/* Nothing was written, for a reason that concerns everybody. */
START_TEST(a_failed_commit_tells_everybody)
{
    static const enum cnop_err errs[] = {CNOP_E_DB_FAILED, CNOP_E_FENCED, CNOP_E_OUTCOME_UNKNOWN};
    enum cnop_err err = errs[_i];
    int one = bench_deposit(0, 10, NULL);
    int next;

    bench_round();
    next = bench_deposit(0, 20, NULL);
    bench_commit(err);
    ck_assert_int_eq(bench.answers[one].err, err);
    ck_assert_int_eq(bench.answers[next].err, err);
    bench_check_books();
    ck_assert(engine_is_over(bench.engine) == (err != CNOP_E_DB_FAILED));
    ck_assert_uint_eq(engine_room(bench.engine), err == CNOP_E_DB_FAILED ? BENCH_JOBS : 0);
    if (err != CNOP_E_DB_FAILED)
        return;
    (void)bench_deposit(0, 30, NULL);
    bench_round();
    bench_commit(CNOP_OK);
    ck_assert_uint_eq(engine_status(bench.engine).seq, 1);
    bench_check_books();
}
END_TEST

#define POISON_DOLLARS 13
static enum cnop_err poison_err;

static bool
holds_poison(const struct engine_batch *batch)
{
    for (uint32_t i = 0; i < batch->job_count; i++) {
        if (batch->jobs[i]->command.amount.e8 == POISON_DOLLARS * CNOP_E8)
            return true;
    }
    return false;
}

static enum cnop_err
refuse_poison(struct committer *committer, const struct engine_batch *batch)
{
    ck_assert_ptr_nonnull(committer);
    return holds_poison(batch) ? poison_err : CNOP_OK;
}

/* One command of many cannot be written: it alone fails, and the others keep their order. */
START_TEST(a_poison_command_fails_alone)
{
    static const struct {
        enum cnop_err commit;
        enum cnop_err answer;
    } cases[] = {{CNOP_E_INTERNAL, CNOP_E_INTERNAL},
                 {CNOP_E_TRUNCATED, CNOP_E_INTERNAL},
                 {CNOP_E_DUPLICATE, CNOP_E_INTERNAL},
                 {CNOP_E_DB_DEADLOCK, CNOP_E_BUSY}};
    int poison = -1;

    poison_err = cases[_i].commit;
    bench.committer.judge = refuse_poison;
    for (int i = 0; i < BENCH_ACCOUNTS; i++) {
        if (i == 3)
            poison = bench_deposit(i, POISON_DOLLARS, NULL);
        else
            (void)bench_deposit(i, 20 + i, NULL);
    }
    bench_run();
    bench_check_books();
    for (int i = 0; i < BENCH_ACCOUNTS; i++)
        ck_assert_int_eq(bench.answers[i].err, i == poison ? cases[_i].answer : CNOP_OK);
    for (int i = 5; i < BENCH_ACCOUNTS; i++)
        ck_assert_uint_lt(bench.answers[i - 1].place, bench.answers[i].place);
    ck_assert_int_ge(engine_metrics_fake[ENGINE_METRIC_ISOLATED], 2);
    (void)bench_deposit(0, 1, NULL);
    (void)bench_deposit(1, 1, NULL);
    bench_run();
    ck_assert_int_eq(engine_metrics_fake[ENGINE_METRIC_BATCH_SIZE], 2); /* together again */
    bench_check_books();
}
END_TEST

/* A commit of N fails once, in each way: whoever was told OK has it, whoever was not has not. */
#define NTH_ROUNDS 24
#define NTH_PLACES 20 /* of the failure */
static enum cnop_err nth_err;
static unsigned nth;

static enum cnop_err
fail_nth(struct committer *committer, const struct engine_batch *batch)
{
    ck_assert_uint_gt(batch->changed_count, 0);
    return committer->sent_count == nth ? nth_err : CNOP_OK;
}

START_TEST(any_commit_may_fail_in_any_way)
{
    static const enum cnop_err errs[] = {CNOP_E_DUPLICATE, CNOP_E_INTERNAL, CNOP_E_TRUNCATED,
                                         CNOP_E_DB_FAILED, CNOP_E_DB_DEADLOCK};

    nth_err = errs[_i % (int)CNOP_COUNT(errs)];
    nth = 1 + (unsigned)_i / (unsigned)CNOP_COUNT(errs);
    bench.committer.judge = fail_nth;
    for (int round = 0; round < NTH_ROUNDS; round++) {
        for (int i = 0; i <= round % 3; i++) {
            char key[16];

            (void)snprintf(key, sizeof(key), "k%d-%d", round, i);
            (void)bench_deposit((round + i) % BENCH_ACCOUNTS, 1 + round, round % 2 ? key : NULL);
        }
        (void)bench_refused(round % BENCH_ACCOUNTS);
        bench_round();
        bench_pass_us(1000);
        while (bench.lookup.waiting_count > 0)
            lookup_fake_answer(&bench.lookup, CNOP_E_NOT_FOUND, NULL);
    }
    bench_run();
    bench_check_books();
    ck_assert_uint_ge(bench.committer.sent_count, nth);
}
END_TEST

/* ---- a commit that takes too long ---- */

START_TEST(a_stalled_commit_is_answered_in_time)
{
    static const enum cnop_err ends[] = {CNOP_OK, CNOP_E_DB_FAILED, CNOP_E_INTERNAL};
    int one = bench_deposit(0, 10, NULL);
    int next, looked_up;

    bench_round();
    next = bench_deposit(1, 20, NULL);
    bench_pass_us(BENCH_GIVEUP_US);
    bench_round();
    ck_assert_uint_eq(bench.answered_count, 0); /* still in time */
    bench_pass_us(1);
    bench_round();
    ck_assert_int_eq(bench.answers[one].err, CNOP_E_OUTCOME_UNKNOWN);
    ck_assert_int_eq(bench.answers[next].err, CNOP_E_DB_FAILED); /* it certainly did not happen */
    ck_assert_int_eq(engine_metrics_fake[ENGINE_METRIC_COMMIT_UNKNOWN], 1);
    ck_assert_uint_eq(engine_room(bench.engine), 0); /* early refusal */
    looked_up = bench_deposit(2, 1, NULL);
    ck_assert_int_eq(looked_up, -1);
    bench_pass_us(100 * BENCH_GIVEUP_US);
    bench_round();
    ck_assert_uint_eq(bench.answered_count, 2); /* told once */
    /* At last the truth is known, and the engine works on. */
    bench_commit(ends[_i]);
    ck_assert_int_gt(engine_room(bench.engine), 0);
    if (ends[_i] == CNOP_OK)
        bench.answers[one].err = CNOP_OK; /* it has it, though it could not be told */
    bench_check_books();
    (void)bench_deposit(0, 30, NULL);
    bench_round();
    bench_commit(CNOP_OK);
    ck_assert_uint_eq(engine_status(bench.engine).seq, ends[_i] == CNOP_OK ? 2 : 1);
    bench_check_books();
}
END_TEST

/* The committer may still read the jobs of a batch that was answered: they are not reused. */
START_TEST(lent_jobs_are_not_reused)
{
    const struct engine_batch *batch;

    (void)bench_deposit(0, 10, NULL);
    bench_round();
    batch = bench.committer.batch;
    bench_pass_us(BENCH_GIVEUP_US + 1);
    bench_round();
    ck_assert_uint_eq(bench.answered_count, 1);
    ck_assert_uint_eq(batch->job_count, 1);
    ck_assert(batch->jobs[0]->lent);
    ck_assert_int_eq(batch->jobs[0]->command.amount.e8, 10 * CNOP_E8);
    ck_assert_uint_eq(engine_status(bench.engine).waiting_count, 1);
    bench_commit(CNOP_E_DB_FAILED);
    ck_assert_uint_eq(engine_status(bench.engine).waiting_count, 0);
}
END_TEST

/* ---- rows that somebody else keeps locked ---- */

static enum cnop_err
refuse_first_account(struct committer *committer, const struct engine_batch *batch)
{
    ck_assert_ptr_nonnull(committer);
    for (uint32_t i = 0; i < batch->job_count; i++) {
        if (batch->jobs[i]->command.account_id == BENCH_ACCOUNT)
            return CNOP_E_DB_DEADLOCK;
    }
    return CNOP_OK;
}

START_TEST(a_locked_row_does_not_hold_the_others)
{
    unsigned sent_count;

    bench.committer.judge = refuse_first_account;
    (void)bench_deposit(0, 10, NULL);
    (void)bench_deposit(1, 10, NULL);
    bench_run();
    ck_assert_int_eq(bench.answers[0].err, CNOP_E_BUSY);
    ck_assert_int_eq(bench.answers[1].err, CNOP_OK);
    /* For a while the account is refused without another try. */
    sent_count = bench.committer.sent_count;
    (void)bench_deposit(0, 10, NULL);
    (void)bench_deposit(2, 10, NULL);
    bench_run();
    ck_assert_uint_eq(bench.committer.sent_count, sent_count + 1);
    ck_assert_int_eq(bench.answers[2].err, CNOP_E_BUSY);
    ck_assert_int_eq(bench.answers[3].err, CNOP_OK);
    ck_assert_int_eq(engine_metrics_fake[ENGINE_METRIC_BLOCKED], 2);
    bench_pass_us(BENCH_PAUSE_US + 1);
    bench.committer.judge = NULL;
    (void)bench_deposit(0, 10, NULL);
    bench_round();
    bench_commit(CNOP_OK);
    bench_check_books();
}
END_TEST

static enum cnop_err
refuse_all(struct committer *committer, const struct engine_batch *batch)
{
    ck_assert_ptr_nonnull(committer);
    ck_assert_uint_gt(batch->job_count, 0);
    return CNOP_E_DB_DEADLOCK;
}

/* A row that everybody needs: nobody waits for all the others' turns. */
START_TEST(a_locked_house_is_noticed)
{
    bench.committer.judge = refuse_all;
    for (int i = 0; i < BENCH_ACCOUNTS; i++)
        (void)bench_deposit(i, 10, NULL);
    bench_run();
    for (int i = 0; i < BENCH_ACCOUNTS; i++)
        ck_assert_int_eq(bench.answers[i].err, CNOP_E_BUSY);
    ck_assert_uint_eq(bench.committer.sent_count, 3); /* together, and two alone */
    bench_check_books();
}
END_TEST

/* ---- room ---- */

START_TEST(a_full_queue_refuses)
{
    for (int i = 0; i < BENCH_JOBS; i++)
        ck_assert_int_eq(bench_deposit(i % BENCH_ACCOUNTS, 1, NULL), i);
    ck_assert_int_eq(bench_deposit(0, 1, NULL), -1);
    ck_assert_int_eq(engine_metrics_fake[ENGINE_METRIC_SHED], 1);
    bench_round();
    bench_commit(CNOP_OK);
    ck_assert_uint_eq(engine_room(bench.engine), BENCH_JOBS);
    bench_check_books();
}
END_TEST

START_TEST(an_old_queue_refuses)
{
    (void)bench_deposit(0, 1, NULL);
    bench_round();
    bench_pass_us(BENCH_QUEUE_AGE_US);
    ck_assert_int_eq(bench_deposit(1, 1, NULL), 1);
    bench_pass_us(1);
    ck_assert_int_eq(bench_deposit(2, 1, NULL), -1);
    bench_commit(CNOP_OK);
    bench_commit(CNOP_OK);
    ck_assert_int_eq(bench_deposit(3, 1, NULL), 2);
    bench_round();
    bench_commit(CNOP_OK);
    bench_check_books();
}
END_TEST

START_TEST(a_drain_finishes_what_was_accepted)
{
    int one = bench_deposit(0, 1, NULL);
    int next;

    bench_round();
    next = bench_deposit(1, 1, NULL);
    engine_drain(bench.engine);
    ck_assert_int_eq(bench_deposit(2, 1, NULL), -1);
    bench_commit(CNOP_OK);
    bench_commit(CNOP_OK);
    ck_assert_int_eq(bench.answers[one].err, CNOP_OK);
    ck_assert_int_eq(bench.answers[next].err, CNOP_OK);
    ck_assert_uint_eq(engine_room(bench.engine), 0);
    bench_check_books();
}
END_TEST

START_TEST(a_job_without_an_answer_is_a_bug)
{
    engine_submit(bench.engine, engine_job_take(bench.engine)); /* done is not set */
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_checked_fixture(tests, bench_open, bench_close);
    tcase_add_test(tests, an_answer_leaves_after_its_commit);
    tcase_add_test(tests, one_batch_fills_while_another_is_written);
    tcase_add_test(tests, a_key_is_answered_from_its_first_posting);
    tcase_add_loop_test(tests, a_failed_commit_tells_everybody, 0, 3);
    tcase_add_loop_test(tests, a_poison_command_fails_alone, 0, 4);
    tcase_add_loop_test(tests, any_commit_may_fail_in_any_way, 0, 5 * NTH_PLACES);
    tcase_add_loop_test(tests, a_stalled_commit_is_answered_in_time, 0, 3);
    tcase_add_test(tests, lent_jobs_are_not_reused);
    tcase_add_test(tests, a_locked_row_does_not_hold_the_others);
    tcase_add_test(tests, a_locked_house_is_noticed);
    tcase_add_test(tests, times_rise_while_the_clock_is_adjusted);
    tcase_add_test(tests, a_clock_back_from_far_ahead_is_believed);
    tcase_add_test(tests, a_full_queue_refuses);
    tcase_add_test(tests, an_old_queue_refuses);
    tcase_add_test(tests, a_drain_finishes_what_was_accepted);
    unit_add_abort_test(tests, a_job_without_an_answer_is_a_bug);
}

UNIT_MAIN("engine", add)
