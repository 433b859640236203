/* SPDX-License-Identifier: MIT */
/* Time zones by their names in the IANA database, as its compiled files (TZif, RFC 9636) tell them.
 * Reads each file anew and keeps nothing: safe in every thread, and an update of the database
 * counts at once. Never asks libc, whose zone belongs to the whole process. */
#ifndef CNOP_BASE_ZONE_H
#define CNOP_BASE_ZONE_H

#include "shared/base/arena.h"
#include "shared/base/zone_rule.h"

#define CNOP_ZONE_NAME_BYTES_MAX 64
#define CNOP_ZONE_FILE_BYTES_MAX 65536

/* A view of a file's bytes, which must outlive it. */
struct cnop_zone {
    const uint8_t *times;   /* transitions: int64_t, big endian, ascending */
    const uint8_t *indices; /* one byte a transition: the local time type from then on */
    const uint8_t *types;   /* int32_t offset, big endian; is_dst; abbreviation */
    size_t time_count;
    size_t type_count;
    struct cnop_zone_rule rule; /* after the last transition */
    bool has_rule;
};

/* Whether it can name a zone: words of letters, digits, _, + and - between single slashes. Such a
 * name cannot leave the folder of the database. */
bool cnop_zone_is_name(struct cnop_str name);

/* INVALID: not a TZif file of version 2 or later, larger than what zones need, or with leap
 * seconds, which no clock here counts. */
cnop_must_check enum cnop_err cnop_zone_parse(struct cnop_str bytes, struct cnop_zone *ret_zone);

/* The zone from the system's database. NOT_FOUND: there is none of that name. */
cnop_must_check enum cnop_err cnop_zone_load(struct cnop_arena *arena, struct cnop_str name,
                                             struct cnop_zone *ret_zone);

/* The first microsecond at which clocks there show that day or a later one: midnight, or where
 * midnight is skipped the moment after the gap. utc_day numbers days of the calendar (clock.h). */
int64_t cnop_zone_day_start_us(const struct cnop_zone *zone, int32_t day);

#endif
