/* SPDX-License-Identifier: MIT */
/* Jobs of the engine one by one: room for them, their end, their way to the look-up, and accounts
 * that are refused for a while. */
#include "fcgi_services/order/engine_state.h"

#include <string.h>

#include "fcgi_services/order/engine_metrics.h"
#include "shared/base/clock.h"

/* ---- jobs ---- */

int64_t
engine_oldest_us(const struct engine *engine)
{
    int64_t now_us = cnop_clock_monotonic_us();
    int64_t oldest = now_us;

    if (engine->in_flight != NULL)
        oldest = engine->in_flight->started_us;
    else if (engine->filling->job_count > 0)
        oldest = engine->filling->started_us;
    if (engine->backlog.first != NULL && engine->backlog.first->queued_us < oldest)
        oldest = engine->backlog.first->queued_us;
    cnop_assert(oldest <= now_us);
    return now_us - oldest;
}

uint32_t
engine_room(const struct engine *engine)
{
    cnop_assert(engine->free_count <= engine->parts.queue_jobs + ENGINE_OWN_JOBS);
    if (engine->draining || engine->over || engine->unsettled ||
        engine->free_count <= ENGINE_OWN_JOBS ||
        engine_oldest_us(engine) > engine->parts.queue_age_us)
        return 0;
    return engine->free_count - ENGINE_OWN_JOBS;
}

uint32_t
engine_waiting(const struct engine *engine)
{
    cnop_assert(engine->free_count <= engine->parts.queue_jobs + ENGINE_OWN_JOBS);
    return engine->parts.queue_jobs + ENGINE_OWN_JOBS - engine->free_count;
}

struct engine_job *
engine_job_take(struct engine *engine)
{
    struct engine_job *job = engine->free_jobs;

    if (job == NULL || engine_room(engine) == 0) {
        engine_metric_add(ENGINE_METRIC_SHED, 1);
        return NULL;
    }
    cnop_assert(!job->lent);
    cnop_assert(engine->free_count > 0);
    engine->free_jobs = job->next;
    engine->free_count--;
    memset(job, 0, sizeof(*job));
    return job;
}

void
engine_job_drop(struct engine *engine, struct engine_job *job)
{
    cnop_assert(!job->lent);
    cnop_assert(engine->free_count < engine->parts.queue_jobs + ENGINE_OWN_JOBS);
    job->next = engine->free_jobs;
    engine->free_jobs = job;
    engine->free_count++;
}

/* The order cannot be shown. What was done is done, and must not be told as refused: asked again,
 * it is final. */
static enum cnop_err
unseen(const struct engine_job *job, enum cnop_err err)
{
    cnop_assert(err != CNOP_OK);
    return job->err == CNOP_OK ? CNOP_E_OUTCOME_UNKNOWN : err;
}

/* What has become of an order is read where it is durable: after the commit. */
static bool
sent_to_be_shown(struct engine *engine, struct engine_job *job)
{
    if (!job->show_order || (job->err != CNOP_OK && job->err != CNOP_E_ORDER_FINAL))
        return false;
    if (lookup_push(engine->parts.lookup, job))
        return true;
    job->err = unseen(job, CNOP_E_OVERLOADED);
    return false;
}

void
engine_finish(struct engine *engine, struct engine_job *job, enum cnop_err err)
{
    cnop_assert(job->done != NULL);
    job->err = err;
    if (!sent_to_be_shown(engine, job))
        job_list_push(&engine->finished, job);
}

void
engine_shown(struct engine *engine, struct engine_job *job, enum cnop_err err)
{
    cnop_assert(job->show_order);
    if (err != CNOP_OK)
        job->err = unseen(job, err);
    job_list_push(&engine->finished, job);
}

void
engine_finish_all(struct engine *engine, struct job_list *jobs, enum cnop_err err)
{
    struct engine_job *job;

    cnop_assert(err != CNOP_OK);
    while ((job = job_list_pop(jobs)) != NULL)
        engine_finish(engine, job, err);
}

/* ---- accounts whose rows are locked ---- */

void
engine_block(struct engine *engine, int64_t account_id)
{
    struct blocked_account *place = &engine->blocked[0];

    for (uint32_t i = 0; i < ENGINE_BLOCKED_MAX; i++) {
        if (engine->blocked[i].until_us < place->until_us)
            place = &engine->blocked[i];
    }
    *place = (struct blocked_account){.account_id = account_id,
                                      .until_us = cnop_clock_monotonic_us() +
                                                  engine->parts.blocked_pause_us};
    if (engine->blocked_count < ENGINE_BLOCKED_MAX)
        engine->blocked_count++;
    cnop_assert(engine->blocked_count > 0);
}

bool
engine_is_blocked(struct engine *engine, const struct engine_job *job)
{
    uint32_t open_count = 0;
    bool blocked = false;
    int64_t now_us;

    if (engine->blocked_count == 0 || job->preview != NULL)
        return false;
    now_us = cnop_clock_monotonic_us();
    for (uint32_t i = 0; i < ENGINE_BLOCKED_MAX; i++) {
        const struct blocked_account *row = &engine->blocked[i];

        open_count += row->until_us > now_us;
        blocked = blocked || (row->until_us > now_us && row->account_id == job->command.account_id);
    }
    engine->blocked_count = open_count;
    cnop_assert(!blocked || open_count > 0);
    return blocked;
}

/* ---- look-up ---- */

static void
send_to_lookup(struct engine *engine, struct engine_job *job)
{
    if (lookup_push(engine->parts.lookup, job))
        engine_metric_add(ENGINE_METRIC_LOOKUP, 1);
    else
        engine_finish(engine, job, CNOP_E_OVERLOADED);
}

/* The id is looked for again whenever the command is applied again: it is another one when the
 * commit of the order itself has failed. */
bool
engine_name_order(struct engine *engine, struct engine_job *job)
{
    struct ledger_command *command = &job->command;
    bool sure;

    if (job->named.len == 0)
        return true;
    command->order_id = ledger_named_order(engine->ledger, command->account_id, job->named, &sure);
    if (command->order_id != 0)
        return true;
    job->look_named = !sure;
    if (sure)
        engine_finish(engine, job, CNOP_E_NOT_FOUND);
    else
        send_to_lookup(engine, job);
    return false;
}

bool
engine_sent_to_lookup(struct engine *engine, struct engine_job *job)
{
    if (job->preview != NULL ||
        !(job->resolve || ledger_needs_lookup(engine->ledger, &job->command)))
        return false;
    cnop_assert(job->command.key_len > 0);
    send_to_lookup(engine, job);
    return true;
}
