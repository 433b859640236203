/* SPDX-License-Identifier: MIT */
/* The plan of a market order, shared by execution and preview. For shared/ledger only. */
#ifndef CNOP_LEDGER_ORDER_H
#define CNOP_LEDGER_ORDER_H

#include "shared/ledger/ledger.h"

struct order_plan {
    struct ledger_outcome outcome; /* ids still 0 */
    cnop_cash value;               /* price * quantity, rounded down to 10^-8 */
    cnop_qty qty_after;
    struct ledger_violation violations[LEDGER_VIOLATION_MAX]; /* in the order of checking */
    uint32_t violation_count;
};

/* Fills the plan. ASSET_UNKNOWN: there is none. Quantity or amount must be positive (asserted). */
cnop_must_check enum cnop_err order_plan(const struct ledger *ledger,
                                         const struct ledger_command *command,
                                         struct order_plan *plan);

#endif
