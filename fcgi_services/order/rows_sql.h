/* SPDX-License-Identifier: MIT */
/* The transaction of a batch as SQL: fence, rows, journal. Pure text; talks to nobody. */
#ifndef CNOP_ORDER_ROWS_SQL_H
#define CNOP_ORDER_ROWS_SQL_H

#include "fcgi_services/order/engine_batch.h"
#include "fcgi_services/order/seal.h"
#include "shared/db/batch.h"

/* Extends batch->chain by the batch's journal row and fills sql. Balances and accounts are sorted
 * by key in place. Overflow shows in the text's flag. */
void rows_encode(struct engine_batch *batch, const struct seal_key *key, struct cnop_batch *sql);

/* From so many changing commands on, the large tables' rows travel as arrays instead of text. Below
 * it the round trips they cost weigh more. */
#define ROWS_ARRAY_MIN 32

#endif
