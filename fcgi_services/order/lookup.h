/* SPDX-License-Identifier: MIT */
/* Port: finds idempotency keys that are no longer in memory, before their command is applied, so
 * that a repeated order never makes a whole batch fail; and orders as they are stored, for answers
 * that show them. lookup_sql.c asks the database; tests link a fake. */
#ifndef CNOP_ORDER_LOOKUP_H
#define CNOP_ORDER_LOOKUP_H

#include "fcgi_services/order/engine.h"

struct lookup;

/* What was found for a job: err OK (posting, or order if the job shows one), NOT_FOUND, DB_FAILED.
 */
struct lookup_result {
    struct engine_job *job;
    enum cnop_err err;
    struct engine_order order;
    struct ledger_posting posting;
    unsigned char fingerprint[LEDGER_FINGERPRINT_BYTES];
};

/* Lends a job: false when too many wait already. It comes back through lookup_take. */
cnop_must_check bool lookup_push(struct lookup *lookup, struct engine_job *job);

int lookup_fd(const struct lookup *lookup); /* readable when results wait */
/* Moves up to max results out; the number moved. */
uint32_t lookup_take(struct lookup *lookup, struct lookup_result *results, uint32_t max);

void lookup_stop(struct lookup *lookup);

#endif
