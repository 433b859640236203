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

int64_t
login_budget_wait_us(const struct login_budget *budget, int64_t now_us)
{
    int64_t since_us = now_us - budget->last_failure_us;

    for (size_t i = 0; i < CNOP_COUNT(pause_steps); i++) {
        if (budget->failure_count < pause_steps[i].from_failures)
            continue;
        return since_us >= pause_steps[i].pause_us ? 0 : pause_steps[i].pause_us - since_us;
    }
    return 0;
}
