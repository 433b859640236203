/* SPDX-License-Identifier: MIT */
/* How fast one account may be guessed at, whatever addresses the guesses come from. The first
 * failures are free, then the account pauses longer and longer, and never for ever. The name need
 * not exist: the budget must not tell which names do. Pure. */
#ifndef CNOP_AUTH_LOGIN_BUDGET_H
#define CNOP_AUTH_LOGIN_BUDGET_H

#include <stdint.h>

/* Failures further apart than this do not belong to the same series. */
#define LOGIN_BUDGET_MEMORY_US (24 * INT64_C(3600) * 1000000)

struct login_budget {
    uint32_t failure_count; /* consecutive */
    int64_t last_failure_us;
};

/* Microseconds until the next attempt is admitted; 0 when it is admitted now. */
int64_t login_budget_wait_us(const struct login_budget *budget, int64_t now_us);

#endif
