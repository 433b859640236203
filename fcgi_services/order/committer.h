/* SPDX-License-Identifier: MIT */
/* Port: whatever writes batches, each as one transaction, and reports what became of it. It never
 * guesses: after a lost answer it asks the database whether the batch is there, and sends the same
 * transaction again only when it is not. committer_sql.c does it; tests link a fake. */
#ifndef CNOP_ORDER_COMMITTER_H
#define CNOP_ORDER_COMMITTER_H

#include "fcgi_services/order/engine_batch.h"

struct committer;

/* err: OK: durable. DUPLICATE, INTERNAL, TRUNCATED: one of its rows is refused, and so is the whole
 * batch. DB_DEADLOCK: somebody else keeps a row locked. DB_FAILED: not written, for another reason.
 * FENCED: a newer engine writes. OUTCOME_UNKNOWN: nobody could be asked for too long. Unless it is
 * the last, nothing is left to find out. */
struct commit_result {
    enum cnop_err err;
    int64_t elapsed_us;
};

/* Lends a batch; only when no other is lent. */
void committer_send(struct committer *committer, struct engine_batch *batch);

/* Readable when a batch has come back. */
int committer_fd(const struct committer *committer);
/* True: the batch is back. */
cnop_must_check bool committer_take(struct committer *committer, struct commit_result *ret_result);

/* False while the database cannot be reached. */
bool committer_has_database(const struct committer *committer);

/* Waits for the batch in hand, but not for its settling, and ends the thread. */
void committer_stop(struct committer *committer);

#endif
