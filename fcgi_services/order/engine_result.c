/* SPDX-License-Identifier: MIT */
/* What comes back to the loop: commits that succeeded, failed or stay unknown, and keys looked up.
 * Nothing is guessed: state that is not known to be durable is taken back and its commands run
 * again, or their clients are told. */
#include "fcgi_services/order/engine_state.h"

#include "fcgi_services/order/engine_metrics.h"
#include "shared/base/log.h"

#define LOOKUP_TAKE 64

/* ---- results of a commit ---- */

static void
on_committed(struct engine *engine, struct engine_batch *batch)
{
    ledger_forget(engine->ledger, batch->undo_end);
    engine->committed_mark = batch->undo_end;
    engine->chain = batch->chain;
    cnop_metric_add(ENGINE_METRIC_COMMITTED, batch->changed_count);
    cnop_metric_observe(ENGINE_METRIC_COMMIT_SECONDS, batch->commit_us);
    engine_batch_answer(engine, batch);
}

/* Takes back everything that is not committed; the jobs of the failed batch and of the one filling
 * behind it, in their order. */
static struct job_list
rollback(struct engine *engine, struct engine_batch *batch)
{
    struct engine_batch *const both[] = {batch, engine->filling};
    struct job_list jobs = {NULL, NULL};

    ledger_rollback(engine->ledger, engine->committed_mark);
    ledger_batch_begin(engine->ledger);
    for (size_t b = 0; b < CNOP_COUNT(both); b++) {
        for (uint32_t i = 0; i < both[b]->job_count; i++) {
            if (both[b]->jobs[i] != NULL)
                job_list_push(&jobs, both[b]->jobs[i]);
        }
        engine_batch_clear(both[b]);
    }
    return jobs;
}

static void
fail_all(struct engine *engine, struct job_list *jobs, enum cnop_err err)
{
    struct engine_job *job;

    while ((job = job_list_pop(jobs)) != NULL)
        engine_finish(engine, job, err);
}

/* The database refuses one of the rows: run the commands again, one transaction each, and the one
 * that is refused alone gets the blame. */
static void
isolate(struct engine *engine, struct engine_batch *batch, enum cnop_err err)
{
    bool alone = batch->job_count == 1;
    struct job_list jobs = rollback(engine, batch);

    cnop_metric_add(ENGINE_METRIC_ISOLATED, 1);
    if (alone && jobs.first != NULL) {
        struct engine_job *poison = job_list_pop(&jobs);

        if (err == CNOP_E_DUPLICATE && poison->command.key_len > 0 && !poison->resolve) {
            poison->resolve = true;
            if (!engine_sent_to_lookup(engine, poison))
                engine_finish(engine, poison, CNOP_E_INTERNAL);
        } else {
            engine_finish(engine, poison, CNOP_E_INTERNAL);
        }
    }
    for (const struct engine_job *job = jobs.first; job != NULL; job = job->next)
        engine->solo_count++;
    job_list_prepend(&engine->backlog, &jobs);
}

static void
on_commit_done(struct engine *engine)
{
    struct engine_batch *batch = engine->in_flight;
    struct job_list jobs;

    engine->in_flight = NULL;
    engine->unsettled = false;
    if (batch->result == CNOP_OK) {
        on_committed(engine, batch);
        return;
    }
    cnop_metric_add(ENGINE_METRIC_COMMIT_FAILED, 1);
    if (batch->result == CNOP_E_DUPLICATE || batch->result == CNOP_E_INTERNAL ||
        batch->result == CNOP_E_TRUNCATED) {
        isolate(engine, batch, batch->result);
        return;
    }
    if (batch->result == CNOP_E_FENCED && !engine->fenced) {
        engine->fenced = true;
        cnop_log_write(CNOP_LOG_CRITICAL, "fenced", "another engine has taken over: ending");
        cnop_web_stop();
    }
    jobs = rollback(engine, batch);
    fail_all(engine, &jobs, batch->result);
    fail_all(engine, &engine->backlog, batch->result);
}

/* The database does not answer. What is in flight may be durable or not; what came later is not. */
static void
on_unsettled(struct engine *engine)
{
    struct engine_batch *batch = engine->in_flight;
    struct job_list jobs = {NULL, NULL};

    engine->unsettled = true;
    for (uint32_t i = 0; i < batch->job_count; i++) {
        if (batch->jobs[i] != NULL)
            engine_finish(engine, batch->jobs[i], CNOP_E_OUTCOME_UNKNOWN);
        batch->jobs[i] = NULL;
    }
    ledger_rollback(engine->ledger, batch->undo_end);
    ledger_batch_begin(engine->ledger);
    for (uint32_t i = 0; i < engine->filling->job_count; i++)
        job_list_push(&jobs, engine->filling->jobs[i]);
    engine_batch_clear(engine->filling);
    fail_all(engine, &jobs, CNOP_E_DB_FAILED);
    fail_all(engine, &engine->backlog, CNOP_E_DB_FAILED);
}

void
engine_on_committer(int fd, uint32_t events, void *arg)
{
    struct engine *engine = arg;

    (void)fd;
    (void)events;
    switch (committer_event(engine->committer)) {
    case COMMITTER_DONE:
        on_commit_done(engine);
        break;
    case COMMITTER_UNSETTLED:
        on_unsettled(engine);
        break;
    case COMMITTER_NOTHING:
        break;
    }
}

/* ---- results of look-ups ---- */

static void
on_found(struct engine *engine, struct engine_job *job, const struct lookup_result *result)
{
    ledger_load_key(engine->ledger, &result->posting,
                    cnop_str_make(job->command.key, job->command.key_len), result->fingerprint);
    job->resolve = false;
}

void
engine_on_lookup(int fd, uint32_t events, void *arg)
{
    struct lookup_result results[LOOKUP_TAKE];
    struct engine *engine = arg;
    uint32_t count;

    (void)fd;
    (void)events;
    while ((count = lookup_take(engine->lookup, results, LOOKUP_TAKE)) > 0) {
        for (uint32_t i = 0; i < count; i++) {
            struct engine_job *job = results[i].job;

            if (results[i].err == CNOP_E_DB_FAILED) {
                engine_finish(engine, job, CNOP_E_DB_FAILED);
                continue;
            }
            if (results[i].err == CNOP_OK)
                on_found(engine, job, &results[i]);
            else if (job->resolve) {
                engine_finish(engine, job, CNOP_E_INTERNAL); /* refused as double, yet not there */
                continue;
            }
            job->command.key_checked = true;
            job_list_push(&engine->backlog, job);
        }
    }
}
