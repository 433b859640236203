/* SPDX-License-Identifier: MIT */
/* The look-up on MariaDB: a thread with a connection of its own. Whatever waits is looked up in one
 * query a table. */
#ifndef CNOP_ORDER_LOOKUP_SQL_H
#define CNOP_ORDER_LOOKUP_SQL_H

#include "fcgi_services/order/lookup.h"
#include "shared/db/batch.h"

/* db becomes the thread's. IO. */
cnop_must_check enum cnop_err lookup_sql_start(struct cnop_batch_db *db,
                                               struct lookup **ret_lookup);

#endif
