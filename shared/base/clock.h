/* SPDX-License-Identifier: MIT */
/* Time. Wall-clock microseconds for records and tokens, monotonic microseconds for durations and
 * deadlines. No other code reads a clock; tests link tests/fakes/clock_fake.c in its place. */
#ifndef CNOP_BASE_CLOCK_H
#define CNOP_BASE_CLOCK_H

#include "shared/base/buf.h"

int64_t cnop_clock_wall_us(void);      /* microseconds since 1970-01-01 UTC */
int64_t cnop_clock_monotonic_us(void); /* since an arbitrary start */

/* Days since 1970-01-01 UTC of a wall-clock time, and the first microsecond of such a day. */
int32_t cnop_clock_utc_day(int64_t wall_us);
int64_t cnop_clock_day_start_us(int32_t utc_day);

/* A day of the proleptic Gregorian calendar and its number. day_of_date takes years from 1 on and
 * does not check that the month has that day. */
struct cnop_clock_date {
    int year;
    int month;
    int day;
};
struct cnop_clock_date cnop_clock_date_of_day(int32_t utc_day);
int32_t cnop_clock_day_of_date(struct cnop_clock_date date);

/* RFC 3339 UTC with microseconds: 2026-11-22T12:00:00.000000Z (27 characters). */
void cnop_clock_format(struct cnop_buf *buf, int64_t wall_us);
/* YYYY-MM-DD of a UTC day. */
void cnop_clock_format_day(struct cnop_buf *buf, int32_t utc_day);

/* YYYY-MM-DD, proleptic Gregorian, years 0001-9999; INVALID otherwise. */
cnop_must_check enum cnop_err cnop_clock_parse_day(struct cnop_str s, int32_t *ret_utc_day);

/* RFC 3339 date-time with Z or numeric offset, or a bare date (start of day); INVALID otherwise. */
cnop_must_check enum cnop_err cnop_clock_parse(struct cnop_str s, int64_t *ret_wall_us);

#endif
