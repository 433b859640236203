/* SPDX-License-Identifier: MIT */
/* Commands that change an open order: amended by its owner, or reached by a price. For
 * shared/ledger only. */
#ifndef CNOP_LEDGER_CHANGE_H
#define CNOP_LEDGER_CHANGE_H

#include "shared/ledger/match.h"

/* The outcome of such a command, before it has done anything. */
void change_begin(const struct ledger *ledger, const struct ledger_command *command,
                  const struct ledger_order *order, struct ledger_outcome *outcome);

/* An open order leaves its place, trades as its plan says, and what is left enters again behind the
 * others, unless it may not go on. order: what it is from now on; its id stays. */
void change_enter_again(struct ledger *ledger, uint32_t slot, struct ledger_order *order,
                        const struct match_plan *match, struct ledger_outcome *outcome);

#endif
