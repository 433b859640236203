/* SPDX-License-Identifier: MIT */
/* SQL of what a batch has done to the books; part of rows_sql.c. */
#ifndef CNOP_ORDER_ROWS_BOOK_SQL_H
#define CNOP_ORDER_ROWS_BOOK_SQL_H

#include "fcgi_services/order/engine_batch.h"
#include "fcgi_services/order/seal.h"
#include "shared/db/batch.h"

/* New orders, orders that have changed, trades with their transfers and lines. Sorts batch->orders.
 */
void rows_encode_book(struct engine_batch *batch, const struct seal_key *key,
                      struct cnop_batch *sql);

#endif
