/* SPDX-License-Identifier: MIT */
/* One batch, one InnoDB transaction, one certain answer. See committer.h. The mutex guards the
 * hand-over only; a lent batch belongs to this thread until it is handed back. */
#include "fcgi_services/order/committer_sql.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fcgi_services/order/fault.h"
#include "fcgi_services/order/rows_sql.h"
#include "fcgi_services/order/wake.h"
#include "shared/base/clock.h"
#include "shared/base/log.h"

#define RECONNECT_PAUSE_MS 50
#define DEADLOCK_TRIES 3
/* The server ends a deadlock at once; what took longer was a lock that somebody keeps. */
#define DEADLOCK_US 500000
/* After that long without an answer a new process is as good: it reads what is there. */
#define SETTLE_MAX_US (INT64_C(60) * 1000000)
#define QUERY_BYTES 256
#define SQL_BYTES (ENGINE_BATCH_MAX * 2048u + 4 * ENGINE_BODY_BYTES)

struct committer {
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t wake;
    struct engine_batch *batch;  /* lent, not yet taken back; under mutex */
    struct commit_result result; /* under mutex, when done */
    bool done;                   /* under mutex */
    bool stop;                   /* under mutex */
    atomic_bool stopping;        /* the same for the reconnect loop */
    atomic_bool has_database;
    int event_fd;
    /* The thread's own. */
    struct cnop_batch_db *db;
    const struct seal_key *key;
    struct cnop_batch sql; /* of the batch in hand */
};

static void
log_failure(const struct committer *committer, const struct engine_batch *batch, enum cnop_err err)
{
    struct cnop_log_line line;

    cnop_assert(err != CNOP_OK);
    cnop_log_begin(&line, CNOP_LOG_ERROR, NULL, "commit", "transaction not acknowledged");
    cnop_log_text(&line, "error", cnop_err_symbol(err));
    cnop_log_text(&line, "cause", cnop_batch_db_cause(committer->db));
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
ask_writer_row(struct committer *committer, const struct engine_batch *batch)
{
    char memory[QUERY_BYTES];
    struct writer_row writer = {0};
    struct cnop_batch query;
    enum cnop_err err;

    cnop_assert(batch->chain.seq > 0);
    cnop_batch_init(&query, memory, sizeof(memory));
    cnop_batch_sql(&query, "SELECT epoch,seq FROM writer WHERE shard=0 LOCK IN SHARE MODE");
    err = cnop_batch_scan(committer->db, &query, read_writer_row, &writer);
    atomic_store(&committer->has_database, err == CNOP_OK);
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
make_certain(struct committer *committer, const struct engine_batch *batch, enum cnop_err err)
{
    enum cnop_err found;

    cnop_assert(err != CNOP_OK);
    if (err == CNOP_E_OUTCOME_UNKNOWN || engine_fault(ENGINE_FAULT_DROP_FENCE))
        return err;
    found = ask_writer_row(committer, batch);
    if (found == CNOP_E_DB_FAILED)
        return CNOP_E_OUTCOME_UNKNOWN;
    if (found != CNOP_E_NOT_FOUND)
        return found;
    return err == CNOP_E_FENCED ? CNOP_E_INTERNAL : err; /* not the fence: another NULL */
}

/* One look at the database, and one more transaction when the batch is certainly not there.
 * OUTCOME_UNKNOWN: still not settled. */
static enum cnop_err
try_to_settle(struct committer *committer, const struct engine_batch *batch)
{
    enum cnop_err err = ask_writer_row(committer, batch);

    if (err == CNOP_E_DB_FAILED)
        return CNOP_E_OUTCOME_UNKNOWN;
    if (err != CNOP_E_NOT_FOUND)
        return err;
    err = cnop_batch_commit(committer->db, &committer->sql);
    return err == CNOP_OK ? err : make_certain(committer, batch, err);
}

/* The answer was lost. Finds out on a new connection; the clients do not wait for it, and after
 * SETTLE_MAX_US nobody does. */
static enum cnop_err
settle(struct committer *committer, const struct engine_batch *batch)
{
    int64_t deadline_us = cnop_clock_monotonic_us() + SETTLE_MAX_US;
    enum cnop_err err = CNOP_E_OUTCOME_UNKNOWN;

    while (err == CNOP_E_OUTCOME_UNKNOWN && !atomic_load(&committer->stopping) &&
           cnop_clock_monotonic_us() < deadline_us) {
        err = try_to_settle(committer, batch);
        if (err == CNOP_E_OUTCOME_UNKNOWN)
            (void)poll(NULL, 0, RECONNECT_PAUSE_MS);
    }
    cnop_assert(err != CNOP_E_NOT_FOUND);
    return err;
}

static enum cnop_err
commit(struct committer *committer, const struct engine_batch *batch)
{
    enum cnop_err err = CNOP_E_DB_DEADLOCK;
    bool at_once = true;

    for (int tries = 0; tries < DEADLOCK_TRIES && err == CNOP_E_DB_DEADLOCK && at_once; tries++) {
        int64_t start_us = cnop_clock_monotonic_us();

        engine_kill_point("pre_commit");
        err = cnop_batch_commit(committer->db, &committer->sql);
        engine_kill_point("post_commit");
        at_once = cnop_clock_monotonic_us() - start_us < DEADLOCK_US;
    }
    if (err == CNOP_OK)
        return err;
    log_failure(committer, batch, err);
    err = make_certain(committer, batch, err);
    return err == CNOP_E_OUTCOME_UNKNOWN ? settle(committer, batch) : err;
}

/* ---- thread ---- */

/* Waits for work; NULL: stop. */
static struct engine_batch *
next_batch(struct committer *committer)
{
    struct engine_batch *batch;

    pthread_mutex_lock(&committer->mutex);
    while (!committer->stop && (committer->batch == NULL || committer->done))
        pthread_cond_wait(&committer->wake, &committer->mutex);
    batch = committer->done ? NULL : committer->batch;
    cnop_assert(batch != NULL || committer->stop);
    pthread_mutex_unlock(&committer->mutex);
    return batch;
}

static void *
committer_main(void *arg)
{
    struct committer *committer = arg;
    struct engine_batch *batch;

    while ((batch = next_batch(committer)) != NULL) {
        int64_t start_us = cnop_clock_monotonic_us();
        struct commit_result result;

        rows_encode(batch, committer->key, &committer->sql);
        if (engine_fault(ENGINE_FAULT_REPLY_EARLY))
            (void)poll(NULL, 0, 20); /* a wider window for the planted bug */
        result.err = commit(committer, batch);
        result.elapsed_us = cnop_clock_monotonic_us() - start_us;
        pthread_mutex_lock(&committer->mutex);
        cnop_assert(committer->batch == batch);
        committer->result = result;
        committer->done = true;
        pthread_mutex_unlock(&committer->mutex);
        wake_signal(committer->event_fd);
    }
    return NULL;
}

enum cnop_err
committer_sql_start(struct cnop_batch_db *db, const struct seal_key *key,
                    struct committer **ret_committer)
{
    static struct committer committer;

    cnop_assert(db != NULL);
    cnop_assert(committer.db == NULL); /* one a process */
    if (committer.sql.arrays == NULL) {
        void *memory =
            mmap(NULL, SQL_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

        if (memory == MAP_FAILED)
            return CNOP_E_NO_MEMORY;
        cnop_batch_init(&committer.sql, memory, SQL_BYTES);
        cnop_batch_take_arrays(&committer.sql);
    }
    committer.db = db;
    committer.key = key;
    atomic_store(&committer.stopping, false);
    committer.event_fd = wake_open();
    if (committer.event_fd < 0)
        return CNOP_E_IO;
    atomic_store(&committer.has_database, true);
    pthread_mutex_init(&committer.mutex, NULL);
    pthread_cond_init(&committer.wake, NULL);
    if (pthread_create(&committer.thread, NULL, committer_main, &committer) != 0)
        return CNOP_E_IO;
    *ret_committer = &committer;
    return CNOP_OK;
}

void
committer_stop(struct committer *committer)
{
    pthread_mutex_lock(&committer->mutex);
    cnop_assert(!committer->stop);
    committer->stop = true;
    atomic_store(&committer->stopping, true);
    pthread_cond_signal(&committer->wake);
    pthread_mutex_unlock(&committer->mutex);
    (void)pthread_join(committer->thread, NULL);
    (void)close(committer->event_fd);
    committer->stop = false;
    committer->db = NULL; /* may be started again, in the same memory */
}

int
committer_fd(const struct committer *committer)
{
    cnop_assert(committer->event_fd >= 0);
    return committer->event_fd;
}

void
committer_send(struct committer *committer, struct engine_batch *batch)
{
    cnop_assert(batch->changed_count > 0);
    pthread_mutex_lock(&committer->mutex);
    cnop_assert(committer->batch == NULL);
    cnop_assert(!committer->done);
    committer->batch = batch;
    pthread_cond_signal(&committer->wake);
    pthread_mutex_unlock(&committer->mutex);
}

bool
committer_take(struct committer *committer, struct commit_result *ret_result)
{
    bool done;

    wake_drain(committer->event_fd);
    pthread_mutex_lock(&committer->mutex);
    done = committer->done;
    if (done) {
        cnop_assert(committer->batch != NULL);
        *ret_result = committer->result;
        committer->batch = NULL;
        committer->done = false;
    }
    pthread_mutex_unlock(&committer->mutex);
    return done;
}

bool
committer_has_database(const struct committer *committer)
{
    return atomic_load(&committer->has_database);
}
