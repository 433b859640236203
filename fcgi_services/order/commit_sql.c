/* SPDX-License-Identifier: MIT */
/* One batch, one InnoDB transaction, one certain answer; see commit_sql.h. */
#include "fcgi_services/order/commit_sql.h"

#include <poll.h>

#include "fcgi_services/order/fault.h"
#include "shared/base/clock.h"
#include "shared/base/log.h"

#define RECONNECT_PAUSE_MS 50
#define DEADLOCK_TRIES 3
/* The server ends a deadlock at once; what took longer was a lock that somebody keeps. */
#define DEADLOCK_US 500000
/* After that long without an answer a new process is as good: it reads what is there. */
#define SETTLE_MAX_US (INT64_C(60) * 1000000)
#define QUERY_BYTES 256

static void
log_failure(const struct commit_sql *commit, const struct engine_batch *batch, enum cnop_err err)
{
    struct cnop_log_line line;

    cnop_assert(err != CNOP_OK);
    cnop_log_begin(&line, CNOP_LOG_ERROR, NULL, "commit", "transaction not acknowledged");
    cnop_log_text(&line, "error", cnop_err_symbol(err));
    cnop_log_text(&line, "cause", cnop_batch_db_cause(commit->db));
    cnop_log_u64(&line, "seq", batch->chain.seq);
    cnop_log_u64(&line, "commands", batch->job_count);
    cnop_log_end(&line);
}

/* ---- settling ---- */

struct writer_row {
    uint64_t epoch;
    uint64_t seq;
    bool found;
};

static enum cnop_err
read_writer_row(void *arg, const struct cnop_row *row)
{
    struct writer_row *writer = arg;

    cnop_assert(row->column_count == 2);
    cnop_assert(!writer->found);
    writer->epoch = row->cells[0].u64;
    writer->seq = row->cells[1].u64;
    writer->found = true;
    return CNOP_OK;
}

/* Whether the batch is in the database: OK, NOT_FOUND, FENCED; DB_FAILED: nobody to ask. The lock
 * waits for a transaction of the lost connection that the server is still ending. */
static enum cnop_err
ask_writer_row(struct commit_sql *commit, const struct engine_batch *batch)
{
    char memory[QUERY_BYTES];
    struct writer_row writer = {0};
    struct cnop_batch query;
    enum cnop_err err;

    cnop_assert(batch->chain.seq > 0);
    cnop_batch_init(&query, memory, sizeof(memory));
    cnop_batch_sql(&query, "SELECT epoch,seq FROM writer WHERE shard=0 LOCK IN SHARE MODE");
    err = cnop_batch_scan(commit->db, &query, read_writer_row, &writer);
    atomic_store(&commit->has_database, err == CNOP_OK);
    if (err != CNOP_OK)
        return CNOP_E_DB_FAILED;
    if (!writer.found || writer.epoch != batch->chain.epoch)
        return CNOP_E_FENCED;
    if (writer.seq == batch->chain.seq)
        return CNOP_OK;
    return writer.seq + 1 == batch->chain.seq ? CNOP_E_NOT_FOUND : CNOP_E_FENCED;
}

/* What an answer that is not OK comes to. A server that fails in the very COMMIT may have kept it,
 * and a row that is already there may be another engine's: never believe, ask. OUTCOME_UNKNOWN:
 * nobody answers. */
static enum cnop_err
make_certain(struct commit_sql *commit, const struct engine_batch *batch, enum cnop_err err)
{
    enum cnop_err found;

    cnop_assert(err != CNOP_OK);
    if (err == CNOP_E_OUTCOME_UNKNOWN || engine_fault(ENGINE_FAULT_DROP_FENCE))
        return err;
    found = ask_writer_row(commit, batch);
    if (found == CNOP_E_DB_FAILED)
        return CNOP_E_OUTCOME_UNKNOWN;
    if (found != CNOP_E_NOT_FOUND)
        return found;
    return err == CNOP_E_FENCED ? CNOP_E_INTERNAL : err; /* not the fence: another NULL */
}

/* One look at the database, and one more transaction when the batch is certainly not there.
 * OUTCOME_UNKNOWN: still not settled. */
static enum cnop_err
try_to_settle(struct commit_sql *commit, const struct engine_batch *batch)
{
    enum cnop_err err = ask_writer_row(commit, batch);

    if (err == CNOP_E_DB_FAILED)
        return CNOP_E_OUTCOME_UNKNOWN;
    if (err != CNOP_E_NOT_FOUND)
        return err;
    err = cnop_batch_commit(commit->db, &commit->sql);
    return err == CNOP_OK ? err : make_certain(commit, batch, err);
}

/* The answer was lost. Finds out on a new connection; the clients do not wait for it, and after
 * SETTLE_MAX_US nobody does. */
static enum cnop_err
settle(struct commit_sql *commit, const struct engine_batch *batch)
{
    int64_t deadline_us = cnop_clock_monotonic_us() + SETTLE_MAX_US;
    enum cnop_err err = CNOP_E_OUTCOME_UNKNOWN;

    while (err == CNOP_E_OUTCOME_UNKNOWN && !atomic_load(&commit->stopping) &&
           cnop_clock_monotonic_us() < deadline_us) {
        err = try_to_settle(commit, batch);
        if (err == CNOP_E_OUTCOME_UNKNOWN)
            (void)poll(NULL, 0, RECONNECT_PAUSE_MS);
    }
    cnop_assert(err != CNOP_E_NOT_FOUND);
    return err;
}

enum cnop_err
commit_sql_run(struct commit_sql *commit, const struct engine_batch *batch)
{
    enum cnop_err err = CNOP_E_DB_DEADLOCK;
    bool at_once = true;

    for (int tries = 0; tries < DEADLOCK_TRIES && err == CNOP_E_DB_DEADLOCK && at_once; tries++) {
        int64_t start_us = cnop_clock_monotonic_us();

        engine_kill_point("pre_commit");
        err = cnop_batch_commit(commit->db, &commit->sql);
        engine_kill_point("post_commit");
        at_once = cnop_clock_monotonic_us() - start_us < DEADLOCK_US;
    }
    if (err == CNOP_OK)
        return err;
    log_failure(commit, batch, err);
    err = make_certain(commit, batch, err);
    return err == CNOP_E_OUTCOME_UNKNOWN ? settle(commit, batch) : err;
}
