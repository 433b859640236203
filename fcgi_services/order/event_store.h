/* SPDX-License-Identifier: MIT */
/* Port: the table of events, for the publisher, the reader and whoever removes what is old. */
#ifndef CNOP_ORDER_EVENT_STORE_H
#define CNOP_ORDER_EVENT_STORE_H

#include "shared/base/arena.h"
#include "shared/base/err.h"

struct cnop_db;
struct cnop_snapshot;

#define EVENT_STORE_ROWS 256    /* of one read */
#define EVENT_STORE_PRUNED 1024 /* of one round */
#define EVENT_STORE_ASSETS 1024

struct event_store_row {
    uint64_t first_seq;
    uint32_t count;
    struct cnop_str body; /* empty: it is longer than any of ours */
};

struct event_store_rows {
    struct event_store_row list[EVENT_STORE_ROWS]; /* bodies are in the arena */
    size_t count;
};

struct event_store_page {
    uint64_t first;
    uint64_t last;
    struct event_store_rows rows;
};

/* Rows from the one with the event after this number on, in order: as many as have no more than
 * `bytes` of bodies together, but at least one, if there is any. */
cnop_must_check enum cnop_err event_store_read(struct cnop_db *db, struct cnop_arena *arena,
                                               uint64_t after, size_t bytes,
                                               struct event_store_rows *ret_rows);

/* The same inside of a view, with the numbers of the first and the last event that are kept; both
 * 0: none is. */
cnop_must_check enum cnop_err event_store_page(struct cnop_snapshot *view, struct cnop_arena *arena,
                                               uint64_t after, size_t bytes,
                                               struct event_store_page *ret_page);

/* Removes the oldest rows that are older than this, never the newest of all, at most
 * EVENT_STORE_PRUNED. */
cnop_must_check enum cnop_err event_store_prune(struct cnop_db *db, struct cnop_arena *arena,
                                                int64_t before_us, uint32_t *ret_count);

/* Symbols of all assets. */
struct event_symbols {
    struct {
        uint8_t len;
        char text[10];
    } list[EVENT_STORE_ASSETS];
};
cnop_must_check enum cnop_err event_store_symbols(struct cnop_db *db, struct cnop_arena *arena,
                                                  struct event_symbols *symbols);

#endif
