/* SPDX-License-Identifier: MIT */
/* The committer against a scripted database: what it reports after each answer the server may give,
 * and how often it sends a transaction to find out. Covers fcgi_services/order/committer_sql.c and
 * fcgi_services/order/commit_sql.c. */
#include "fcgi_services/order/committer_sql.h"

#include <poll.h>
#include <stdatomic.h>
#include <string.h>

#include "shared/base/clock.h"
#include "tests/fakes/clock_fake.h"
#include "tests/unit/unit.h"

#define EPOCH 7
#define SEQ_BEFORE 4
#define STEPS 6
#define ANSWER_MS 30000 /* generous: a busy machine */

/* One look at the writer row. */
struct look {
    enum cnop_err err;
    uint64_t epoch; /* 0: there is no row */
    uint64_t seq;
};

struct script {
    const char *name;
    enum cnop_err commits[STEPS];
    unsigned commit_steps;
    struct look looks[STEPS];
    unsigned look_steps;
    unsigned commit_count; /* expected */
    unsigned look_count;   /* expected */
    enum cnop_err result;  /* expected */
    int64_t commit_us;     /* time each takes */
    int64_t look_us;
};

/* clang-format off */
#define LOST {CNOP_E_DB_FAILED, 0, 0}
#define THERE {CNOP_OK, EPOCH, SEQ_BEFORE + 1}
#define NOT_THERE {CNOP_OK, EPOCH, SEQ_BEFORE}
/* clang-format on */

static const struct script scripts[] = {
    {"kept", {CNOP_OK}, 1, {LOST}, 1, 1, 0, CNOP_OK, 0, 0},
    {"answer lost, kept", {CNOP_E_OUTCOME_UNKNOWN}, 1, {THERE}, 1, 1, 1, CNOP_OK, 0, 0},
    {"answer lost, not kept",
     {CNOP_E_OUTCOME_UNKNOWN, CNOP_OK},
     2,
     {NOT_THERE},
     1,
     2,
     1,
     CNOP_OK,
     0,
     0},
    {"server away", {CNOP_E_OUTCOME_UNKNOWN}, 1, {LOST, LOST, LOST, THERE}, 4, 1, 4, CNOP_OK, 0, 0},
    {"answer lost twice",
     {CNOP_E_OUTCOME_UNKNOWN, CNOP_E_OUTCOME_UNKNOWN},
     2,
     {NOT_THERE, THERE},
     2,
     2,
     2,
     CNOP_OK,
     0,
     0},
    {"answer lost, then refused",
     {CNOP_E_OUTCOME_UNKNOWN, CNOP_E_DUPLICATE},
     2,
     {NOT_THERE},
     1,
     2,
     2,
     CNOP_E_DUPLICATE,
     0,
     0},
    {"answer lost, another engine",
     {CNOP_E_OUTCOME_UNKNOWN},
     1,
     {{CNOP_OK, EPOCH + 1, SEQ_BEFORE}},
     1,
     1,
     1,
     CNOP_E_FENCED,
     0,
     0},
    {"no writer row", {CNOP_E_OUTCOME_UNKNOWN}, 1, {{CNOP_OK, 0, 0}}, 1, 1, 1, CNOP_E_FENCED, 0, 0},
    {"journal ahead",
     {CNOP_E_OUTCOME_UNKNOWN},
     1,
     {{CNOP_OK, EPOCH, SEQ_BEFORE + 2}},
     1,
     1,
     1,
     CNOP_E_FENCED,
     0,
     0},
    {"refused", {CNOP_E_DUPLICATE}, 1, {NOT_THERE}, 1, 1, 1, CNOP_E_DUPLICATE, 0, 0},
    {"refused, yet kept", {CNOP_E_DUPLICATE}, 1, {THERE}, 1, 1, 1, CNOP_OK, 0, 0},
    {"too large", {CNOP_E_TRUNCATED}, 1, {NOT_THERE}, 1, 1, 1, CNOP_E_TRUNCATED, 0, 0},
    {"fenced", {CNOP_E_FENCED}, 1, {{CNOP_OK, EPOCH + 1, 9}}, 1, 1, 1, CNOP_E_FENCED, 0, 0},
    {"another NULL than the fence's",
     {CNOP_E_FENCED},
     1,
     {NOT_THERE},
     1,
     1,
     1,
     CNOP_E_INTERNAL,
     0,
     0},
    {"read-only", {CNOP_E_DB_FAILED}, 1, {NOT_THERE}, 1, 1, 1, CNOP_E_DB_FAILED, 0, 0},
    {"failed in the commit, kept", {CNOP_E_DB_FAILED}, 1, {THERE}, 1, 1, 1, CNOP_OK, 0, 0},
    {"failed, then away",
     {CNOP_E_DB_FAILED, CNOP_OK},
     2,
     {LOST, LOST, NOT_THERE},
     3,
     2,
     3,
     CNOP_OK,
     0,
     0},
    {"deadlocks",
     {CNOP_E_DB_DEADLOCK, CNOP_E_DB_DEADLOCK, CNOP_OK},
     3,
     {LOST},
     1,
     3,
     0,
     CNOP_OK,
     0,
     0},
    {"deadlocks without end",
     {CNOP_E_DB_DEADLOCK},
     1,
     {NOT_THERE},
     1,
     3,
     1,
     CNOP_E_DB_DEADLOCK,
     0,
     0},
    {"a lock that is kept",
     {CNOP_E_DB_DEADLOCK},
     1,
     {NOT_THERE},
     1,
     1,
     1,
     CNOP_E_DB_DEADLOCK,
     1000000,
     0},
    {"away for good",
     {CNOP_E_OUTCOME_UNKNOWN},
     1,
     {LOST},
     1,
     1,
     3,
     CNOP_E_OUTCOME_UNKNOWN,
     0,
     25000000},
};

static const struct script *script;
static const struct seal_key seals = {{1}};
static unsigned commit_count;
static unsigned look_count;
static atomic_llong now_us;

static void
pass_us(int64_t us)
{
    clock_fake_freeze(1, atomic_fetch_add(&now_us, us) + us);
}

/* The last step goes on. */
static unsigned
at_most(unsigned index, unsigned count)
{
    return index < count ? index : count - 1;
}

enum cnop_err __wrap_cnop_batch_commit(struct cnop_batch_db *db, struct cnop_batch *batch);
enum cnop_err
__wrap_cnop_batch_commit(struct cnop_batch_db *db, struct cnop_batch *batch)
{
    unsigned index = commit_count++;

    ck_assert_ptr_nonnull(db);
    ck_assert_uint_gt(batch->text.len, 0);
    pass_us(script->commit_us);
    return script->commits[at_most(index, script->commit_steps)];
}

enum cnop_err __wrap_cnop_batch_scan(struct cnop_batch_db *db, const struct cnop_batch *query,
                                     cnop_batch_row_fn fn, void *arg);
enum cnop_err
__wrap_cnop_batch_scan(struct cnop_batch_db *db, const struct cnop_batch *query,
                       cnop_batch_row_fn fn, void *arg)
{
    const struct look *look = &script->looks[at_most(look_count++, script->look_steps)];
    const struct cnop_cell cells[] = {{.kind = CNOP_PARAM_U64, .u64 = look->epoch},
                                      {.kind = CNOP_PARAM_U64, .u64 = look->seq}};
    const struct cnop_row row = {.cells = cells, .column_count = 2};

    ck_assert_ptr_nonnull(db);
    ck_assert_uint_gt(query->text.len, 0);
    pass_us(script->look_us);
    if (look->err != CNOP_OK || look->epoch == 0)
        return look->err;
    return fn(arg, &row);
}

const char *__wrap_cnop_batch_db_cause(const struct cnop_batch_db *db);
const char *
__wrap_cnop_batch_db_cause(const struct cnop_batch_db *db)
{
    ck_assert_ptr_nonnull(db);
    return "scripted";
}

static void
fill(struct engine_batch *batch, struct engine_job *job)
{
    ck_assert_int_eq(engine_batch_open(batch), CNOP_OK);
    *job = (struct engine_job){
        .command = {.op = LEDGER_OP_DEPOSIT, .account_id = 1000, .amount = {CNOP_E8}, .time_us = 1},
        .outcome = {.changed = true,
                    .posting = {.id = 11,
                                .account_id = 1000,
                                .op = LEDGER_OP_DEPOSIT,
                                .total = {CNOP_E8},
                                .time_us = 1}}};
    engine_batch_add(batch, NULL, job);
    batch->first_id = 11;
    batch->next_id = 12;
    batch->chain.epoch = EPOCH;
    batch->chain.seq = SEQ_BEFORE;
}

START_TEST(every_answer_of_the_server_is_made_certain)
{
    static struct engine_batch batch;
    static char db[8]; /* never looked into: all calls are scripted */
    struct engine_job job;
    struct committer *committer;
    struct commit_result result = {.err = CNOP_E_INTERNAL};
    struct pollfd wait;

    script = &scripts[_i];
    commit_count = 0;
    look_count = 0;
    pass_us(1);
    memset(&batch, 0, sizeof(batch));
    fill(&batch, &job);
    ck_assert_int_eq(
        committer_sql_start((struct cnop_batch_db *)(void *)db, &seals, NULL, &committer), CNOP_OK);
    ck_assert(!committer_take(committer, &result));
    committer_send(committer, &batch);
    wait = (struct pollfd){.fd = committer_fd(committer), .events = POLLIN};
    ck_assert_msg(poll(&wait, 1, ANSWER_MS) == 1, "%s: no answer", script->name);
    ck_assert(committer_take(committer, &result));
    ck_assert(!committer_take(committer, &result));
    committer_stop(committer);
    ck_assert_msg(result.err == script->result, "%s: %s", script->name,
                  cnop_err_symbol(result.err));
    ck_assert_msg(commit_count == script->commit_count, "%s: %u commits", script->name,
                  commit_count);
    ck_assert_msg(look_count == script->look_count, "%s: %u looks", script->name, look_count);
    ck_assert_uint_eq(batch.chain.seq, SEQ_BEFORE + 1);
    clock_fake_unfreeze();
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_loop_test(tests, every_answer_of_the_server_is_made_certain, 0,
                        (int)CNOP_COUNT(scripts));
}

UNIT_MAIN("committer_sql", add)
