/* SPDX-License-Identifier: MIT */
/* The plan of a limit order, shared by execution and preview. For shared/ledger only. */
#ifndef CNOP_LEDGER_LIMIT_H
#define CNOP_LEDGER_LIMIT_H

#include "shared/ledger/match.h"

struct limit_plan {
    struct ledger_outcome outcome; /* as if filled as a whole at its limit; ids 0 */
    cnop_qty qty_after;
    struct ledger_order order;
    struct match_plan match;
    struct ledger_violation violations[LEDGER_VIOLATION_MAX]; /* in the order of checking */
    uint32_t violation_count;
};

/* Fills the plan. ASSET_UNKNOWN: there is none. */
cnop_must_check enum cnop_err limit_plan(const struct ledger *ledger,
                                         const struct ledger_command *command,
                                         struct limit_plan *plan);

#endif
