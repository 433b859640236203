/* SPDX-License-Identifier: MIT */
/* See rules_start.h. The loop has not begun: this one goes round for one command. */
#include "fcgi_services/order/rules_start.h"

#include <poll.h>

#include "fcgi_services/order/engine_run.h"
#include "shared/base/log.h"

#define ROUND_MS 50

static const char *const names[] = {
    [LEDGER_RULE_FEE_BPS] = "fee_bps",
    [LEDGER_RULE_MAKER_FEE_BPS] = "maker_fee_bps",
    [LEDGER_RULE_HOUSE_SPREAD_BPS] = "house_spread_bps",
    [LEDGER_RULE_HOUSE_FLOOR_E8] = "house_floor_e8",
    [LEDGER_RULE_PRICE_MAX_AGE_US] = "price_max_age_us",
    [LEDGER_RULE_MIN_QTY_E8] = "min_qty_e8",
    [LEDGER_RULE_MIN_NOTIONAL_E8] = "min_notional_e8",
    [LEDGER_RULE_MAX_NOTIONAL_E8] = "max_notional_e8",
    [LEDGER_RULE_DEPOSIT_LIMIT_E8] = "deposit_limit_e8",
    [LEDGER_RULE_WITHDRAW_LIMIT_E8] = "withdraw_limit_e8",
    [LEDGER_RULE_ACCOUNT_ORDERS] = "max_account_orders",
};
_Static_assert(CNOP_COUNT(names) == LEDGER_RULE_COUNT, "a name for each rule");

struct change {
    bool told;
    enum cnop_err err;
};

static void
on_told(struct engine_job *job)
{
    struct change *change = job->owner;

    cnop_assert(!change->told);
    change->told = true;
    change->err = job->err;
}

static void
report(const struct ledger_rules *before, const struct ledger_rules *now, bool known)
{
    struct cnop_log_line line;

    cnop_assert(before != NULL && now != NULL);
    cnop_log_begin(&line, CNOP_LOG_INFO, NULL, "rules",
                   known ? "orders have other rules from now on"
                         : "the journal has the rules of orders from now on");
    for (size_t i = 0; i < LEDGER_RULE_COUNT; i++) {
        if (!known || before->values[i] != now->values[i])
            cnop_log_i64(&line, names[i], now->values[i]);
    }
    cnop_log_end(&line);
}

/* Until the command is durable, or refused. The engine's own deadline of a commit ends it. */
static void
go_round(struct engine *engine, int committer_fd, const struct change *change)
{
    struct pollfd committer = {.fd = committer_fd, .events = POLLIN};

    engine_round_end(engine);
    while (!change->told) {
        (void)poll(&committer, 1, ROUND_MS);
        engine_on_committer(engine);
        engine_round_end(engine);
    }
}

enum cnop_err
rules_start(struct engine *engine, int committer_fd, const struct ledger_rules *wanted, bool known)
{
    struct change change = {.told = false};
    struct ledger_rules before;
    struct engine_job *job;

    cnop_assert(ledger_rules_are_sound(wanted));
    ledger_rules_now(engine_ledger(engine), &before);
    if (known && ledger_rules_equal(&before, wanted))
        return CNOP_OK;
    job = engine_job_take(engine);
    if (job == NULL)
        return CNOP_E_OVERLOADED;
    job->command.op = LEDGER_OP_RULES;
    job->command.rules = *wanted;
    job->owner = &change;
    job->done = on_told;
    engine_submit(engine, job);
    go_round(engine, committer_fd, &change);
    if (change.err == CNOP_OK)
        report(&before, wanted, known);
    return change.err;
}
