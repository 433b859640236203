/* SPDX-License-Identifier: MIT */
/* The version of all prices: one row, raised by whoever changes a price, and locked until that is
 * committed. So changes of the feed and of operators come one after the other. */
#ifndef CNOP_INVENTORY_PRICE_HEAD_SQL_H
#define CNOP_INVENTORY_PRICE_HEAD_SQL_H

#include "shared/db/db.h"

/* Inside a transaction: the version that its changes get. */
cnop_must_check enum cnop_err price_head_raise(struct cnop_db *db, struct cnop_arena *arena,
                                               uint64_t *ret_seq);

#endif
