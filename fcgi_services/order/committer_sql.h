/* SPDX-License-Identifier: MIT */
/* The committer on MariaDB: a thread with a connection of its own. */
#ifndef CNOP_ORDER_COMMITTER_SQL_H
#define CNOP_ORDER_COMMITTER_SQL_H

#include "fcgi_services/order/committer.h"
#include "fcgi_services/order/event_queue.h"
#include "fcgi_services/order/seal.h"
#include "shared/db/batch.h"

/* Starts the thread on a connection that holds the epoch; db becomes the thread's. key: of the
 * rows' seals; must live as long. events: gets what each durable batch did; NULL: nobody does.
 * NO_MEMORY, IO. */
cnop_must_check enum cnop_err committer_sql_start(struct cnop_batch_db *db,
                                                  const struct seal_key *key,
                                                  struct event_queue *events,
                                                  struct committer **ret_committer);

#endif
