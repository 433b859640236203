/* SPDX-License-Identifier: MIT */
/* See engine_bench.h. */
#include "tests/unit/order/engine_bench.h"
#include "tests/fakes/clock_fake.h"
#include "tests/unit/shared/ledger/read_back.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "shared/base/clock.h"

#define START_US INT64_C(1795000000000000)
#define ROUNDS_MAX 1000

struct bench bench;

/* Of the ledger: of pages that are zero and cost nothing before they are needed. */
static void *memory;
static size_t memory_bytes;

static void
on_done(struct engine_job *job)
{
    struct bench_answer *answer = &bench.answers[job->owner_index];

    answer->count++;
    answer->err = job->err;
    answer->replayed = job->outcome.replayed;
    answer->id = job->outcome.posting.id;
    answer->place = ++bench.answered_count;
}

void
bench_open(void)
{
    struct engine_parts parts;
    struct ledger_config config;

    cnop_secret_init();
    memset(&bench, 0, sizeof(bench));
    memset(engine_metrics_fake, 0, sizeof(engine_metrics_fake));
    bench.now_us = 1000000;
    clock_fake_freeze(START_US + bench.now_us, bench.now_us);
    ledger_config_default(&config);
    config.max_accounts = 64;
    config.max_balances = 1024;
    config.recent_keys = 256;
    config.undo_entries = 32768;
    config.max_dirty = ENGINE_DIRTY_MAX;
    config.max_fills = ENGINE_FILL_MAX;
    config.max_order_rows = ENGINE_ORDER_MAX;
    config.max_open_orders = 1000;
    config.max_levels = 1000;
    config.max_nodes = 5000;
    memory_bytes = ledger_bytes(&config);
    memory = mmap(NULL, memory_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ck_assert_ptr_ne(memory, MAP_FAILED);
    bench.ledger = ledger_init(memory, &config);
    bench.committer.has_database = true;
    bench.lookup.room = FAKE_LOOKUPS;
    parts = (struct engine_parts){.ledger = bench.ledger,
                                  .chain = {.epoch = BENCH_EPOCH},
                                  .committer = &bench.committer,
                                  .lookup = &bench.lookup,
                                  .queue_jobs = BENCH_JOBS,
                                  .queue_age_us = BENCH_QUEUE_AGE_US,
                                  .commit_giveup_us = BENCH_GIVEUP_US,
                                  .blocked_pause_us = BENCH_PAUSE_US};
    ck_assert_int_eq(engine_open(&parts, &bench.engine), CNOP_OK);
}

void
bench_close(void)
{
    engine_close(bench.engine);
    ck_assert(bench.committer.stopped);
    ck_assert(bench.lookup.stopped);
    ck_assert_int_eq(munmap(memory, memory_bytes), 0);
    clock_fake_unfreeze();
}

static int
ask(const struct ledger_command *command, const char *key)
{
    struct engine_job *job = engine_job_take(bench.engine);
    int number = (int)bench.asked_count;
    int64_t sign = command->op == LEDGER_OP_WITHDRAW ? -1 : 1;

    if (job == NULL)
        return -1;
    ck_assert_int_lt(number, BENCH_ANSWERS);
    bench.asked_count++;
    bench.answers[number].account_id = command->account_id;
    bench.answers[number].amount_e8 = sign * command->amount.e8;
    job->command = *command;
    if (key != NULL)
        ck_assert_int_eq(ledger_command_set_key(&job->command, cnop_str_from(key)), CNOP_OK);
    job->done = on_done;
    job->owner_index = (uint32_t)number;
    engine_submit(bench.engine, job);
    ck_assert_uint_eq(bench.answers[number].count, 0); /* never from inside */
    return number;
}

int
bench_deposit(int account, int64_t dollars, const char *key)
{
    const struct ledger_command command = {.op = LEDGER_OP_DEPOSIT,
                                           .account_id = BENCH_ACCOUNT + account,
                                           .amount = {dollars * CNOP_E8}};

    return ask(&command, key);
}

int
bench_refused(int account)
{
    const struct ledger_command command = {.op = LEDGER_OP_WITHDRAW,
                                           .account_id = BENCH_ACCOUNT + account,
                                           .amount = {4999 * CNOP_E8}};

    return ask(&command, NULL);
}

void
bench_tick(uint16_t asset_id, int64_t dollars)
{
    const struct ledger_command command = {.op = LEDGER_OP_TICK,
                                           .asset_id = asset_id,
                                           .price = {dollars * CNOP_E10},
                                           .price_seq = ++bench.price_seq,
                                           .time_us = cnop_clock_wall_us()};

    ck_assert_int_eq(engine_tick(bench.engine, &command), CNOP_OK);
}

void
bench_pass_us(int64_t us)
{
    bench.now_us += us;
    clock_fake_freeze(START_US + bench.now_us, bench.now_us);
}

void
bench_wall_ahead_us(int64_t us)
{
    clock_fake_freeze(START_US + bench.now_us + us, bench.now_us);
}

void
bench_round(void)
{
    engine_on_lookup(bench.engine);
    engine_on_committer(bench.engine);
    engine_round_end(bench.engine);
}

void
bench_commit(enum cnop_err err)
{
    committer_fake_finish(&bench.committer, err);
    bench_round();
}

void
bench_settle(void)
{
    bench_round();
    while (bench.committer.batch != NULL)
        bench_commit(CNOP_OK);
    ck_assert_uint_eq(engine_status(bench.engine).waiting_count, 0);
}

void
bench_run(void)
{
    unsigned rounds = 0;

    do {
        bench_round();
        ck_assert_uint_lt(++rounds, ROUNDS_MAX);
    } while (bench.committer.batch != NULL);
}

void
bench_check_books(void)
{
    int64_t sums[BENCH_ACCOUNTS] = {0};

    for (unsigned i = 0; i < bench.asked_count; i++) {
        const struct bench_answer *answer = &bench.answers[i];

        ck_assert_msg(answer->count == 1, "request %u was answered %u times", i, answer->count);
        if (answer->err == CNOP_OK && !answer->replayed)
            sums[answer->account_id - BENCH_ACCOUNT] += answer->amount_e8;
    }
    for (int i = 0; i < BENCH_ACCOUNTS; i++) {
        const struct ledger_balance *row =
            ledger_find_balance(bench.ledger, BENCH_ACCOUNT + i, LEDGER_USD);

        ck_assert_msg((row == NULL ? 0 : row->avail_e8) == sums[i], "account %d", i);
    }
    ck_assert_int_eq(read_back_asset_sum(bench.ledger, LEDGER_USD), 0);
    ck_assert_uint_eq(engine_status(bench.engine).waiting_count, 0);
}
