/* SPDX-License-Identifier: MIT */
/* Market orders that meet people on the book; any other trades with the house. For shared/ledger
 * only. */
#ifndef CNOP_LEDGER_WALK_H
#define CNOP_LEDGER_WALK_H

#include "shared/ledger/plan.h"

/* Quantity, price (the average), value, total and fee of an order that meets people; qty: 0 by
 * amount. ORDER_TOO_LARGE: not even computable. */
cnop_must_check enum cnop_err walk_plan(const struct ledger *ledger,
                                        const struct ledger_command *command, cnop_qty qty,
                                        struct market_plan *plan);
/* Carries it out. outcome: of the plan, which has no violations. */
void walk_apply(struct ledger *ledger, const struct ledger_command *command,
                struct ledger_outcome *outcome);

#endif
