/* SPDX-License-Identifier: MIT */
/* What the engine's tests stand on: an engine over fakes, clients that note their answers, and the
 * question whether books and answers agree. */
#ifndef CNOP_TESTS_UNIT_ORDER_ENGINE_BENCH_H
#define CNOP_TESTS_UNIT_ORDER_ENGINE_BENCH_H

#include "fcgi_services/order/engine_run.h"
#include "tests/fakes/committer_fake.h"
#include "tests/fakes/engine_metrics_fake.h"
#include "tests/fakes/lookup_fake.h"
#include "tests/unit/unit.h"

#define BENCH_ANSWERS 1024
#define BENCH_ACCOUNT INT64_C(1000)
#define BENCH_ACCOUNTS 8
#define BENCH_JOBS 64
#define BENCH_GIVEUP_US INT64_C(1500000)
#define BENCH_QUEUE_AGE_US INT64_C(250000)
#define BENCH_PAUSE_US INT64_C(5000000)
#define BENCH_EPOCH 7

/* What one client asked for and learned. */
struct bench_answer {
    unsigned count; /* how often it was answered */
    enum cnop_err err;
    int64_t account_id;
    int64_t amount_e8;
    bool replayed;
    int64_t id;
    unsigned place; /* in the order of all answers, from 1 */
};

struct bench {
    struct ledger *ledger;
    struct engine *engine;
    struct committer committer;
    struct lookup lookup;
    struct bench_answer answers[BENCH_ANSWERS];
    unsigned asked_count;
    unsigned answered_count;
    uint64_t price_seq;
    int64_t now_us;
};
extern struct bench bench;

/* Fixture of a test case; the clock stands still. */
void bench_open(void);
void bench_close(void);

/* A deposit of so many dollars to BENCH_ACCOUNT + account; key NULL: none. The number of the
 * answer, or -1: the engine has no room. */
int bench_deposit(int account, int64_t dollars, const char *key);
/* A withdrawal that is refused for want of funds: nothing to write. */
int bench_refused(int account);

/* The feed's next price of an asset, now. */
void bench_tick(uint16_t asset_id, int64_t dollars);

void bench_pass_us(int64_t us);       /* time goes by */
void bench_wall_ahead_us(int64_t us); /* the wall clock is wrong by so much, until time goes by */
void bench_round(void);               /* one round of the loop */
/* The batch in flight ends so, and the loop hears of it. */
void bench_commit(enum cnop_err err);
/* A round, and commits of whatever is sent until nothing is left or waits. */
void bench_settle(void);
/* Rounds until nothing is in flight, every commit judged by bench.committer.judge. */
void bench_run(void);

/* Every request was answered once; each account has what its accepted requests come to, on the
 * ledger's side too; assets add up to zero; every job is free again. */
void bench_check_books(void);

#endif
