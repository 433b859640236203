/* SPDX-License-Identifier: MIT */
/* The continuous verification of the stored ledger: a thread that goes through all accounts and the
 * whole journal, over and over, never busy for more than its share of the time. */
#ifndef CNOP_ORDER_VERIFIER_H
#define CNOP_ORDER_VERIFIER_H

#include "fcgi_services/order/verify.h"

struct verifier;

struct verifier_config {
    uint64_t share_percent; /* of the time that the thread and its queries may run */
    int64_t pause_us;       /* between two passes */
};

struct verifier_progress {
    int64_t started_us; /* wall clock, of the last pass that has ended; 0: none has */
    int64_t finished_us;
    int64_t account_count; /* verified by it */
    uint64_t seq;          /* to which the journal was verified by it */
    int64_t finding_count; /* of it, or of the one that runs if it has more */
    bool durable;          /* the server's settings, read back once a pass */
};

#define VERIFIER_FINDING_MAX 64

/* Starts the thread; verify and db become its own. IO. */
cnop_must_check enum cnop_err verifier_start(struct verify *verify, struct cnop_batch_db *db,
                                             const struct verifier_config *config,
                                             struct verifier **ret_verifier);
int verifier_fd(const struct verifier *verifier); /* readable when there is something to take */
/* Moves the findings out, at most VERIFIER_FINDING_MAX; the number moved. */
uint32_t verifier_take(struct verifier *verifier, struct verify_finding *findings,
                       struct verifier_progress *ret_progress);
void verifier_stop(struct verifier *verifier);

#endif
