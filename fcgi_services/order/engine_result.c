/* SPDX-License-Identifier: MIT */
/* What comes back to the loop: commits that succeeded, failed or stay unknown, and keys looked up.
 * Nothing is guessed: state that is not known to be durable is rolled back and its commands run
 * again, or their clients are told. */
#include "fcgi_services/order/engine_state.h"

#include <string.h>

#include "fcgi_services/order/engine_metrics.h"
#include "shared/base/log.h"

#define LOOKUP_TAKE 32
/* So many commands in a row, each alone, met a locked row: it is one that they all need. */
#define BLOCKED_STREAK_MAX 2

/* ---- results of a commit ---- */

static void
on_committed(struct engine *engine, struct engine_batch *batch, int64_t elapsed_us)
{
    cnop_assert(batch->chain.seq == engine->chain.seq + 1);
    cnop_assert(batch->undo_end >= engine->committed_mark);
    ledger_forget(engine->ledger, batch->undo_end);
    engine->committed_mark = batch->undo_end;
    engine->chain = batch->chain;
    engine->event_seq = batch->events.last_seq;
    engine->blocked_streak = 0;
    engine_board_committed(engine, batch);
    engine_metric_add(ENGINE_METRIC_COMMITTED, batch->changed_count);
    engine_metric_observe(ENGINE_METRIC_COMMIT_SECONDS, elapsed_us);
}

/* The committer has given it back: its jobs are ours again. Those of an unsettled batch have been
 * answered. */
static void
take_back_jobs(struct engine *engine, struct engine_batch *batch, struct job_list *jobs)
{
    cnop_assert(engine->in_flight == NULL);
    cnop_assert(batch->job_count > 0);
    for (uint32_t i = 0; i < batch->job_count; i++) {
        struct engine_job *job = batch->jobs[i];

        cnop_assert(job->lent);
        job->lent = false;
        if (engine->unsettled)
            engine_job_drop(engine, job);
        else
            job_list_push(jobs, job);
    }
    engine_batch_clear(batch);
}

/* Adds the jobs of the batch that fills. */
static void
take_filling_jobs(struct engine *engine, struct job_list *jobs)
{
    struct engine_batch *batch = engine->filling;

    cnop_assert(batch->job_count <= ENGINE_BATCH_MAX);
    for (uint32_t i = 0; i < batch->job_count; i++) {
        cnop_assert(!batch->jobs[i]->lent);
        job_list_push(jobs, batch->jobs[i]);
    }
    engine_batch_clear(batch);
}

/* Undoes in memory everything that is not committed. */
static void
rollback(struct engine *engine)
{
    cnop_assert(engine->in_flight == NULL);
    ledger_rollback(engine->ledger, engine->committed_mark);
    ledger_batch_begin(engine->ledger);
    cnop_assert(ledger_mark(engine->ledger) == engine->committed_mark);
}

/* The one command whose rows the database would not take. */
static void
blame(struct engine *engine, struct engine_job *poison, enum cnop_err err)
{
    cnop_assert(!poison->lent);
    if (err == CNOP_E_DUPLICATE && poison->command.key_len > 0 && !poison->resolve) {
        poison->resolve = true;
        if (!engine_sent_to_lookup(engine, poison))
            engine_finish(engine, poison, CNOP_E_INTERNAL);
    } else if (err == CNOP_E_DB_DEADLOCK) {
        engine->blocked_streak++;
        engine_block(engine, poison->command.account_id);
        engine_metric_add(ENGINE_METRIC_BLOCKED, 1);
        engine_finish(engine, poison, CNOP_E_BUSY);
    } else {
        engine_finish(engine, poison, CNOP_E_INTERNAL);
    }
}

static bool
is_refused_row(enum cnop_err err)
{
    return err == CNOP_E_DUPLICATE || err == CNOP_E_INTERNAL || err == CNOP_E_TRUNCATED ||
           err == CNOP_E_DB_DEADLOCK;
}

/* One of the rows cannot be written: run the commands again, one transaction each, and the one that
 * fails alone gets the blame. jobs: of the failed batch, then those that came after. */
static void
isolate(struct engine *engine, struct job_list *jobs, bool alone, enum cnop_err err)
{
    cnop_assert(is_refused_row(err));
    engine_metric_add(ENGINE_METRIC_ISOLATED, 1);
    if (alone && jobs->first != NULL)
        blame(engine, job_list_pop(jobs), err);
    if (engine->blocked_streak >= BLOCKED_STREAK_MAX) {
        engine->blocked_streak = 0;
        engine->solo_count = 0;
        engine_finish_all(engine, jobs, CNOP_E_BUSY);
        engine_finish_all(engine, &engine->backlog, CNOP_E_BUSY);
        engine_finish_all(engine, &engine->crossings.held, CNOP_E_BUSY);
        return;
    }
    for (const struct engine_job *job = jobs->first; job != NULL; job = job->next)
        engine->solo_count++;
    job_list_prepend(&engine->backlog, jobs);
}

static void
end(struct engine *engine, const char *event, const char *why)
{
    if (engine->over)
        return;
    engine->over = true;
    cnop_log_write(CNOP_LOG_CRITICAL, event, why);
}

static void
on_failed(struct engine *engine, enum cnop_err err, struct job_list *jobs, bool alone)
{
    cnop_assert(err != CNOP_OK);
    engine_metric_add(ENGINE_METRIC_COMMIT_FAILED, 1);
    rollback(engine);
    engine_board_failed(engine);
    engine_expire_put_off(engine);
    if (is_refused_row(err)) {
        isolate(engine, jobs, alone, err);
        return;
    }
    if (err == CNOP_E_FENCED)
        end(engine, "fenced", "another engine has taken over: ending");
    else if (err == CNOP_E_OUTCOME_UNKNOWN)
        end(engine, "unsettled", "nobody can tell what the database holds: ending");
    engine->solo_count = 0;
    engine_finish_all(engine, jobs, err);
    engine_finish_all(engine, &engine->backlog, err);
    engine_finish_all(engine, &engine->crossings.held, err);
}

void
engine_on_committer(struct engine *engine)
{
    struct engine_batch *batch = engine->in_flight;
    struct job_list jobs = {NULL, NULL};
    struct commit_result result;
    bool alone;

    if (!committer_take(engine->parts.committer, &result))
        return;
    cnop_assert(batch != NULL);
    engine->in_flight = NULL;
    alone = batch->job_count == 1 && !engine->unsettled;
    if (result.err == CNOP_OK)
        on_committed(engine, batch, result.elapsed_us);
    take_back_jobs(engine, batch, &jobs);
    engine->unsettled = false;
    if (result.err == CNOP_OK) {
        struct engine_job *job;

        while ((job = job_list_pop(&jobs)) != NULL)
            engine_finish(engine, job, job->err);
        return;
    }
    take_filling_jobs(engine, &jobs);
    on_failed(engine, result.err, &jobs, alone);
}

void
engine_on_stalled(struct engine *engine)
{
    struct engine_batch *batch = engine->in_flight;
    struct job_list jobs = {NULL, NULL};

    cnop_assert(batch != NULL);
    cnop_assert(!engine->unsettled);
    engine->unsettled = true;
    engine->solo_count = 0;
    engine_metric_add(ENGINE_METRIC_COMMIT_UNKNOWN, 1);
    cnop_log_write(CNOP_LOG_ERROR, "commit", "the database does not answer: outcome unknown");
    /* What is in flight may be durable or not; what came later is not. */
    for (uint32_t i = 0; i < batch->job_count; i++)
        engine_finish(engine, batch->jobs[i], CNOP_E_OUTCOME_UNKNOWN);
    ledger_rollback(engine->ledger, batch->undo_end);
    ledger_batch_begin(engine->ledger);
    take_filling_jobs(engine, &jobs);
    engine_finish_all(engine, &jobs, CNOP_E_DB_FAILED);
    engine_finish_all(engine, &engine->backlog, CNOP_E_DB_FAILED);
    engine_finish_all(engine, &engine->crossings.held, CNOP_E_DB_FAILED);
}

/* ---- results of look-ups ---- */

/* The answer, whatever the ledger still remembers when its turn comes: what is loaded now is the
 * oldest key there, and the first that is dropped. */
static void
answer_found(struct engine *engine, const struct lookup_result *result)
{
    struct engine_job *job = result->job;
    const struct ledger_command *command = &job->command;
    bool same = result->posting.op == command->op &&
                memcmp(result->fingerprint, command->fingerprint, LEDGER_FINGERPRINT_BYTES) == 0;

    cnop_assert(result->err == CNOP_OK);
    ledger_load_key(engine->ledger, &result->posting, cnop_str_make(command->key, command->key_len),
                    result->fingerprint);
    job->resolve = false;
    job->found = true;
    job->err = same ? CNOP_OK : CNOP_E_IDEMPOTENCY_MISMATCH;
    job->outcome = (struct ledger_outcome){.replayed = same};
    if (same)
        job->outcome.posting = result->posting;
}

static void
queue_again(struct engine *engine, struct engine_job *job)
{
    if (engine->unsettled || engine->over)
        engine_finish(engine, job, CNOP_E_DB_FAILED);
    else
        job_list_push(&engine->backlog, job);
}

/* It is stored: the number stays what it is. */
static void
on_named(struct engine *engine, const struct lookup_result *result)
{
    struct engine_job *job = result->job;

    job->look_named = false;
    if (result->err != CNOP_OK) {
        engine_finish(engine, job,
                      result->err == CNOP_E_NOT_FOUND ? CNOP_E_NOT_FOUND : CNOP_E_DB_FAILED);
        return;
    }
    job->command.order_id = result->posting.id;
    job->named = CNOP_STR("");
    queue_again(engine, job);
}

static void
on_looked_up(struct engine *engine, const struct lookup_result *result)
{
    struct engine_job *job = result->job;

    cnop_assert(!job->lent);
    if (job->look_named) {
        on_named(engine, result);
        return;
    }
    if (job->show_order) {
        job->order = result->order;
        engine_shown(engine, job, result->err);
        return;
    }
    cnop_assert(job->command.key_len > 0);
    if (result->err == CNOP_OK) {
        answer_found(engine, result);
    } else if (result->err != CNOP_E_NOT_FOUND) {
        engine_finish(engine, job, CNOP_E_DB_FAILED);
        return;
    } else if (job->resolve) {
        engine_finish(engine, job, CNOP_E_INTERNAL); /* refused as double, yet not there */
        return;
    }
    job->command.key_checked = true;
    queue_again(engine, job);
}

void
engine_on_lookup(struct engine *engine)
{
    struct lookup_result results[LOOKUP_TAKE];
    uint32_t count;

    while ((count = lookup_take(engine->parts.lookup, results, LOOKUP_TAKE)) > 0) {
        cnop_assert(count <= LOOKUP_TAKE);
        for (uint32_t i = 0; i < count; i++)
            on_looked_up(engine, &results[i]);
    }
}
