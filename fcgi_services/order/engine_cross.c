/* SPDX-License-Identifier: MIT */
/* Prices that reach open orders: the engine gives the ledger a CROSS before any later command of
 * that market, again and again until the house's price reaches nobody, and then a TRIGGER for each
 * pending order whose stop price any mark has reached since. Other markets go on in between. A step
 * that fails is not repeated before the next price: the database has to be there first. */
#include "fcgi_services/order/engine_state.h"

#include "fcgi_services/order/fault.h"
#include "shared/base/clock.h"

#define TURN 8 /* commands of other markets for a step */

/* An order that is reached while its market still works on an earlier price has been reached, even
 * if the price goes back before its turn. */
static void
widen(struct ledger_band *marks, cnop_price mark)
{
    if (mark.e10 < marks->lowest.e10)
        marks->lowest = mark;
    if (mark.e10 > marks->highest.e10)
        marks->highest = mark;
}

/* Of the next step that is due at a market; op 0: none is. */
static struct ledger_command
next_step(const struct engine *engine, uint16_t asset_id, int64_t time_us)
{
    struct ledger_command step = {.asset_id = asset_id};

    if (ledger_is_crossed(engine->ledger, asset_id, time_us)) {
        step.op = LEDGER_OP_CROSS;
        return step;
    }
    if (engine_fault(ENGINE_FAULT_LOSE_TRIGGER))
        return step;
    step.order_id = ledger_next_trigger(engine->ledger, asset_id, time_us,
                                        &engine->crossings.marks[asset_id], &step.stop);
    if (step.order_id == 0)
        return step;
    step.op = LEDGER_OP_TRIGGER;
    step.account_id = ledger_find_order(engine->ledger, step.order_id)->account_id;
    return step;
}

void
engine_cross_look(struct engine *engine, uint16_t asset_id)
{
    struct crossings *crossings = &engine->crossings;
    const struct ledger_asset *asset = ledger_find_asset(engine->ledger, asset_id);

    if (asset == NULL || asset_id >= ENGINE_ASSETS || asset->price.e10 <= 0)
        return;
    if (crossings->is_due[asset_id]) {
        if (!asset->halted)
            widen(&crossings->marks[asset_id], asset->price);
        return;
    }
    crossings->marks[asset_id] = (struct ledger_band){asset->price, asset->price};
    if (next_step(engine, asset_id, cnop_clock_wall_us()).op == 0)
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
    cnop_assert(job->command.op == LEDGER_OP_CROSS || job->command.op == LEDGER_OP_TRIGGER);
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
    struct ledger_command step = {.op = 0};

    while (engine_cross_is_due(engine) && step.op == 0) {
        step = next_step(engine, engine->crossings.due[0], engine->last_time_us);
        if (step.op == 0)
            leave(engine); /* a commit was taken back, or the mark has become too old */
    }
    if (step.op == 0 || engine->free_count <= ENGINE_OWN_JOBS)
        return NULL;
    engine->free_jobs = job->next;
    engine->free_count--;
    *job = (struct engine_job){
        .done = on_crossed, .queued_us = cnop_clock_monotonic_us(), .command = step};
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
        next_step(engine, job->command.asset_id, job->command.time_us).op == 0)
        leave(engine);
}

static bool
waits(const struct engine *engine, const struct engine_job *job)
{
    const struct ledger_command *command = &job->command;
    const struct ledger_order *order;
    uint16_t asset_id = command->asset_id;
    int64_t order_id = command->order_id;
    bool sure;

    if (command->op == LEDGER_OP_CANCEL || command->op == LEDGER_OP_AMEND) {
        if (job->named.len > 0)
            order_id = ledger_named_order(engine->ledger, command->account_id, job->named, &sure);
        order = ledger_find_order(engine->ledger, order_id);
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
