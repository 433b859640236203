/* SPDX-License-Identifier: MIT */
/* What the request running on this thread may still spend and has spent: its deadline, the time in
 * the database and cache, and the low-level cause of its first failure. The runtime starts and
 * reads it; adapters charge it. Programs without requests have no span and every call is free. */
#ifndef CNOP_BASE_SPAN_H
#define CNOP_BASE_SPAN_H

#include "shared/base/attr.h"

#include <stdbool.h>
#include <stdint.h>

#define CNOP_SPAN_CAUSE_BYTES 192

struct cnop_span {
    int64_t deadline_us; /* monotonic; INT64_MAX: none */
    int64_t db_us;
    int64_t cache_us;
    uint32_t db_calls;
    uint32_t views;                    /* of the database that this answer is made of */
    bool one_view;                     /* more than one is an error */
    char cause[CNOP_SPAN_CAUSE_BYTES]; /* NUL-terminated, "" when nothing failed; for logs only */
};

/* Without a deadline: for the start of a program, so that adapters can leave a cause. */
#define CNOP_SPAN_OPEN ((struct cnop_span){.deadline_us = INT64_MAX})

/* Makes span current on this thread until replaced; NULL: none. The span is the caller's. */
void cnop_span_enter(struct cnop_span *span);

/* The current span or NULL. */
struct cnop_span *cnop_span_current(void);

/* Milliseconds left, at most cap_ms; 0 when the deadline has passed; cap_ms without a span. */
uint32_t cnop_span_left_ms(uint32_t cap_ms);

/* Counts one more view of the database; false: one too many for this answer. */
bool cnop_span_take_view(void);

void cnop_span_add_db_us(int64_t elapsed_us);
void cnop_span_add_cache_us(int64_t elapsed_us);

/* Keeps the first cause of a request; later ones are ignored. Never user data or secrets. */
cnop_printf(1, 2) void cnop_span_cause(const char *fmt, ...);

#endif
