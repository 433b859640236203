/* SPDX-License-Identifier: MIT */
/* When orders on the books expire: a heap of their slots, the first to expire on top; those of one
 * moment by id. Writes go through state_touch. For shared/ledger only. */
#ifndef CNOP_LEDGER_DUE_H
#define CNOP_LEDGER_DUE_H

#include "shared/ledger/state.h"

/* An order that expires comes onto a book, or leaves it. */
void due_add(struct ledger *ledger, uint32_t slot);
void due_remove(struct ledger *ledger, uint32_t slot);

/* The first to expire; 0: nobody does. */
uint32_t due_first(const struct ledger *ledger);

#endif
