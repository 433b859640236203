/* SPDX-License-Identifier: MIT */
/* Filling cash up to whole cents at a start: everybody once, a few at a time, and no second time.
 */
#include "fcgi_services/order/whole_cents.h"

#include "tests/unit/order/engine_bench.h"

static enum cnop_err
accept(struct committer *committer, const struct engine_batch *batch)
{
    (void)committer;
    return batch->job_count > 0 ? CNOP_OK : CNOP_E_INTERNAL;
}

static void
open_bench(void)
{
    bench_open();
    bench.committer.judge = accept;
}

static void
load_cash(int64_t account_id, int64_t cash_e8)
{
    const struct ledger_account account = {
        .id = account_id, .kind = LEDGER_KIND_USER, .status = LEDGER_ACTIVE};
    const struct ledger_balance balance = {
        .account_id = account_id, .asset_id = LEDGER_USD, .avail_e8 = cash_e8};

    ck_assert_int_eq(ledger_load_account(bench.ledger, &account), CNOP_OK);
    ck_assert_int_eq(ledger_load_balance(bench.ledger, &balance), CNOP_OK);
}

static int64_t
cash_of(int64_t account_id)
{
    return ledger_find_balance(bench.ledger, account_id, LEDGER_USD)->avail_e8;
}

START_TEST(everybody_is_filled_up_once)
{
    load_cash(BENCH_ACCOUNT, 5 * CNOP_E8);
    for (int i = 1; i <= 40; i++)
        load_cash(BENCH_ACCOUNT + i, i * CNOP_CENT_E8 + i);
    whole_cents_start(bench.engine);
    bench_run();
    ck_assert_int_eq(cash_of(BENCH_ACCOUNT), 5 * CNOP_E8);
    for (int i = 1; i <= 40; i++)
        ck_assert_int_eq(cash_of(BENCH_ACCOUNT + i), (i + 1) * CNOP_CENT_E8);
    ck_assert_uint_gt(engine_status(bench.engine).seq, 0);
    ck_assert_uint_eq(engine_status(bench.engine).waiting_count, 0);
}
END_TEST

START_TEST(there_is_nothing_to_do_the_second_time)
{
    uint64_t seq;

    load_cash(BENCH_ACCOUNT, CNOP_CENT_E8 + 1);
    whole_cents_start(bench.engine);
    bench_run();
    seq = engine_status(bench.engine).seq;
    whole_cents_start(bench.engine);
    bench_run();
    ck_assert_uint_eq(engine_status(bench.engine).seq, seq);
    ck_assert_int_eq(cash_of(BENCH_ACCOUNT), 2 * CNOP_CENT_E8);
}
END_TEST

/* Jobs are given back: as many as the engine has can be taken after it. */
START_TEST(more_accounts_than_jobs_wait_for_the_next_start)
{
    static struct engine_job *jobs[BENCH_JOBS];
    size_t count = 0;

    for (int i = 0; i < 50; i++)
        load_cash(BENCH_ACCOUNT + i, CNOP_CENT_E8 + 1);
    while (count < BENCH_JOBS - 10 && (jobs[count] = engine_job_take(bench.engine)) != NULL)
        count++;
    whole_cents_start(bench.engine);
    bench_run();
    while (count > 0)
        engine_job_drop(bench.engine, jobs[--count]);
    whole_cents_start(bench.engine);
    bench_run();
    for (int i = 0; i < 50; i++)
        ck_assert_int_eq(cash_of(BENCH_ACCOUNT + i), 2 * CNOP_CENT_E8);
    while (count < BENCH_JOBS && (jobs[count] = engine_job_take(bench.engine)) != NULL)
        count++;
    ck_assert_uint_eq(count, BENCH_JOBS);
    while (count > 0)
        engine_job_drop(bench.engine, jobs[--count]);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_checked_fixture(tests, open_bench, bench_close);
    tcase_add_test(tests, everybody_is_filled_up_once);
    tcase_add_test(tests, there_is_nothing_to_do_the_second_time);
    tcase_add_test(tests, more_accounts_than_jobs_wait_for_the_next_start);
}

UNIT_MAIN("whole_cents", add)
