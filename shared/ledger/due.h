/* SPDX-License-Identifier: MIT */
/* What becomes due at a time: orders on the books that expire, by slot, and accounts whose switch
 * is on, by index. A heap of each, the first on top; those of one moment by id. Writes go through
 * state_touch. For shared/ledger only. */
#ifndef CNOP_LEDGER_DUE_H
#define CNOP_LEDGER_DUE_H

#include "shared/ledger/state.h"

enum due_kind { DUE_ORDERS = 0, DUE_ACCOUNTS = 1 };

/* An order that expires comes onto a book, or leaves it; an account's switch goes on or off. Its
 * time must be set, and may not change in between. */
void due_add(struct ledger *ledger, enum due_kind kind, uint32_t item);
void due_remove(struct ledger *ledger, enum due_kind kind, uint32_t item);

/* The time of the first, and which; INT64_MAX: there is none. */
int64_t due_first(const struct ledger *ledger, enum due_kind kind, uint32_t *ret_item);

#endif
