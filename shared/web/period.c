/* SPDX-License-Identifier: MIT */
/* from, to and tz; see period.h. */
#include "shared/web/period.h"

#include <string.h>

#include "shared/base/clock.h"

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

/* How far the clocks there are ahead of UTC. */
static enum cnop_err
read_offset(struct cnop_request *req, int64_t *ret_offset_us)
{
    struct cnop_str text = with_plus(req, cnop_request_query(req, "tz"));
    struct cnop_buf time;
    char memory[32];
    int64_t there_us;

    *ret_offset_us = 0;
    if (cnop_str_empty(text) || cnop_str_equal_nocase(text, CNOP_STR("utc")))
        return CNOP_OK;
    cnop_buf_init(&time, memory, sizeof(memory));
    cnop_buf_text(&time, "1970-01-02T00:00:00");
    cnop_buf_str(&time, text);
    if (time.overflow || cnop_clock_parse(cnop_buf_view(&time), &there_us) != CNOP_OK)
        return cnop_request_fault(req, CNOP_E_INVALID, "tz",
                                  "must be UTC or an offset from it such as +02:00");
    *ret_offset_us = DAY_US - there_us;
    return CNOP_OK;
}

/* The instant, or the beginning of the day; ret_is_day tells which. */
static enum cnop_err
read_edge(struct cnop_request *req, const char *name, int64_t offset_us, int64_t *edge_us,
          bool *ret_is_day)
{
    struct cnop_str text = with_plus(req, cnop_request_query(req, name));
    enum cnop_err err;
    int32_t day;

    if (!cnop_request_has_query(req, name))
        return CNOP_OK;
    *ret_is_day = text.len == DATE_BYTES;
    if (*ret_is_day) {
        err = cnop_clock_parse_day(text, &day);
        if (err == CNOP_OK)
            *edge_us = cnop_clock_day_start_us(day) - offset_us;
    } else {
        err = cnop_clock_parse(text, edge_us);
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
    struct cnop_period period = {.from_us = INT64_MIN, .to_us = INT64_MAX};
    bool is_day = false;
    int64_t offset_us;
    enum cnop_err err = read_offset(req, &offset_us);

    if (err == CNOP_OK)
        err = read_edge(req, "from", offset_us, &period.from_us, &is_day);
    is_day = false;
    if (err == CNOP_OK)
        err = read_edge(req, "to", offset_us, &period.to_us, &is_day);
    if (err == CNOP_OK && period.from_us > period.to_us)
        err = cnop_request_fault(req, CNOP_E_INVALID, "from", "must not come after to");
    if (err != CNOP_OK)
        return err;
    if (is_day)
        period.to_us += DAY_US;
    *ret_period = period;
    return CNOP_OK;
}
