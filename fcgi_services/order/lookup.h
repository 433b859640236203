/* SPDX-License-Identifier: MIT */
/* The look-up thread: finds idempotency keys that are no longer in memory, before their command is
 * applied, so that a repeated order never makes a whole batch fail. Whatever waits is looked up in
 * one query a table. */
#ifndef CNOP_ORDER_LOOKUP_H
#define CNOP_ORDER_LOOKUP_H

#include "fcgi_services/order/engine.h"
#include "fcgi_services/order/recovery.h"

struct lookup;

/* What was found for a job: err OK (posting), NOT_FOUND, DB_FAILED. */
struct lookup_result {
    struct engine_job *job;
    enum cnop_err err;
    struct ledger_posting posting;
    unsigned char fingerprint[LEDGER_FINGERPRINT_BYTES];
};

cnop_must_check enum cnop_err lookup_start(struct cnop_batch_db *db, struct lookup **ret_lookup);
void lookup_stop(struct lookup *lookup);

int lookup_fd(const struct lookup *lookup); /* readable when results wait */

/* Lends jobs: false when too many wait already. They come back through lookup_take. */
bool lookup_push(struct lookup *lookup, struct engine_job *job);
/* Moves up to max results out; the number moved. */
uint32_t lookup_take(struct lookup *lookup, struct lookup_result *results, uint32_t max);

#endif
