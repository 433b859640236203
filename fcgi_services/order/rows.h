/* SPDX-License-Identifier: MIT */
/* The transaction of a batch as SQL: fence, rows, journal. Pure text; talks to nobody. */
#ifndef CNOP_ORDER_ROWS_H
#define CNOP_ORDER_ROWS_H

#include "fcgi_services/order/engine.h"

/* Extends batch->chain by the batch's journal row and fills batch->sql. Balances and accounts are
 * sorted by key in place. Overflow shows in the text's flag. */
void rows_encode(struct engine_batch *batch);

/* From so many changing commands on, the large tables' rows travel as arrays instead of text. Below
 * it the round trips they cost weigh more. */
#define ROWS_ARRAY_MIN 32

#endif
