/* SPDX-License-Identifier: MIT */
/* Orders whose time is up, and those of accounts that have not been heard of: the engine gives the
 * ledger an EXPIRE or a SWITCH_DUE before any later command, again and again until nothing is due.
 * So nothing is filled, cancelled or counted that has expired. A step that fails is put off as long
 * as nobody asks for anything: the database has to be there first. */
#include "fcgi_services/order/engine_state.h"

#include "shared/base/clock.h"

#define CLOCK_STEP_MAX_US LEDGER_PRICE_AHEAD_MAX_US /* prices stay fresh meanwhile */
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
    int64_t account_id;

    if (ledger_next_expiry(engine->ledger) > engine->last_time_us &&
        ledger_next_switch(engine->ledger, &account_id) > engine->last_time_us)
        return false;
    return somebody_waits || cnop_clock_monotonic_us() >= engine->expire_pause_us;
}

void
engine_expire_put_off(struct engine *engine)
{
    cnop_assert(PAUSE_US > 0);
    engine->expire_pause_us = cnop_clock_monotonic_us() + PAUSE_US;
}

/* The engine's own job: nobody waits for it. */
static void
on_expired(struct engine_job *job)
{
    cnop_assert(job->command.op == LEDGER_OP_EXPIRE || job->command.op == LEDGER_OP_SWITCH_DUE);
}

struct engine_job *
engine_expire_take(struct engine *engine)
{
    struct engine_job *job = engine->free_jobs;
    int64_t account_id;

    if (job == NULL)
        return NULL;
    cnop_assert(!job->lent);
    engine->free_jobs = job->next;
    engine->free_count--;
    *job = (struct engine_job){.done = on_expired,
                               .owner = engine,
                               .queued_us = cnop_clock_monotonic_us(),
                               .command = {.op = LEDGER_OP_EXPIRE}};
    if (ledger_next_switch(engine->ledger, &account_id) < ledger_next_expiry(engine->ledger)) {
        job->command.op = LEDGER_OP_SWITCH_DUE;
        job->command.account_id = account_id;
    }
    return job;
}
