/* SPDX-License-Identifier: MIT */
/* The committer's thread and the hand-over. See committer.h; what a commit is, and what its answer
 * comes to, is in commit_sql.c. The mutex guards the hand-over only; a lent batch belongs to this
 * thread until it is handed back. */
#include "fcgi_services/order/committer_sql.h"

#include <poll.h>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fcgi_services/order/commit_sql.h"
#include "fcgi_services/order/fault.h"
#include "fcgi_services/order/rows_sql.h"
#include "fcgi_services/order/wake.h"
#include "shared/base/clock.h"

#define SQL_BYTES                                                                                  \
    (ENGINE_BATCH_MAX * 2048u + ENGINE_FILL_MAX * 1024u + ENGINE_ORDER_MAX * 512u +                \
     4 * ENGINE_BODY_BYTES + 2 * EVENT_ROWS_BYTES)

struct committer {
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t wake;
    struct engine_batch *batch;  /* lent, not yet taken back; under mutex */
    struct commit_result result; /* under mutex, when done */
    bool done;                   /* under mutex */
    bool stop;                   /* under mutex */
    int event_fd;
    struct event_queue *events; /* NULL: nobody listens */
    struct commit_sql commit;   /* the thread's own, but for its two flags */
};

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

        rows_encode(batch, committer->commit.key, &committer->commit.sql);
        if (engine_fault(ENGINE_FAULT_REPLY_EARLY))
            (void)poll(NULL, 0, 20); /* a wider window for the planted bug */
        result.err = commit_sql_run(&committer->commit, batch);
        result.elapsed_us = cnop_clock_monotonic_us() - start_us;
        if (result.err == CNOP_OK && committer->events != NULL)
            event_queue_push(committer->events, &batch->events);
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
                    struct event_queue *events, struct committer **ret_committer)
{
    static struct committer committer;

    cnop_assert(db != NULL);
    cnop_assert(committer.commit.db == NULL); /* one a process */
    if (committer.commit.sql.arrays == NULL) {
        void *memory =
            mmap(NULL, SQL_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

        if (memory == MAP_FAILED)
            return CNOP_E_NO_MEMORY;
        cnop_batch_init(&committer.commit.sql, memory, SQL_BYTES);
        cnop_batch_take_arrays(&committer.commit.sql);
    }
    committer.commit.db = db;
    committer.commit.key = key;
    committer.events = events;
    atomic_store(&committer.commit.stopping, false);
    committer.event_fd = wake_open();
    if (committer.event_fd < 0)
        return CNOP_E_IO;
    atomic_store(&committer.commit.has_database, true);
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
    atomic_store(&committer->commit.stopping, true);
    pthread_cond_signal(&committer->wake);
    pthread_mutex_unlock(&committer->mutex);
    (void)pthread_join(committer->thread, NULL);
    (void)close(committer->event_fd);
    committer->stop = false;
    committer->commit.db = NULL; /* may be started again, in the same memory */
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
    return atomic_load(&committer->commit.has_database);
}
