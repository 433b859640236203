/* SPDX-License-Identifier: MIT */
/* Market orders, shared by execution and preview. For shared/ledger only. */
#ifndef CNOP_LEDGER_ORDER_H
#define CNOP_LEDGER_ORDER_H

#include "shared/ledger/plan.h"

/* Fills the plan. ASSET_UNKNOWN: there is none. Quantity or amount must be positive (asserted). */
cnop_must_check enum cnop_err order_plan(const struct ledger *ledger,
                                         const struct ledger_command *command,
                                         struct market_plan *plan);

#endif
