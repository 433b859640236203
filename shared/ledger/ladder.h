/* SPDX-License-Identifier: MIT */
/* Price levels by step: a radix tree of five levels of 64, whose leaves name what is at a step.
 * Nodes come from the ledger's pool and go back when empty. Writes go through state_touch. For
 * shared/ledger only. */
#ifndef CNOP_LEDGER_LADDER_H
#define CNOP_LEDGER_LADDER_H

#include "shared/ledger/state.h"

#define LADDER_DEPTH 5

/* What is at the step; 0: nothing. root 0: an empty ladder. */
uint32_t ladder_find(const struct ledger *ledger, uint32_t root, uint32_t step);

/* The nearest step with something above, below; 0: none. */
uint32_t ladder_above(const struct ledger *ledger, uint32_t root, uint32_t step);
uint32_t ladder_below(const struct ledger *ledger, uint32_t root, uint32_t step);

/* Room for whatever one insertion takes. */
bool ladder_has_room(const struct ledger *ledger);
/* *root: touched by the caller. The step must be free, value not 0 (asserted). */
void ladder_insert(struct ledger *ledger, uint32_t *root, uint32_t step, uint32_t value);
/* The step must be there (asserted). */
void ladder_remove(struct ledger *ledger, uint32_t *root, uint32_t step);

#endif
