/* SPDX-License-Identifier: MIT */
/* Filling and sealing of batches, and when answers leave: the heart of the engine, on the loop
 * thread. See engine.h for the rules. Never waits for anything. */
#include "fcgi_services/order/engine.h"

#include <string.h>
#include <sys/mman.h>

#include "fcgi_services/order/engine_metrics.h"
#include "fcgi_services/order/engine_state.h"
#include "fcgi_services/order/fault.h"
#include "shared/base/clock.h"

/* ---- answers ---- */

static void
answer_finished(struct engine *engine)
{
    struct engine_job *job;

    while ((job = job_list_pop(&engine->finished)) != NULL) {
        engine_kill_point("pre_reply");
        job->done(job);
        engine_kill_point("post_reply");
        if (!job->lent) /* else it goes back with its batch */
            engine_job_drop(engine, job);
    }
    cnop_assert(engine->finished.first == NULL);
}

/* ---- filling ---- */

static bool
can_fill(const struct engine *engine)
{
    const struct engine_batch *batch = engine->filling;

    cnop_assert(batch != engine->in_flight);
    if (batch->job_count > 0 && (batch->solo || engine->solo_count > 0))
        return false;
    return engine_batch_has_room(batch) && ledger_has_room(engine->ledger);
}

/* The house's prices may be others everywhere. */
static void
look_everywhere(struct engine *engine)
{
    cnop_assert(engine->ledger != NULL);
    for (uint16_t asset_id = LEDGER_USD + 1; asset_id < ENGINE_ASSETS; asset_id++) {
        engine_cross_look(engine, asset_id);
        engine_board_touch(engine, asset_id);
    }
}

static void
apply_command(struct engine *engine, struct engine_job *job)
{
    const struct ledger_command *command = &job->command;

    if (command->op == LEDGER_OP_CANCEL && engine_fault(ENGINE_FAULT_CANCEL_UNHEARD))
        return;
    job->err = ledger_apply(engine->ledger, command, &job->outcome);
    if (command->op == LEDGER_OP_RULES)
        look_everywhere(engine);
    else if (command->op == LEDGER_OP_CROSS)
        engine_cross_applied(engine, job);
    else if (command->op == LEDGER_OP_PRICE_SET || command->op == LEDGER_OP_RESUME ||
             command->op == LEDGER_OP_ASSET)
        engine_cross_look(engine, command->asset_id);
    if (command->op >= LEDGER_OP_PRICE_SET && command->op <= LEDGER_OP_ASSET)
        engine_board_touch(engine, command->asset_id);
}

static void
apply(struct engine *engine, struct engine_job *job)
{
    struct engine_batch *batch = engine->filling;

    cnop_assert(engine_batch_has_room(batch));
    cnop_assert(!batch->solo || batch->job_count == 0);
    if (batch->job_count == 0)
        batch->first_id = ledger_next_id(engine->ledger);
    job->command.time_us = engine->last_time_us;
    if (job->found)
        cnop_assert(!job->outcome.changed); /* its turn has come, nothing else */
    else if (job->preview != NULL)
        job->err = ledger_preview(engine->ledger, &job->command, job->preview);
    else
        apply_command(engine, job);
    engine_batch_add(batch, engine->ledger, job);
    engine_kill_point("applied");
}

/* A job at the head of the queue: refused, looked up, or applied. */
static void
take_up(struct engine *engine, struct engine_job *job)
{
    cnop_assert(!engine->unsettled);
    cnop_assert(can_fill(engine));
    engine->filling->solo = engine->solo_count > 0;
    if (engine->solo_count > 0)
        engine->solo_count--;
    if (engine_is_blocked(engine, job)) {
        engine_metric_add(ENGINE_METRIC_BLOCKED, 1);
        engine_finish(engine, job, CNOP_E_BUSY);
    } else if (engine_name_order(engine, job) && !engine_sent_to_lookup(engine, job)) {
        apply(engine, job);
    }
}

void
engine_submit(struct engine *engine, struct engine_job *job)
{
    cnop_assert(job->done != NULL);
    cnop_assert(!job->lent);
    engine_kill_point("accepted");
    job->queued_us = cnop_clock_monotonic_us();
    if (engine_fault(ENGINE_FAULT_SKIP_DEDUPE))
        job->command.key_len = 0;
    engine_advance(engine);
    if (engine->backlog.first == NULL && !engine_cross_is_due(engine) &&
        !engine_expire_is_due(engine, true) && can_fill(engine))
        take_up(engine, job);
    else
        job_list_push(&engine->backlog, job);
}

/* Commands that run again one by one stay in their order; else a due market comes first. */
static struct engine_job *
next_command(struct engine *engine)
{
    return engine->solo_count > 0 ? job_list_pop(&engine->backlog) : engine_cross_next(engine);
}

/* Commands that run again keep the order in which they were applied. */
static bool
expires_first(const struct engine *engine)
{
    return engine->solo_count == 0 && engine_expire_is_due(engine, engine->backlog.first != NULL);
}

static void
fill_from_backlog(struct engine *engine)
{
    while (can_fill(engine)) {
        struct engine_job *job = NULL, *step = NULL;

        engine_advance(engine);
        if (expires_first(engine)) {
            step = engine_expire_take(engine);
            if (step == NULL)
                break; /* until a batch comes back */
        } else {
            job = next_command(engine);
        }
        if (job == NULL && step == NULL)
            step = engine_cross_take(engine);
        if (job == NULL && step == NULL)
            job = job_list_pop(&engine->backlog); /* no job is left for a step */
        if (step != NULL)
            apply(engine, step);
        else if (job != NULL)
            take_up(engine, job);
        else
            break;
    }
    cnop_assert(engine->backlog.first != NULL || engine->solo_count == 0);
}

enum cnop_err
engine_tick(struct engine *engine, const struct ledger_command *command)
{
    struct ledger_outcome outcome;
    enum cnop_err err;

    cnop_assert(command->op == LEDGER_OP_TICK);
    err = ledger_apply(engine->ledger, command, &outcome);
    if (err == CNOP_OK) {
        engine_board_price(engine, command->asset_id);
        engine_cross_look(engine, command->asset_id);
    }
    return err;
}

/* ---- sealing ---- */

/* Nothing is in flight: what these jobs saw is durable. */
static void
answer_unchanged(struct engine *engine, struct engine_batch *batch)
{
    cnop_assert(engine->in_flight == NULL);
    cnop_assert(batch->changed_count == 0);
    engine->committed_mark = ledger_mark(engine->ledger);
    ledger_forget(engine->ledger, engine->committed_mark);
    ledger_batch_begin(engine->ledger);
    for (uint32_t i = 0; i < batch->job_count; i++)
        engine_finish(engine, batch->jobs[i], batch->jobs[i]->err);
    engine_batch_clear(batch);
}

/* For jobs that a planted bug has answered already. */
static void
ignore(struct engine_job *job)
{
    (void)job;
}

static void
lend(struct engine *engine, struct engine_batch *batch)
{
    cnop_assert(engine->in_flight == NULL);
    engine->filling = batch == &engine->batches[0] ? &engine->batches[1] : &engine->batches[0];
    cnop_assert(engine->filling->job_count == 0);
    engine->in_flight = batch;
    engine->in_flight_since_us = cnop_clock_monotonic_us();
    for (uint32_t i = 0; i < batch->job_count; i++)
        batch->jobs[i]->lent = true;
    engine_metric_observe(ENGINE_METRIC_BATCH_SIZE, batch->changed_count);
    engine_kill_point("sealed");
    committer_send(engine->parts.committer, batch);
    if (engine_fault(ENGINE_FAULT_REPLY_EARLY)) {
        for (uint32_t i = 0; i < batch->job_count; i++) {
            batch->jobs[i]->done(batch->jobs[i]);
            batch->jobs[i]->done = ignore;
        }
    }
}

static void
seal(struct engine *engine)
{
    struct engine_batch *batch = engine->filling;

    cnop_assert(batch->job_count > 0);
    if (batch->changed_count == 0) {
        answer_unchanged(engine, batch);
        return;
    }
    engine_batch_seal(batch, engine->ledger, &engine->chain);
    batch->events.last_seq = engine->event_seq;
    engine_board_stage(engine, batch);
    ledger_batch_begin(engine->ledger);
    lend(engine, batch);
}

static void
pump(struct engine *engine)
{
    cnop_assert(!engine->unsettled);
    fill_from_backlog(engine);
    while (engine->in_flight == NULL && engine->filling->job_count > 0) {
        seal(engine);
        fill_from_backlog(engine);
    }
}

void
engine_round_end(struct engine *engine)
{
    if (engine->in_flight != NULL && !engine->unsettled &&
        cnop_clock_monotonic_us() - engine->in_flight_since_us > engine->parts.commit_giveup_us)
        engine_on_stalled(engine);
    do {
        if (!engine->unsettled)
            pump(engine);
        answer_finished(engine);
    } while (!engine->unsettled && engine->in_flight == NULL && engine->filling->job_count > 0);
    cnop_assert(engine->finished.first == NULL);
    cnop_assert(engine->unsettled || engine->in_flight != NULL || engine->filling->job_count == 0);
    engine_board_rest(engine);
    engine_metric_set(ENGINE_METRIC_WAITING, engine_waiting(engine));
}

/* ---- start and end ---- */

enum cnop_err
engine_open(const struct engine_parts *parts, struct engine **ret_engine)
{
    static struct engine engine;
    uint32_t job_count = parts->queue_jobs + ENGINE_OWN_JOBS;
    size_t bytes = job_count * sizeof(struct engine_job);
    struct engine_job *jobs;

    cnop_assert(parts->ledger != NULL);
    cnop_assert(parts->commit_giveup_us > 0);
    cnop_assert(parts->queue_jobs > 0);
    cnop_assert(parts->committer != NULL && parts->lookup != NULL);
    memset(&engine, 0, sizeof(engine));
    engine.parts = *parts;
    engine.ledger = parts->ledger;
    engine.chain = parts->chain;
    engine.event_seq = parts->event_seq;
    engine.filling = &engine.batches[0];
    jobs = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (jobs == MAP_FAILED || engine_batch_open(&engine.batches[0]) != CNOP_OK ||
        engine_batch_open(&engine.batches[1]) != CNOP_OK)
        return CNOP_E_NO_MEMORY;
    for (uint32_t i = job_count; i > 0; i--)
        engine_job_drop(&engine, &jobs[i - 1]);
    ledger_forget(engine.ledger, ledger_mark(engine.ledger));
    engine.committed_mark = ledger_mark(engine.ledger);
    ledger_batch_begin(engine.ledger);
    for (uint16_t asset_id = 0; asset_id < ENGINE_ASSETS; asset_id++)
        engine_cross_look(&engine, asset_id);
    *ret_engine = &engine;
    return CNOP_OK;
}

void
engine_close(struct engine *engine)
{
    cnop_assert(engine->parts.committer != NULL);
    committer_stop(engine->parts.committer);
    lookup_stop(engine->parts.lookup);
}

void
engine_drain(struct engine *engine)
{
    engine->draining = true;
    cnop_assert(engine_room(engine) == 0);
}

/* ---- looking at it ---- */

const struct ledger *
engine_ledger(const struct engine *engine)
{
    cnop_assert(engine->ledger != NULL);
    return engine->ledger;
}

bool
engine_is_over(const struct engine *engine)
{
    return engine->over;
}

struct engine_status
engine_status(const struct engine *engine)
{
    return (struct engine_status){.seq = engine->chain.seq,
                                  .epoch = engine->chain.epoch,
                                  .waiting_count = engine_waiting(engine),
                                  .oldest_us = engine_oldest_us(engine),
                                  .database_lost =
                                      !committer_has_database(engine->parts.committer)};
}
