/* SPDX-License-Identifier: MIT */
/* A few commands in flight at a time: the rest of the queue is the customers'. Knows nothing of how
 * much is missing; see whole_cents.h. */
#include "fcgi_services/order/whole_cents.h"

#include "fcgi_services/order/engine_run.h"
#include "shared/base/log.h"

#define IN_FLIGHT_MAX 256

struct filler {
    struct engine *engine;
    uint32_t cursor; /* of ledger_next_uneven */
    uint32_t open_count;
    uint64_t filled_count;
    uint64_t refused_count;
};

static void go_on(struct filler *filler);

static void
on_filled(struct engine_job *job)
{
    struct filler *filler = job->owner;

    cnop_assert(filler->open_count > 0);
    filler->open_count--;
    filler->filled_count += job->err == CNOP_OK && job->outcome.changed;
    filler->refused_count += job->err != CNOP_OK;
    if (filler->open_count == 0)
        go_on(filler);
}

static void
report(const struct filler *filler)
{
    struct cnop_log_line line;

    cnop_assert(filler->open_count == 0);
    if (filler->filled_count + filler->refused_count == 0)
        return;
    cnop_log_begin(&line, filler->refused_count == 0 ? CNOP_LOG_INFO : CNOP_LOG_WARN, NULL,
                   "whole_cents", "cash of an older ledger was filled up to whole cents");
    cnop_log_u64(&line, "accounts", filler->filled_count);
    cnop_log_u64(&line, "refused", filler->refused_count);
    cnop_log_end(&line);
}

static void
go_on(struct filler *filler)
{
    cnop_assert(filler->open_count <= IN_FLIGHT_MAX);
    while (filler->open_count < IN_FLIGHT_MAX) {
        struct engine_job *job = engine_job_take(filler->engine);

        if (job == NULL)
            break; /* no room: the next start finds what is left */
        job->command.account_id =
            ledger_next_uneven(engine_ledger(filler->engine), &filler->cursor);
        if (job->command.account_id == 0) {
            engine_job_drop(filler->engine, job);
            break;
        }
        job->command.op = LEDGER_OP_SETTLE;
        job->owner = filler;
        job->done = on_filled;
        filler->open_count++;
        engine_submit(filler->engine, job);
    }
    if (filler->open_count == 0)
        report(filler);
}

void
whole_cents_start(struct engine *engine)
{
    static struct filler filler;

    cnop_assert(engine != NULL);
    filler = (struct filler){.engine = engine};
    go_on(&filler);
    if (filler.open_count > 0)
        engine_round_end(engine); /* nobody else would: the loop has not begun */
}
