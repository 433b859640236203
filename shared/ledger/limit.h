/* SPDX-License-Identifier: MIT */
/* The plan of a limit order, shared by execution and preview. For shared/ledger only. */
#ifndef CNOP_LEDGER_LIMIT_H
#define CNOP_LEDGER_LIMIT_H

#include "shared/ledger/match.h"

struct limit_plan {
    struct ledger_outcome outcome; /* as if filled as a whole at its limit; ids 0 */
    cnop_qty qty_after;
    struct ledger_order order;
    int64_t own_hold_e8; /* of an order that is amended: what it holds already */
    struct match_plan match;
    struct ledger_violation violations[LEDGER_VIOLATION_MAX]; /* in the order of checking */
    uint32_t violation_count;
};

/* Fills the plan. ASSET_UNKNOWN: there is none. */
cnop_must_check enum cnop_err limit_plan(const struct ledger *ledger,
                                         const struct ledger_command *command,
                                         struct limit_plan *plan);

/* The same of an order on a book with another quantity or price. stays: it keeps its place, and
 * meets nobody. */
void limit_plan_amended(const struct ledger *ledger, uint32_t slot,
                        const struct ledger_command *command, bool stays, struct limit_plan *plan);

/* Whether a mark has come to the stop price that the order waits, or has waited, for. */
bool limit_is_reached(const struct ledger_order *order, cnop_price mark);

/* Takes the hold of the order, and puts it where its status says: pending, or on its book. */
void limit_rest(struct ledger *ledger, struct ledger_order *order, int64_t prio, int64_t time_us);

#endif
