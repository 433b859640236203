/* SPDX-License-Identifier: MIT */
/* The committer thread: takes one batch at a time, writes it as one transaction, and reports what
 * became of it. It never guesses: after a lost answer it asks the writer row whether the batch is
 * there, and sends the same transaction again only when it is not. */
#ifndef CNOP_ORDER_COMMITTER_H
#define CNOP_ORDER_COMMITTER_H

#include "fcgi_services/order/engine.h"

struct committer;

/* What a look at the committer may find. */
enum committer_event {
    COMMITTER_NOTHING,
    COMMITTER_DONE,      /* the batch is back, batch->result says how it went */
    COMMITTER_UNSETTLED, /* once a batch, when its outcome is unknown for too long; it is not back
                          */
};

/* Starts the thread on a connection that holds the epoch. db becomes the thread's. */
cnop_must_check enum cnop_err committer_start(struct cnop_batch_db *db, uint64_t giveup_ms,
                                              struct committer **ret_committer);
/* Waits for the batch in hand, then ends the thread. Gives up on an unsettled one. */
void committer_stop(struct committer *committer);

/* Readable when there is an event. */
int committer_fd(const struct committer *committer);

/* Lends a batch; only when no other is lent. */
void committer_send(struct committer *committer, struct engine_batch *batch);
enum committer_event committer_event(struct committer *committer);

/* False while the database cannot be reached. */
bool committer_has_database(const struct committer *committer);

#endif
