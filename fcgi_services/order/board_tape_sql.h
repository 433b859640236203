/* SPDX-License-Identifier: MIT */
/* The trades that the board shows, at the start of the engine. */
#ifndef CNOP_ORDER_BOARD_TAPE_SQL_H
#define CNOP_ORDER_BOARD_TAPE_SQL_H

#include "shared/db/batch.h"

struct board;

/* The newest trades of all markets together: a bounded number, found by the primary key. On a
 * connection that is open. */
cnop_must_check enum cnop_err board_tape_load(struct cnop_batch_db *db, struct board *board);

#endif
