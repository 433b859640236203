/* SPDX-License-Identifier: MIT */
/* One batch, one InnoDB transaction, one certain answer. See committer.h. The mutex guards the
 * hand-over only; a lent batch belongs to this thread until it is handed back. */
#include "fcgi_services/order/committer.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "fcgi_services/order/fault.h"
#include "fcgi_services/order/rows.h"
#include "shared/base/arena.h"
#include "shared/base/clock.h"
#include "shared/base/log.h"

#define RECONNECT_PAUSE_MS 50
#define DEADLOCK_TRIES 3
#define QUERY_BYTES 256

struct committer {
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t wake;
    struct engine_batch *batch; /* lent, not yet done; under mutex */
    bool done;                  /* under mutex */
    bool unsettled;             /* under mutex: tell the loop once */
    bool stop;                  /* under mutex */
    atomic_bool stopping;       /* the same for the reconnect loop */
    atomic_bool has_database;
    int event_fd;
    uint64_t giveup_ms;
    struct cnop_batch_db *db; /* the thread's */
};

static void
signal_loop(const struct committer *committer)
{
    uint64_t one = 1;

    while (write(committer->event_fd, &one, sizeof(one)) < 0 && errno == EINTR)
        continue;
}

static void
log_failure(const struct committer *committer, const struct engine_batch *batch, enum cnop_err err,
            const char *message)
{
    struct cnop_log_line line;

    cnop_log_begin(&line, CNOP_LOG_ERROR, NULL, "commit", message);
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

static void
tell_unsettled(struct committer *committer)
{
    pthread_mutex_lock(&committer->mutex);
    committer->unsettled = true;
    pthread_mutex_unlock(&committer->mutex);
    signal_loop(committer);
}

/* The answer was lost. Finds out on a new connection, for as long as it takes; sends the batch
 * again when it is certain that it is not there. */
static enum cnop_err
settle(struct committer *committer, struct engine_batch *batch)
{
    int64_t since_us = cnop_clock_monotonic_us();
    bool told = false;

    for (;;) {
        enum cnop_err err = ask_writer_row(committer, batch);

        if (err == CNOP_E_NOT_FOUND) {
            err = cnop_batch_commit(committer->db, &batch->sql);
            if (err == CNOP_E_FENCED) /* or the first packet came through after all */
                err = ask_writer_row(committer, batch);
            if (err != CNOP_E_OUTCOME_UNKNOWN && err != CNOP_E_DB_FAILED)
                return err;
        } else if (err != CNOP_E_DB_FAILED) {
            return err;
        }
        if (atomic_load(&committer->stopping))
            return CNOP_E_OUTCOME_UNKNOWN;
        if (!told && cnop_clock_monotonic_us() - since_us > (int64_t)committer->giveup_ms * 1000) {
            told = true;
            tell_unsettled(committer);
        }
        (void)poll(NULL, 0, RECONNECT_PAUSE_MS);
    }
}

/* What a failure means. A server that fails in the very COMMIT may have kept it, and a row that is
 * already there may be another engine's: never believe, ask. */
static enum cnop_err
verify(struct committer *committer, struct engine_batch *batch, enum cnop_err err)
{
    enum cnop_err found;

    if (err == CNOP_E_OUTCOME_UNKNOWN)
        return settle(committer, batch);
    if (engine_fault(ENGINE_FAULT_DROP_FENCE))
        return err;
    found = ask_writer_row(committer, batch);
    if (found == CNOP_OK || found == CNOP_E_FENCED)
        return found;
    if (found == CNOP_E_DB_FAILED)
        return settle(committer, batch);
    return err == CNOP_E_DB_DEADLOCK ? CNOP_E_DB_FAILED : err;
}

static enum cnop_err
commit(struct committer *committer, struct engine_batch *batch)
{
    enum cnop_err err = CNOP_OK;

    for (int tries = 0; tries < DEADLOCK_TRIES; tries++) {
        engine_kill_point("pre_commit");
        err = cnop_batch_commit(committer->db, &batch->sql);
        engine_kill_point("post_commit");
        if (err != CNOP_E_DB_DEADLOCK)
            break;
    }
    if (err == CNOP_OK)
        return err;
    log_failure(committer, batch, err, "transaction not acknowledged");
    return verify(committer, batch, err);
}

/* ---- thread ---- */

static struct engine_batch *
take_batch(struct committer *committer)
{
    struct engine_batch *batch;

    pthread_mutex_lock(&committer->mutex);
    while (!committer->stop && (committer->batch == NULL || committer->done))
        pthread_cond_wait(&committer->wake, &committer->mutex);
    batch = committer->done ? NULL : committer->batch;
    pthread_mutex_unlock(&committer->mutex);
    return batch;
}

static void *
committer_main(void *arg)
{
    struct committer *committer = arg;
    struct engine_batch *batch;

    while ((batch = take_batch(committer)) != NULL) {
        int64_t start_us = cnop_clock_monotonic_us();

        rows_encode(batch);
        if (engine_fault(ENGINE_FAULT_REPLY_EARLY))
            (void)poll(NULL, 0, 20); /* a wider window for the planted bug */
        batch->result = commit(committer, batch);
        batch->commit_us = cnop_clock_monotonic_us() - start_us;
        pthread_mutex_lock(&committer->mutex);
        committer->done = true;
        pthread_mutex_unlock(&committer->mutex);
        signal_loop(committer);
    }
    return NULL;
}

enum cnop_err
committer_start(struct cnop_batch_db *db, uint64_t giveup_ms, struct committer **ret_committer)
{
    static struct committer committer;

    committer.db = db;
    committer.giveup_ms = giveup_ms;
    committer.event_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
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
    committer->stop = true;
    atomic_store(&committer->stopping, true);
    pthread_cond_signal(&committer->wake);
    pthread_mutex_unlock(&committer->mutex);
    (void)pthread_join(committer->thread, NULL);
}

int
committer_fd(const struct committer *committer)
{
    return committer->event_fd;
}

void
committer_send(struct committer *committer, struct engine_batch *batch)
{
    pthread_mutex_lock(&committer->mutex);
    cnop_assert(committer->batch == NULL);
    committer->batch = batch;
    committer->done = false;
    committer->unsettled = false;
    pthread_cond_signal(&committer->wake);
    pthread_mutex_unlock(&committer->mutex);
}

enum committer_event
committer_event(struct committer *committer)
{
    enum committer_event event = COMMITTER_NOTHING;
    uint64_t count;

    while (read(committer->event_fd, &count, sizeof(count)) < 0 && errno == EINTR)
        continue;
    pthread_mutex_lock(&committer->mutex);
    if (committer->done) {
        event = COMMITTER_DONE;
        committer->batch = NULL;
        committer->done = false;
    } else if (committer->unsettled) {
        event = COMMITTER_UNSETTLED;
    }
    committer->unsettled = false;
    pthread_mutex_unlock(&committer->mutex);
    return event;
}

bool
committer_has_database(const struct committer *committer)
{
    return atomic_load(&committer->has_database);
}
