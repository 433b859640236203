/* SPDX-License-Identifier: MIT */
/* See guard.h. Knows nothing of how findings are made. */
#include "fcgi_services/order/guard.h"

#include <string.h>

#include "fcgi_services/order/engine_metrics.h"
#include "shared/base/clock.h"
#include "shared/base/log.h"
#include "shared/base/mix.h"

#define TOLD_MAX 256 /* findings that the log has already */

struct guard {
    struct engine *engine;
    struct verifier *verifier;
    struct verifier_progress progress;
    uint64_t told[TOLD_MAX];
    uint32_t told_count;
};

/* Each finding is made again by every pass; the log has it once, the metrics until it is gone. */
static bool
is_told(struct guard *guard, const struct verify_finding *finding)
{
    uint64_t hash = cnop_mix64((uint64_t)finding->account_id);

    cnop_assert(finding->text[0] != '\0');
    for (const char *c = finding->text; *c != '\0'; c++)
        hash = cnop_mix64(hash ^ (unsigned char)*c);
    for (uint32_t i = 0; i < TOLD_MAX && i < guard->told_count; i++) {
        if (guard->told[i] == hash)
            return true;
    }
    guard->told[guard->told_count++ % TOLD_MAX] = hash;
    return false;
}

static void
on_frozen(struct engine_job *job)
{
    struct cnop_log_line line;

    cnop_log_begin(&line, CNOP_LOG_CRITICAL, NULL, "account_frozen",
                   job->err == CNOP_OK ? "frozen until an operator has looked at it"
                                       : "could not be frozen");
    cnop_log_i64(&line, "account", job->command.account_id);
    cnop_log_text(&line, "error", job->err == CNOP_OK ? NULL : cnop_err_symbol(job->err));
    cnop_log_end(&line);
}

static void
freeze(struct guard *guard, const struct verify_finding *finding)
{
    const struct ledger_account *account =
        ledger_find_account(engine_ledger(guard->engine), finding->account_id);
    struct engine_job *job;

    cnop_assert(finding->account_id >= LEDGER_ACCOUNT_FIRST_USER);
    if (account != NULL && account->status == LEDGER_FROZEN && account->order_count == 0)
        return;
    job = engine_job_take(guard->engine);
    if (job == NULL)
        return; /* no room: the next pass finds it again */
    job->command.op = LEDGER_OP_FREEZE;
    job->command.account_id = finding->account_id;
    ledger_command_set_reason(&job->command, cnop_str_make(finding->text, strlen(finding->text)));
    job->owner = guard;
    job->done = on_frozen;
    engine_submit(guard->engine, job);
}

void
guard_take(struct guard *guard, const struct verify_finding *findings, uint32_t count)
{
    cnop_assert(guard->engine != NULL);
    for (uint32_t i = 0; i < count; i++) {
        const struct verify_finding *finding = &findings[i];
        struct cnop_log_line line;

        if (!is_told(guard, finding)) {
            engine_metric_add(ENGINE_METRIC_FINDINGS_TOTAL, 1);
            cnop_log_begin(&line, CNOP_LOG_CRITICAL, NULL, "verification", finding->text);
            cnop_log_i64(&line, "account", finding->account_id);
            cnop_log_u64(&line, "asset", finding->asset_id);
            cnop_log_end(&line);
        }
        if (finding->account_id >= LEDGER_ACCOUNT_FIRST_USER)
            freeze(guard, finding);
    }
}

void
guard_on_verifier(struct guard *guard)
{
    struct verify_finding findings[VERIFIER_FINDING_MAX];
    uint32_t count = verifier_take(guard->verifier, findings, &guard->progress);

    cnop_assert(count <= VERIFIER_FINDING_MAX);
    guard_take(guard, findings, count);
    engine_metric_set(ENGINE_METRIC_FINDINGS, guard->progress.finding_count);
    engine_metric_set(ENGINE_METRIC_NOT_DURABLE, !guard->progress.durable);
    engine_metric_set(ENGINE_METRIC_VERIFIED_ACCOUNTS, guard->progress.account_count);
    engine_metric_set(ENGINE_METRIC_VERIFIED_SEQ, (int64_t)guard->progress.seq);
    engine_metric_set(ENGINE_METRIC_VERIFIED_TIME, guard->progress.started_us / 1000000);
}

struct verifier_progress
guard_progress(const struct guard *guard)
{
    return guard->progress;
}

struct guard *
guard_open(struct engine *engine, struct verifier *verifier)
{
    static struct guard guard;

    cnop_assert(engine != NULL);
    cnop_assert(guard.engine == NULL); /* one a process */
    guard = (struct guard){.engine = engine, .verifier = verifier, .progress = {.durable = true}};
    return &guard;
}
