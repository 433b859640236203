/* SPDX-License-Identifier: MIT */
/* The current span of each thread. Owns nothing: the runtime does. */
#include "shared/base/span.h"

#include <stdarg.h>
#include <stdio.h>

#include "shared/base/clock.h"

static _Thread_local struct cnop_span *current_span;

void
cnop_span_enter(struct cnop_span *span)
{
    current_span = span;
}

struct cnop_span *
cnop_span_current(void)
{
    return current_span;
}

uint32_t
cnop_span_left_ms(uint32_t cap_ms)
{
    int64_t left_us;

    if (current_span == NULL || current_span->deadline_us == INT64_MAX)
        return cap_ms;
    left_us = current_span->deadline_us - cnop_clock_monotonic_us();
    if (left_us < 1000)
        return 0;
    return left_us / 1000 < cap_ms ? (uint32_t)(left_us / 1000) : cap_ms;
}

bool
cnop_span_take_view(void)
{
    if (current_span == NULL)
        return true;
    current_span->views++;
    return !current_span->one_view || current_span->views == 1;
}

void
cnop_span_add_db_us(int64_t elapsed_us)
{
    if (current_span == NULL)
        return;
    current_span->db_us += elapsed_us;
    current_span->db_calls++;
}

void
cnop_span_add_cache_us(int64_t elapsed_us)
{
    if (current_span != NULL)
        current_span->cache_us += elapsed_us;
}

void
cnop_span_cause(const char *fmt, ...)
{
    va_list args;

    if (current_span == NULL || current_span->cause[0] != '\0')
        return;
    va_start(args, fmt);
    (void)vsnprintf(current_span->cause, sizeof(current_span->cause), fmt, args);
    va_end(args);
}
