/* SPDX-License-Identifier: MIT */
/* Filling of rows; see event_rows.h. */
#include "fcgi_services/order/event_rows.h"

void
event_rows_init(struct event_rows *rows, void *memory)
{
    cnop_buf_init(&rows->bytes, memory, EVENT_ROWS_BYTES);
    event_rows_clear(rows);
}

void
event_rows_clear(struct event_rows *rows)
{
    cnop_buf_clear(&rows->bytes);
    rows->row_count = 0;
    rows->last_seq = 0;
    rows->time_us = 0;
}

static struct event_row *
open_row(struct event_rows *rows)
{
    struct event_row *row = rows->row_count == 0 ? NULL : &rows->rows[rows->row_count - 1];

    if (row != NULL && row->len + EVENT_PACKED_MAX <= EVENT_ROW_BYTES)
        return row;
    cnop_assert(rows->row_count < EVENT_ROWS_MAX);
    row = &rows->rows[rows->row_count++];
    *row = (struct event_row){.first_seq = rows->last_seq + 1, .offset = (uint32_t)rows->bytes.len};
    event_row_open(&rows->bytes, rows->time_us);
    return row;
}

void
event_rows_add(struct event_rows *rows, const struct event *event)
{
    struct event_row *row = open_row(rows);

    event_pack(&rows->bytes, rows->time_us, event);
    cnop_assert(!rows->bytes.overflow);
    row->len = (uint32_t)rows->bytes.len - row->offset;
    row->count++;
    rows->last_seq++;
}
