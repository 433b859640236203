/* SPDX-License-Identifier: MIT */
/* How fast one account may be guessed at: from one source, and from all sources together. The first
 * attempts are free, then there are pauses, longer and longer, and never for ever. An attempt
 * counts from the moment it may be checked until it has proved right. The name need not exist: the
 * budget must not tell which names do. Pure. */
#ifndef CNOP_AUTH_LOGIN_BUDGET_H
#define CNOP_AUTH_LOGIN_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

/* Failures further apart than this do not belong to the same series. */
#define LOGIN_BUDGET_MEMORY_US (24 * INT64_C(3600) * 1000000)

struct login_budget {
    uint32_t failure_count; /* of the series */
    int64_t last_failure_us;
};

/* What one name has spent. */
struct login_series {
    struct login_budget source;  /* from the source at hand */
    struct login_budget account; /* from all sources, this one too */
};

/* Microseconds until the next attempt is admitted, at most the longest pause; 0 when it is admitted
 * now. A source from which the user has logged in before answers for itself only, so that guessing
 * from elsewhere does not lock the owner out; others wait for both. */
int64_t login_budget_wait_us(const struct login_series *series, bool is_known, int64_t now_us);

/* True when the clock has been set back since the last failure: times are taken as now, once, so
 * that a pause lasts as long as it says and not until the clock has caught up. */
bool login_budget_rebase(struct login_series *series, int64_t now_us);

/* Counts an attempt that is about to be checked. */
void login_budget_charge(struct login_series *series, int64_t now_us);

/* The attempt charged at charged_us was right: what came from its source is forgotten, and the
 * account is as if the attempt had not been, unless there was another one since. before: the series
 * before the charge. */
void login_budget_forgive(struct login_series *series, const struct login_series *before,
                          int64_t charged_us);

#endif
