/* SPDX-License-Identifier: MIT */
/* Prices that reach orders on a book: the engine gives the ledger a CROSS before any later command
 * of that market, again and again until nothing is reached. Other markets go on in between. A step
 * that fails is not repeated before the next price: the database has to be there first. */
#include "fcgi_services/order/engine_state.h"

#include "shared/base/clock.h"

#define TURN 8 /* commands of other markets for a step */

void
engine_cross_look(struct engine *engine, uint16_t asset_id)
{
    struct crossings *crossings = &engine->crossings;

    if (asset_id >= ENGINE_ASSETS || crossings->is_due[asset_id] ||
        !ledger_is_crossed(engine->ledger, asset_id, cnop_clock_wall_us()))
        return;
    cnop_assert(crossings->due_count < ENGINE_ASSETS);
    crossings->is_due[asset_id] = true;
    crossings->due[crossings->due_count++] = asset_id;
    crossings->turn = 0;
}

bool
engine_cross_is_due(const struct engine *engine)
{
    cnop_assert(engine->crossings.due_count <= ENGINE_ASSETS);
    return engine->crossings.due_count > 0;
}

/* The engine's own job: nobody waits for it. */
static void
on_crossed(struct engine_job *job)
{
    cnop_assert(job->command.op == LEDGER_OP_CROSS);
    (void)job;
}

/* The first market leaves; those that waited for it come before all others. */
static void
leave(struct engine *engine)
{
    struct crossings *crossings = &engine->crossings;

    cnop_assert(crossings->due_count > 0);
    crossings->is_due[crossings->due[0]] = false;
    crossings->due_count--;
    for (uint32_t i = 0; i < crossings->due_count; i++)
        crossings->due[i] = crossings->due[i + 1];
    if (crossings->due_count == 0)
        job_list_prepend(&engine->backlog, &crossings->held);
}

struct engine_job *
engine_cross_take(struct engine *engine)
{
    struct engine_job *job = engine->free_jobs;

    if (!engine_cross_is_due(engine) || engine->free_count <= ENGINE_OWN_JOBS)
        return NULL;
    engine->free_jobs = job->next;
    engine->free_count--;
    *job = (struct engine_job){
        .done = on_crossed,
        .queued_us = cnop_clock_monotonic_us(),
        .command = {.op = LEDGER_OP_CROSS, .asset_id = engine->crossings.due[0]}};
    return job;
}

void
engine_cross_applied(struct engine *engine, const struct engine_job *job)
{
    struct crossings *crossings = &engine->crossings;

    if (!engine_cross_is_due(engine) || crossings->due[0] != job->command.asset_id)
        return; /* of a batch that failed before */
    crossings->turn = TURN;
    if (job->err != CNOP_OK || !job->outcome.changed ||
        !ledger_is_crossed(engine->ledger, job->command.asset_id, job->command.time_us))
        leave(engine);
}

static bool
waits(const struct engine *engine, const struct engine_job *job)
{
    const struct ledger_command *command = &job->command;
    const struct ledger_order *order;
    uint16_t asset_id = command->asset_id;

    if (command->op == LEDGER_OP_CANCEL || command->op == LEDGER_OP_AMEND) {
        order = ledger_find_order(engine->ledger, command->order_id);
        asset_id = order == NULL ? LEDGER_USD : order->asset_id;
    } else if (command->op == LEDGER_OP_CANCEL_ALL) {
        if (asset_id == LEDGER_USD)
            return true; /* some market is due, and it may be one of its orders' */
    } else if (command->op != LEDGER_OP_ORDER && command->op != LEDGER_OP_LIMIT) {
        return false;
    }
    return asset_id < ENGINE_ASSETS && engine->crossings.is_due[asset_id];
}

/* What an account's orders would meet it must not meet any more. */
static bool
is_freeze(const struct engine_job *job)
{
    return job != NULL && job->command.op == LEDGER_OP_FREEZE;
}

struct engine_job *
engine_cross_next(struct engine *engine)
{
    struct crossings *crossings = &engine->crossings;
    struct engine_job *job;

    if (!engine_cross_is_due(engine) || is_freeze(engine->backlog.first))
        return job_list_pop(&engine->backlog);
    if (crossings->turn == 0)
        return NULL;
    while ((job = job_list_pop(&engine->backlog)) != NULL) {
        if (!waits(engine, job)) {
            crossings->turn--;
            return job;
        }
        job_list_push(&crossings->held, job);
    }
    return NULL;
}
