/* SPDX-License-Identifier: MIT */
/* Orders whose time is up: the engine gives the ledger an EXPIRE before any later command, again
 * and again until none is left. So nothing is filled, cancelled or counted that has expired. A step
 * that fails is put off as long as nobody asks for anything: the database has to be there first. */
#include "fcgi_services/order/engine_state.h"

#include "shared/base/clock.h"

#define CLOCK_STEP_MAX_US 5000000 /* well below the age at which a price is stale */
#define PAUSE_US 1000000

/* Times rise with ids while the clock is adjusted: readers look for a time among ids. A clock that
 * comes back from far ahead is believed at once; every price would be stale until it has caught up.
 */
void
engine_advance(struct engine *engine)
{
    int64_t now_us = cnop_clock_wall_us();

    if (now_us > engine->last_time_us || engine->last_time_us - now_us > CLOCK_STEP_MAX_US)
        engine->last_time_us = now_us;
}

bool
engine_expire_is_due(const struct engine *engine, bool somebody_waits)
{
    return ledger_next_expiry(engine->ledger) <= engine->last_time_us &&
           (somebody_waits || cnop_clock_monotonic_us() >= engine->expire_pause_us);
}

/* The engine's own job: nobody waits for it. */
static void
on_expired(struct engine_job *job)
{
    struct engine *engine = job->owner;

    cnop_assert(job->command.op == LEDGER_OP_EXPIRE);
    if (job->err != CNOP_OK)
        engine->expire_pause_us = cnop_clock_monotonic_us() + PAUSE_US;
}

struct engine_job *
engine_expire_take(struct engine *engine)
{
    struct engine_job *job = engine->free_jobs;

    if (job == NULL)
        return NULL;
    cnop_assert(!job->lent);
    engine->free_jobs = job->next;
    engine->free_count--;
    *job = (struct engine_job){.done = on_expired,
                               .owner = engine,
                               .queued_us = cnop_clock_monotonic_us(),
                               .command = {.op = LEDGER_OP_EXPIRE}};
    return job;
}
