/* SPDX-License-Identifier: MIT */
/* The reader of time zone files; every count and offset in them is checked before it is used. */
#include "shared/base/zone.h"

#include <string.h>

#include "shared/base/ascii.h"
#include "shared/base/clock.h"
#include "shared/base/file.h"

#define FOLDER "/usr/share/zoneinfo/"
#define HEADER_BYTES 44
#define COUNTS_AT 20
#define TIME_BYTES 8
#define TYPE_BYTES 6
#define LEAP_BYTES 12
#define TIME_COUNT_MAX 2000
#define TYPE_COUNT_MAX 256
#define NAMES_BYTES_MAX 2048
#define OFFSET_S_MAX (26 * 3600)      /* RFC 9636, 3.2 */
#define TIME_S_MAX (INT64_C(1) << 40) /* beyond any date that can be asked for */
#define US_PER_S INT64_C(1000000)
#define RULE_YEARS 4
#define BEFORE_ALL INT64_MIN

/* ---- numbers, most significant byte first ---- */

static uint64_t
big_endian(const uint8_t *bytes, size_t count)
{
    uint64_t value = 0;

    for (size_t i = 0; i < count; i++)
        value = value << 8 | bytes[i];
    return value;
}

static int64_t
time_at(const struct cnop_zone *zone, size_t index)
{
    return (int64_t)big_endian(zone->times + index * TIME_BYTES, TIME_BYTES);
}

static int
offset_of_type(const struct cnop_zone *zone, size_t type)
{
    return (int32_t)(uint32_t)big_endian(zone->types + type * TYPE_BYTES, 4);
}

/* ---- the file ---- */

struct header {
    size_t ut_count;
    size_t standard_count;
    size_t leap_count;
    size_t time_count;
    size_t type_count;
    size_t names_bytes;
};

/* The header at the beginning of bytes; counts are within what zones need. */
static bool
read_header(struct cnop_str bytes, struct header *ret_header)
{
    const uint8_t *at = (const uint8_t *)bytes.ptr;
    size_t counts[6];

    if (bytes.len < HEADER_BYTES || memcmp(at, "TZif", 4) != 0 || !cnop_is_digit((char)at[4]) ||
        at[4] == '0' || at[4] == '1')
        return false;
    for (size_t i = 0; i < CNOP_COUNT(counts); i++)
        counts[i] = (size_t)big_endian(at + COUNTS_AT + 4 * i, 4);
    *ret_header = (struct header){counts[0], counts[1], counts[2], counts[3], counts[4], counts[5]};
    return ret_header->leap_count == 0 && ret_header->time_count <= TIME_COUNT_MAX &&
           ret_header->type_count >= 1 && ret_header->type_count <= TYPE_COUNT_MAX &&
           ret_header->ut_count <= TYPE_COUNT_MAX && ret_header->standard_count <= TYPE_COUNT_MAX &&
           ret_header->names_bytes <= NAMES_BYTES_MAX;
}

static size_t
body_bytes(const struct header *header, size_t time_bytes)
{
    return header->time_count * (time_bytes + 1) + header->type_count * TYPE_BYTES +
           header->names_bytes + header->standard_count + header->ut_count;
}

static struct cnop_str
skip(struct cnop_str bytes, size_t count)
{
    cnop_assert(count <= bytes.len);
    return cnop_str_make(bytes.ptr + count, bytes.len - count);
}

static bool
zone_is_sane(const struct cnop_zone *zone)
{
    for (size_t i = 0; i < zone->time_count; i++) {
        if (zone->indices[i] >= zone->type_count || time_at(zone, i) > TIME_S_MAX ||
            (i > 0 && time_at(zone, i) <= time_at(zone, i - 1)))
            return false;
    }
    for (size_t i = 0; i < zone->type_count; i++) {
        if (offset_of_type(zone, i) > OFFSET_S_MAX || offset_of_type(zone, i) < -OFFSET_S_MAX)
            return false;
    }
    return true;
}

/* A line feed, the rule, and a line feed. */
static enum cnop_err
read_footer(struct cnop_str footer, struct cnop_zone *zone)
{
    if (footer.len < 2 || footer.ptr[0] != '\n' || footer.ptr[footer.len - 1] != '\n')
        return CNOP_E_INVALID;
    footer = cnop_str_make(footer.ptr + 1, footer.len - 2);
    zone->has_rule = !cnop_str_empty(footer);
    return zone->has_rule ? cnop_zone_rule_parse(footer, &zone->rule) : CNOP_OK;
}

enum cnop_err
cnop_zone_parse(struct cnop_str bytes, struct cnop_zone *ret_zone)
{
    struct cnop_zone zone = {0};
    struct header header;
    enum cnop_err err;

    /* First the data of version 1, whose times have 32 bits: only skipped. */
    if (bytes.len > CNOP_ZONE_FILE_BYTES_MAX || !read_header(bytes, &header) ||
        bytes.len - HEADER_BYTES < body_bytes(&header, TIME_BYTES / 2))
        return CNOP_E_INVALID;
    bytes = skip(bytes, HEADER_BYTES + body_bytes(&header, TIME_BYTES / 2));
    if (!read_header(bytes, &header) || bytes.len - HEADER_BYTES < body_bytes(&header, TIME_BYTES))
        return CNOP_E_INVALID;
    bytes = skip(bytes, HEADER_BYTES);
    zone.time_count = header.time_count;
    zone.type_count = header.type_count;
    zone.times = (const uint8_t *)bytes.ptr;
    zone.indices = zone.times + header.time_count * TIME_BYTES;
    zone.types = zone.indices + header.time_count;
    err = read_footer(skip(bytes, body_bytes(&header, TIME_BYTES)), &zone);
    if (err != CNOP_OK || !zone_is_sane(&zone))
        return CNOP_E_INVALID;
    *ret_zone = zone;
    return CNOP_OK;
}

bool
cnop_zone_is_name(struct cnop_str name)
{
    char before = '/';

    if (name.len > CNOP_ZONE_NAME_BYTES_MAX)
        return false;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];

        if (c == '/' ? before == '/'
                     : !cnop_is_letter(c) && !cnop_is_digit(c) && c != '_' && c != '+' && c != '-')
            return false;
        before = c;
    }
    return before != '/';
}

enum cnop_err
cnop_zone_load(struct cnop_arena *arena, struct cnop_str name, struct cnop_zone *ret_zone)
{
    char path[sizeof(FOLDER) + CNOP_ZONE_NAME_BYTES_MAX];
    struct cnop_str bytes;
    const char *reason;
    enum cnop_err err;

    if (!cnop_zone_is_name(name))
        return CNOP_E_NOT_FOUND;
    memcpy(path, FOLDER, sizeof(FOLDER) - 1);
    memcpy(path + sizeof(FOLDER) - 1, name.ptr, name.len);
    path[sizeof(FOLDER) - 1 + name.len] = '\0';
    err = cnop_file_read(arena, path, CNOP_ZONE_FILE_BYTES_MAX, &bytes, &reason);
    if (err == CNOP_E_NO_MEMORY)
        return err;
    if (err != CNOP_OK || cnop_zone_parse(bytes, ret_zone) != CNOP_OK)
        return CNOP_E_NOT_FOUND;
    return CNOP_OK;
}

/* ---- days ---- */

/* A stretch of time without a change, in which clocks are offset_s ahead of UTC. */
struct span {
    int64_t begin_s;
    int offset_s;
};

/* Whether clocks show wall_s or more before the stretch ends at end_s; since when goes to ret. */
static bool
reaches(const struct span *span, int64_t wall_s, int64_t end_s, int64_t *ret_s)
{
    int64_t at_s = wall_s - span->offset_s;

    *ret_s = at_s > span->begin_s ? at_s : span->begin_s;
    return *ret_s < end_s;
}

/* All changes of the rule from year on, ascending. */
static size_t
list_changes(const struct cnop_zone_rule *rule, int year, struct cnop_zone_change *changes)
{
    size_t count = 0;

    for (int i = 0; i < RULE_YEARS; i++, count += 2)
        cnop_zone_rule_changes(rule, year + i, changes + count);
    for (size_t i = 1; i < count; i++) {
        struct cnop_zone_change moved = changes[i];
        size_t n = i;

        for (; n > 0 && changes[n - 1].at_s > moved.at_s; n--)
            changes[n] = changes[n - 1];
        changes[n] = moved;
    }
    return count;
}

/* After the last transition, which began the stretch. */
static int64_t
start_by_rule(const struct cnop_zone_rule *rule, struct span span, int32_t day, int64_t wall_s)
{
    struct cnop_zone_change changes[2 * RULE_YEARS];
    int year = cnop_clock_date_of_day(day).year;
    int64_t start_s;
    size_t count;

    if (!rule->has_summer) {
        span.offset_s = rule->standard_s;
        (void)reaches(&span, wall_s, INT64_MAX, &start_s);
        return start_s;
    }
    count = list_changes(rule, year > 2 ? year - 2 : 1, changes);
    if (span.begin_s == BEFORE_ALL) /* no transition is listed: the rule always held */
        span.offset_s = changes[0].offset_s == rule->summer_s ? rule->standard_s : rule->summer_s;
    for (size_t i = 0; i < count; i++) {
        if (changes[i].at_s > span.begin_s) {
            if (reaches(&span, wall_s, changes[i].at_s, &start_s))
                return start_s;
            span.begin_s = changes[i].at_s;
        }
        span.offset_s = changes[i].offset_s;
    }
    (void)reaches(&span, wall_s, INT64_MAX, &start_s);
    return start_s;
}

int64_t
cnop_zone_day_start_us(const struct cnop_zone *zone, int32_t day)
{
    int64_t wall_s = cnop_clock_day_start_us(day) / US_PER_S;
    struct span span = {BEFORE_ALL, offset_of_type(zone, 0)};
    int64_t start_s;

    for (size_t i = 0; i < zone->time_count; i++) {
        if (reaches(&span, wall_s, time_at(zone, i), &start_s))
            return start_s * US_PER_S;
        span = (struct span){time_at(zone, i), offset_of_type(zone, zone->indices[i])};
    }
    if (zone->has_rule)
        return start_by_rule(&zone->rule, span, day, wall_s) * US_PER_S;
    (void)reaches(&span, wall_s, INT64_MAX, &start_s);
    return start_s * US_PER_S;
}
