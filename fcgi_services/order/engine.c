/* SPDX-License-Identifier: MIT */
/* Jobs, batches and their answers: the heart of the engine, on the loop thread. See engine.h for
 * the rules. Never waits for anything. */
#include "fcgi_services/order/engine.h"

#include <string.h>

#include "fcgi_services/order/engine_metrics.h"
#include "fcgi_services/order/engine_state.h"
#include "fcgi_services/order/fault.h"
#include "shared/base/clock.h"

/* ---- lists ---- */

void
job_list_push(struct job_list *list, struct engine_job *job)
{
    job->next = NULL;
    if (list->first == NULL)
        list->first = job;
    else
        list->last->next = job;
    list->last = job;
}

struct engine_job *
job_list_pop(struct job_list *list)
{
    struct engine_job *job = list->first;

    if (job != NULL)
        list->first = job->next;
    return job;
}

void
job_list_prepend(struct job_list *list, struct job_list *head)
{
    if (head->first == NULL)
        return;
    head->last->next = list->first;
    if (list->first == NULL)
        list->last = head->last;
    list->first = head->first;
}

/* ---- jobs ---- */

static int64_t
oldest_us(const struct engine *engine)
{
    int64_t now_us = cnop_clock_monotonic_us();
    int64_t oldest = now_us;

    if (engine->in_flight != NULL)
        oldest = engine->in_flight->started_us;
    else if (engine->filling->job_count > 0)
        oldest = engine->filling->started_us;
    if (engine->backlog.first != NULL && engine->backlog.first->queued_us < oldest)
        oldest = engine->backlog.first->queued_us;
    return now_us - oldest;
}

uint32_t
engine_room(const struct engine *engine)
{
    if (engine->draining || engine->fenced || engine->unsettled ||
        oldest_us(engine) > (int64_t)engine->config->queue_age * 1000)
        return 0;
    return engine->free_count;
}

struct engine_job *
engine_job_take(struct engine *engine)
{
    struct engine_job *job = engine->free_jobs;

    if (job == NULL || engine_room(engine) == 0) {
        cnop_metric_add(ENGINE_METRIC_SHED, 1);
        return NULL;
    }
    engine->free_jobs = job->next;
    engine->free_count--;
    memset(job, 0, sizeof(*job));
    return job;
}

void
engine_job_drop(struct engine *engine, struct engine_job *job)
{
    job->next = engine->free_jobs;
    engine->free_jobs = job;
    engine->free_count++;
}

void
engine_finish(struct engine *engine, struct engine_job *job, enum cnop_err err)
{
    job->err = err;
    job_list_push(&engine->finished, job);
}

static void
answer_finished(struct engine *engine)
{
    struct engine_job *job;

    while ((job = job_list_pop(&engine->finished)) != NULL) {
        engine_kill_point("pre_reply");
        job->done(job);
        engine_kill_point("post_reply");
        engine_job_drop(engine, job);
    }
}

/* ---- filling ---- */

void
engine_batch_clear(struct engine_batch *batch)
{
    batch->job_count = 0;
    batch->changed_count = 0;
    batch->balance_count = 0;
    batch->account_count = 0;
    cnop_buf_init(&batch->body, batch->framed + LEDGER_CHAIN_FRAME_BYTES, ENGINE_BODY_BYTES);
}

static bool
can_fill(const struct engine *engine)
{
    const struct engine_batch *batch = engine->filling;
    uint32_t most = engine->solo_count > 0 ? 1 : ENGINE_BATCH_MAX;

    return batch->job_count < most && ledger_has_room(engine->ledger) &&
           batch->body.cap - batch->body.len >= LEDGER_RECORD_MAX_BYTES;
}

/* Times rise with ids, also when the clock is set back: readers look for a time among ids. */
static int64_t
next_time_us(struct engine *engine)
{
    int64_t now_us = cnop_clock_wall_us();

    if (now_us > engine->last_time_us)
        engine->last_time_us = now_us;
    return engine->last_time_us;
}

static void
apply(struct engine *engine, struct engine_job *job)
{
    struct engine_batch *batch = engine->filling;

    if (batch->job_count == 0) {
        batch->started_us = job->queued_us;
        batch->first_id = ledger_next_id(engine->ledger);
    }
    if (engine->solo_count > 0)
        engine->solo_count--;
    job->command.time_us = next_time_us(engine);
    if (job->preview != NULL)
        job->err = ledger_preview(engine->ledger, &job->command, job->preview);
    else
        job->err = ledger_apply(engine->ledger, &job->command, &job->outcome);
    if (job->err == CNOP_OK && job->outcome.changed) {
        ledger_record_encode(&batch->body, &job->command, &job->outcome);
        batch->changed_count++;
    }
    batch->jobs[batch->job_count++] = job;
    engine_kill_point("applied");
}

bool
engine_sent_to_lookup(struct engine *engine, struct engine_job *job)
{
    if (job->preview != NULL ||
        !(job->resolve || ledger_needs_lookup(engine->ledger, &job->command)))
        return false;
    if (lookup_push(engine->lookup, job))
        cnop_metric_add(ENGINE_METRIC_LOOKUP, 1);
    else
        engine_finish(engine, job, CNOP_E_OVERLOADED);
    return true;
}

void
engine_submit(struct engine *engine, struct engine_job *job)
{
    cnop_assert(job->done != NULL);
    engine_kill_point("accepted");
    job->queued_us = cnop_clock_monotonic_us();
    if (engine_fault(ENGINE_FAULT_SKIP_DEDUPE))
        job->command.key_len = 0;
    if (engine->backlog.first != NULL)
        job_list_push(&engine->backlog, job);
    else if (engine_sent_to_lookup(engine, job))
        return;
    else if (can_fill(engine))
        apply(engine, job);
    else
        job_list_push(&engine->backlog, job);
}

static void
fill_from_backlog(struct engine *engine)
{
    while (engine->backlog.first != NULL && can_fill(engine)) {
        struct engine_job *job = job_list_pop(&engine->backlog);

        if (!engine_sent_to_lookup(engine, job))
            apply(engine, job);
    }
}

enum cnop_err
engine_tick(struct engine *engine, const struct ledger_command *command)
{
    struct ledger_outcome outcome;

    cnop_assert(command->op == LEDGER_OP_TICK);
    return ledger_apply(engine->ledger, command, &outcome);
}

/* ---- sealing ---- */

/* Copies what the batch touched: from here on the state may move on. */
static void
copy_rows(struct engine *engine, struct engine_batch *batch)
{
    batch->balance_count = ledger_dirty_balance_count(engine->ledger);
    batch->account_count = ledger_dirty_account_count(engine->ledger);
    cnop_assert(batch->balance_count <= ENGINE_DIRTY_MAX);
    cnop_assert(batch->account_count <= ENGINE_DIRTY_MAX);
    for (uint32_t i = 0; i < batch->balance_count; i++)
        batch->balances[i] = *ledger_dirty_balance(engine->ledger, i);
    for (uint32_t i = 0; i < batch->account_count; i++) {
        struct engine_account_row *row = &batch->accounts[i];

        row->account = *ledger_dirty_account(engine->ledger, i, &row->row, &row->limits);
    }
}

void
engine_batch_answer(struct engine *engine, struct engine_batch *batch)
{
    for (uint32_t i = 0; i < batch->job_count; i++) {
        if (batch->jobs[i] != NULL)
            engine_finish(engine, batch->jobs[i], batch->jobs[i]->err);
    }
    engine_batch_clear(batch);
}

/* For jobs that a planted bug has answered already. */
static void
ignore(struct engine_job *job)
{
    (void)job;
}

static void
seal(struct engine *engine)
{
    struct engine_batch *batch = engine->filling;

    batch->undo_end = ledger_mark(engine->ledger);
    if (batch->changed_count == 0) {
        /* Nothing is in flight: what these saw is durable. */
        ledger_forget(engine->ledger, batch->undo_end);
        engine->committed_mark = batch->undo_end;
        ledger_batch_begin(engine->ledger);
        engine_batch_answer(engine, batch);
        return;
    }
    copy_rows(engine, batch);
    ledger_batch_begin(engine->ledger);
    batch->next_id = ledger_next_id(engine->ledger);
    batch->chain = engine->chain;
    engine->filling = batch == &engine->batches[0] ? &engine->batches[1] : &engine->batches[0];
    engine->in_flight = batch;
    cnop_metric_observe(ENGINE_METRIC_BATCH_SIZE, batch->changed_count);
    engine_kill_point("sealed");
    committer_send(engine->committer, batch);
    if (engine_fault(ENGINE_FAULT_REPLY_EARLY)) {
        for (uint32_t i = 0; i < batch->job_count; i++) {
            batch->jobs[i]->done(batch->jobs[i]);
            batch->jobs[i]->done = ignore;
        }
    }
}

static void
pump(struct engine *engine)
{
    fill_from_backlog(engine);
    while (engine->in_flight == NULL && engine->filling->job_count > 0) {
        seal(engine);
        fill_from_backlog(engine);
    }
}

void
engine_round_end(struct engine *engine)
{
    do {
        pump(engine);
        answer_finished(engine);
    } while (engine->finished.first != NULL);
    cnop_metric_set(ENGINE_METRIC_WAITING, engine->job_count - engine->free_count);
}

/* ---- looking at it ---- */

void
engine_drain(struct engine *engine)
{
    engine->draining = true;
}

const struct ledger *
engine_ledger(const struct engine *engine)
{
    return engine->ledger;
}

const struct engine_config *
engine_config_of(const struct engine *engine)
{
    return engine->config;
}

struct engine_status
engine_status(const struct engine *engine)
{
    return (struct engine_status){.seq = engine->chain.seq,
                                  .epoch = engine->chain.epoch,
                                  .waiting_count = engine->job_count - engine->free_count,
                                  .oldest_us = oldest_us(engine),
                                  .database_lost = !committer_has_database(engine->committer)};
}
