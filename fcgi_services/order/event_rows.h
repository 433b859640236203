/* SPDX-License-Identifier: MIT */
/* The rows of event_batch that one transaction writes: numbered, packed, ready for the table and,
 * once they are durable, for the queue of the publisher. */
#ifndef CNOP_ORDER_EVENT_ROWS_H
#define CNOP_ORDER_EVENT_ROWS_H

#include "fcgi_services/order/event.h"

#define EVENT_ROWS_BYTES (4u << 20) /* of one batch; touched as used */
#define EVENT_ROWS_MAX (EVENT_ROWS_BYTES / (EVENT_ROW_BYTES - EVENT_PACKED_MAX) + 1)

struct event_row {
    uint64_t first_seq;
    uint32_t count;
    uint32_t offset; /* of its body in the bytes of all */
    uint32_t len;
};

struct event_rows {
    uint64_t last_seq; /* in: of the last event before; back: of the last one of these */
    int64_t time_us;
    uint32_t row_count;
    struct event_row rows[EVENT_ROWS_MAX];
    struct cnop_buf bytes;
};

/* memory: EVENT_ROWS_BYTES. */
void event_rows_init(struct event_rows *rows, void *memory);
void event_rows_clear(struct event_rows *rows);
/* Adds an event with the next number, and begins another row when one is full. */
void event_rows_add(struct event_rows *rows, const struct event *event);

static inline struct cnop_str
event_rows_body(const struct event_rows *rows, const struct event_row *row)
{
    return cnop_str_make(rows->bytes.ptr + row->offset, row->len);
}

#endif
