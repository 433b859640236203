/* SPDX-License-Identifier: MIT */
/* The pause table. Ten failures are free; then a second, doubling to a quarter of an hour; from the
 * hundredth on an hour, so a guesser gets about 24 tries a day. */
#include "fcgi_services/auth/login_budget.h"

#include "shared/base/attr.h"

#define SECOND_US INT64_C(1000000)

struct pause_step {
    uint32_t from_failures;
    int64_t pause_us;
};

static const struct pause_step pause_steps[] = {
    {100, 3600 * SECOND_US}, {20, 900 * SECOND_US}, {19, 512 * SECOND_US}, {18, 256 * SECOND_US},
    {17, 128 * SECOND_US},   {16, 64 * SECOND_US},  {15, 32 * SECOND_US},  {14, 16 * SECOND_US},
    {13, 8 * SECOND_US},     {12, 4 * SECOND_US},   {11, 2 * SECOND_US},   {10, SECOND_US},
};

static int64_t
budget_wait_us(const struct login_budget *budget, int64_t now_us)
{
    int64_t since_us = now_us > budget->last_failure_us ? now_us - budget->last_failure_us : 0;

    for (size_t i = 0; i < CNOP_COUNT(pause_steps); i++) {
        if (budget->failure_count < pause_steps[i].from_failures)
            continue;
        return since_us >= pause_steps[i].pause_us ? 0 : pause_steps[i].pause_us - since_us;
    }
    return 0;
}

int64_t
login_budget_wait_us(const struct login_series *series, bool is_known, int64_t now_us)
{
    int64_t source_us = budget_wait_us(&series->source, now_us);
    int64_t account_us = is_known ? 0 : budget_wait_us(&series->account, now_us);

    return source_us > account_us ? source_us : account_us;
}

static bool
budget_rebase(struct login_budget *budget, int64_t now_us)
{
    if (budget->last_failure_us <= now_us)
        return false;
    budget->last_failure_us = now_us;
    return true;
}

bool
login_budget_rebase(struct login_series *series, int64_t now_us)
{
    bool source = budget_rebase(&series->source, now_us);
    bool account = budget_rebase(&series->account, now_us);

    return source || account;
}

static void
budget_charge(struct login_budget *budget, int64_t now_us)
{
    bool is_over = now_us - budget->last_failure_us > LOGIN_BUDGET_MEMORY_US;

    if (is_over)
        budget->failure_count = 0;
    if (budget->failure_count < UINT32_MAX)
        budget->failure_count++;
    budget->last_failure_us = now_us;
}

void
login_budget_charge(struct login_series *series, int64_t now_us)
{
    budget_charge(&series->source, now_us);
    budget_charge(&series->account, now_us);
}

void
login_budget_forgive(struct login_series *series, const struct login_series *before,
                     int64_t charged_us)
{
    uint32_t own = series->source.failure_count;
    bool is_last = series->account.last_failure_us == charged_us;

    series->account.failure_count =
        series->account.failure_count > own ? series->account.failure_count - own : 0;
    if (is_last && before->account.last_failure_us < charged_us)
        series->account.last_failure_us = before->account.last_failure_us;
    series->source = (struct login_budget){0};
}
