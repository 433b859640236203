/* SPDX-License-Identifier: MIT */
/* What a market order would do and break. For shared/ledger only. */
#ifndef CNOP_LEDGER_PLAN_H
#define CNOP_LEDGER_PLAN_H

#include "shared/ledger/ledger.h"

struct market_plan {
    struct ledger_outcome outcome; /* ids still 0 */
    cnop_cash value;               /* price * quantity, rounded down to 10^-8 */
    cnop_qty qty_after;
    struct ledger_violation violations[LEDGER_VIOLATION_MAX]; /* in the order of checking */
    uint32_t violation_count;
    bool walks; /* meets people */
};

static inline void
plan_violate(struct market_plan *plan, enum cnop_err err, int64_t have_e8, int64_t need_e8,
             int64_t limit_e8)
{
    cnop_assert(plan->violation_count < LEDGER_VIOLATION_MAX);
    plan->violations[plan->violation_count++] = (struct ledger_violation){
        .err = err, .have_e8 = have_e8, .need_e8 = need_e8, .limit_e8 = limit_e8};
}

#endif
