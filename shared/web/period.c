/* SPDX-License-Identifier: MIT */
/* from, to and tz; see period.h. */
#include "shared/web/period.h"

#include <string.h>

#include "shared/base/clock.h"
#include "shared/base/zone.h"

#define DATE_BYTES 10
#define OFFSET_BYTES 6
#define DAY_US (INT64_C(86400) * 1000000)

/* A plus sign that nobody encoded arrives as a blank. */
static struct cnop_str
with_plus(struct cnop_request *req, struct cnop_str text)
{
    char *copy;

    if (text.len < OFFSET_BYTES || text.ptr[text.len - OFFSET_BYTES] != ' ')
        return text;
    copy = cnop_arena_alloc(cnop_request_arena(req), text.len);
    if (copy == NULL)
        return text;
    memcpy(copy, text.ptr, text.len);
    copy[text.len - OFFSET_BYTES] = '+';
    return cnop_str_make(copy, text.len);
}

/* When days begin: a zone of the database, or clocks that are always as far ahead of UTC. */
struct place {
    struct cnop_zone zone;
    bool is_zone;
    int64_t offset_us;
};

static enum cnop_err
read_place(struct cnop_request *req, struct place *ret_place)
{
    struct cnop_str text = with_plus(req, cnop_request_query(req, "tz"));
    struct cnop_buf time;
    char memory[32];
    int64_t there_us;
    enum cnop_err err;

    *ret_place = (struct place){0};
    if (cnop_str_empty(text) || cnop_str_equal_nocase(text, CNOP_STR("utc")))
        return CNOP_OK;
    cnop_buf_init(&time, memory, sizeof(memory));
    cnop_buf_text(&time, "1970-01-02T00:00:00");
    cnop_buf_str(&time, text);
    if (!time.overflow && cnop_clock_parse(cnop_buf_view(&time), &there_us) == CNOP_OK) {
        ret_place->offset_us = DAY_US - there_us;
        return CNOP_OK;
    }
    ret_place->is_zone = true;
    err = cnop_zone_load(cnop_request_arena(req), text, &ret_place->zone);
    if (err == CNOP_E_NOT_FOUND)
        return cnop_request_fault(req, CNOP_E_INVALID, "tz",
                                  "must be UTC, an offset from it such as +02:00, or the name of a "
                                  "time zone such as Europe/Berlin");
    return err;
}

static int64_t
day_start_us(const struct place *place, int32_t day)
{
    return place->is_zone ? cnop_zone_day_start_us(&place->zone, day)
                          : cnop_clock_day_start_us(day) - place->offset_us;
}

/* An edge of the period: an instant, or a day from its beginning to that of the next one. */
struct edge {
    int64_t begin_us;
    int64_t end_us;
};

static enum cnop_err
read_edge(struct cnop_request *req, const char *name, const struct place *place, struct edge *edge)
{
    struct cnop_str text = with_plus(req, cnop_request_query(req, name));
    enum cnop_err err;
    int32_t day;

    if (!cnop_request_has_query(req, name))
        return CNOP_OK;
    if (text.len == DATE_BYTES) {
        err = cnop_clock_parse_day(text, &day);
        if (err == CNOP_OK)
            *edge = (struct edge){day_start_us(place, day), day_start_us(place, day + 1)};
    } else {
        err = cnop_clock_parse(text, &edge->begin_us);
        edge->end_us = edge->begin_us;
    }
    if (err != CNOP_OK)
        return cnop_request_fault_add(
            req, CNOP_E_INVALID,
            (struct cnop_fault){.field = name,
                                .type = "datetime_parsing",
                                .message = "must be a date such as 2026-11-22 or an RFC 3339 time "
                                           "such as 2026-11-22T12:00:00Z"});
    return CNOP_OK;
}

enum cnop_err
cnop_request_period(struct cnop_request *req, struct cnop_period *ret_period)
{
    struct edge from = {INT64_MIN, INT64_MIN};
    struct edge to = {INT64_MAX, INT64_MAX};
    struct place place;
    enum cnop_err err = read_place(req, &place);

    if (err == CNOP_OK)
        err = read_edge(req, "from", &place, &from);
    if (err == CNOP_OK)
        err = read_edge(req, "to", &place, &to);
    if (err == CNOP_OK && from.begin_us > to.begin_us)
        err = cnop_request_fault(req, CNOP_E_INVALID, "from", "must not come after to");
    if (err != CNOP_OK)
        return err;
    *ret_period = (struct cnop_period){.from_us = from.begin_us, .to_us = to.end_us};
    return CNOP_OK;
}
