/* SPDX-License-Identifier: MIT */
/* Commits a batch and makes certain what became of it, without a thread of its own: the committer's
 * calls it, and so does a test that decides itself what happens when. */
#ifndef CNOP_ORDER_COMMIT_SQL_H
#define CNOP_ORDER_COMMIT_SQL_H

#include <stdatomic.h>

#include "fcgi_services/order/engine_batch.h"
#include "fcgi_services/order/seal.h"
#include "shared/db/batch.h"

struct commit_sql {
    struct cnop_batch_db *db;
    const struct seal_key *key;
    struct cnop_batch sql;    /* of the batch in hand */
    atomic_bool stopping;     /* set by anybody: settling ends, whatever is known */
    atomic_bool has_database; /* for anybody: the server answered when last asked */
};

/* Runs the transaction that rows_encode has made of the batch. Waits and asks until the answer is
 * one of struct commit_result's. */
cnop_must_check enum cnop_err commit_sql_run(struct commit_sql *commit,
                                             const struct engine_batch *batch);

#endif
