/* SPDX-License-Identifier: MIT */
/* The newest committed rows of events, between the committer and those who publish them. The
 * committer never waits for a reader: what finds no room makes the oldest rows be forgotten here;
 * the table still has them. Any thread. */
#ifndef CNOP_ORDER_EVENT_QUEUE_H
#define CNOP_ORDER_EVENT_QUEUE_H

#include "fcgi_services/order/event_rows.h"

#define EVENT_QUEUE_BYTES (4u << 20)
#define EVENT_QUEUE_ROWS 4096

/* Room for the copy of one row, or of one of the table. */
#define EVENT_BODY_MAX (EVENT_ROW_BYTES + EVENT_HEAD_BYTES)

/* A row, with its body in memory of whoever asked for it. */
struct event_copy {
    uint64_t first_seq;
    uint32_t count;
    uint32_t len;
    char body[EVENT_BODY_MAX];
};

struct event_queue;

/* One a process. head_seq: of the last event that is committed. NO_MEMORY. */
cnop_must_check enum cnop_err event_queue_open(uint64_t head_seq, struct event_queue **ret_queue);

/* Rows that are durable now; only memory is moved. */
void event_queue_push(struct event_queue *queue, const struct event_rows *rows);

uint64_t event_queue_head(struct event_queue *queue);
/* When the event after this one was committed, by the monotonic clock; 0: there is none, or it has
 * been forgotten. */
int64_t event_queue_since(struct event_queue *queue, uint64_t after);

/* Waits until there is an event after this one, at most until then (monotonic). False: there is
 * none, or the queue is closed. */
bool event_queue_wait(struct event_queue *queue, uint64_t after, int64_t until_us);
/* Copies the row that holds the event after this one. NOT_FOUND: forgotten, or not there yet. */
cnop_must_check enum cnop_err event_queue_copy(struct event_queue *queue, uint64_t after,
                                               struct event_copy *ret_row);

/* Nobody waits any more, from now on. */
void event_queue_close(struct event_queue *queue);
bool event_queue_is_closed(struct event_queue *queue);
/* Sleeps at most until then (monotonic), and wakes when the queue is closed. */
void event_queue_rest(struct event_queue *queue, int64_t until_us);

#endif
