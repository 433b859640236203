/* SPDX-License-Identifier: MIT */
/* The logs as a list and as a histogram: decode, search, encode. */
#include "fcgi_services/ops/ops_http.h"

#include "fcgi_services/ops/log_query_json.h"
#include "fcgi_services/ops/log_search.h"
#include "fcgi_services/ops/ops_env.h"
#include "shared/base/clock.h"
#include "shared/web/period.h"

#define US_PER_S INT64_C(1000000)
#define SPAN_MAX_US (INT64_C(31) * 86400 * US_PER_S)
#define SPAN_DEFAULT_US (INT64_C(3600) * US_PER_S)
#define LIMIT_DEFAULT 100
#define CURSOR_BYTES 64
#define LINES_BYTES ((size_t)900 * 1024) /* of a page, within the largest answer */

struct log_request {
    struct cnop_str match;
    struct cnop_str cursor;
    uint64_t limit;
};

static const struct cnop_field log_fields[] = {
    CNOP_FIELD(struct log_request, match, CNOP_K_STR, CNOP_RANGE(1, OPS_LOG_MATCH_BYTES),
               CNOP_OPTIONAL),
    CNOP_FIELD(struct log_request, cursor, CNOP_K_STR, CNOP_RANGE(1, CURSOR_BYTES), CNOP_OPTIONAL),
    CNOP_FIELD(struct log_request, limit, CNOP_K_U64, CNOP_RANGE(1, OPS_LOG_LIMIT_MAX),
               CNOP_OPTIONAL),
};

static enum cnop_err
decode_span(struct cnop_request *req, struct ops_log_query *query)
{
    int64_t now_us = cnop_clock_wall_us();
    struct cnop_period period;
    enum cnop_err err = cnop_request_period(req, &period);

    if (err != CNOP_OK)
        return err;
    query->to_us = period.to_us > now_us ? now_us + 1 : period.to_us;
    query->from_us = period.from_us;
    if (query->from_us == INT64_MIN)
        query->from_us = query->to_us - SPAN_DEFAULT_US;
    if (query->from_us < 0 || query->from_us >= query->to_us)
        return cnop_request_fault(req, CNOP_E_INVALID, "from",
                                  "must be before to and not in the future");
    if (query->to_us - query->from_us > SPAN_MAX_US)
        return cnop_request_fault(req, CNOP_E_INVALID, "from", "must be at most 31 days before to");
    return CNOP_OK;
}

static enum cnop_err
decode(struct cnop_request *req, const struct cnop_field *fields, size_t field_count,
       struct log_request *given, struct ops_log_query *query)
{
    const char *rule = NULL;
    enum cnop_err err = cnop_request_decode_query(req, fields, field_count, given);

    if (err == CNOP_OK)
        err = decode_span(req, query);
    if (err != CNOP_OK)
        return err;
    query->before = (struct ops_log_place){.time_us = INT64_MAX};
    if (!cnop_str_empty(given->cursor) &&
        ops_log_read_place(given->cursor, &query->before) != CNOP_OK)
        return cnop_request_fault(req, CNOP_E_INVALID, "cursor",
                                  "must be the next_cursor of an earlier answer");
    err = ops_log_query_read(cnop_request_arena(req), given->match, query, &rule);
    if (err == CNOP_E_INVALID)
        return cnop_request_fault(req, err, "match", "%s", rule);
    return err;
}

/* In turn, and with the files closed again. */
static enum cnop_err
search(struct cnop_request *req, const struct ops_log_query *query, const struct ops_log_sink *sink,
       struct ops_log_found *ret_found, size_t *ret_unread)
{
    const struct ops_env *env = cnop_request_env(req);
    struct cnop_arena *arena = cnop_request_arena(req);
    struct ops_log_files *files = cnop_arena_alloc(arena, sizeof(*files));
    enum cnop_err err;

    if (files == NULL)
        return CNOP_E_NO_MEMORY;
    err = ops_search_turn_take(env);
    if (err != CNOP_OK)
        return err;
    err = ops_log_store_open(env->log_folder, arena, query, files);
    if (err == CNOP_OK)
        err = ops_log_search(files, arena, query, &env->log_bounds, sink, ret_found);
    *ret_unread = files->unread;
    ops_log_store_close(files);
    ops_search_turn_give();
    return err;
}

static void
encode_found(struct cnop_json_writer *json, const struct ops_log_found *found, size_t unread)
{
    cnop_json_time(json, "searched_from", found->from_us);
    cnop_json_u64(json, "searched_bytes", found->bytes);
    cnop_json_bool(json, "exhausted", found->is_exhausted);
    cnop_json_u64(json, "unread_files", unread);
}

static void
encode_cursor(struct cnop_json_writer *json, const char *key, const struct ops_log_place *place)
{
    char memory[CURSOR_BYTES];
    struct cnop_buf buf;

    cnop_buf_init(&buf, memory, sizeof(memory));
    ops_log_write_place(&buf, place);
    cnop_assert(!buf.overflow);
    cnop_json_str(json, key, cnop_buf_view(&buf));
}

/* Lines up to the limit, or up to what an answer can hold; how many. */
static size_t
encode_lines(struct cnop_json_writer *json, const struct ops_log_pick *pick, size_t limit)
{
    size_t bytes = 0;
    size_t i = 0;

    cnop_json_array_open(json, "data");
    for (; i < pick->count && i < limit; i++) {
        const struct ops_log_hit *hit = &pick->hits[i];

        bytes += hit->line.len + CURSOR_BYTES * 2;
        if (bytes > LINES_BYTES)
            break;
        cnop_json_object_open(json, NULL);
        encode_cursor(json, "id", &hit->place);
        cnop_json_time(json, "time", hit->place.time_us);
        cnop_json_raw(json, "line", hit->line); /* strict JSON, see ops_log_line_read */
        cnop_json_object_close(json);
    }
    cnop_json_array_close(json);
    return i;
}

static void
encode_page(struct cnop_response *res, const struct ops_log_pick *pick, size_t limit,
            const struct ops_log_found *found, size_t unread)
{
    struct cnop_json_writer *json = cnop_response_json(res);
    struct ops_log_place next = {.time_us = found->from_us};
    bool has_more = found->is_exhausted;
    size_t shown;

    cnop_json_object_open(json, NULL);
    shown = encode_lines(json, pick, limit);
    if (shown < pick->count) {
        next = pick->hits[shown - 1].place;
        has_more = true;
    }
    cnop_json_bool(json, "has_more", has_more);
    if (has_more)
        encode_cursor(json, "next_cursor", &next);
    else
        cnop_json_null(json, "next_cursor");
    encode_found(json, found, unread);
    cnop_json_object_close(json);
}

/* GET /ops/logs: lines that pass the tests, newest first. */
enum cnop_err
ops_http_logs(struct cnop_request *req, struct cnop_response *res)
{
    struct cnop_arena *arena = cnop_request_arena(req);
    struct ops_log_query *query = cnop_arena_alloc(arena, sizeof(*query));
    struct ops_log_pick *pick = cnop_arena_alloc(arena, sizeof(*pick));
    struct log_request given = {.limit = LIMIT_DEFAULT};
    struct ops_log_found found = {0};
    size_t unread = 0;
    enum cnop_err err;

    if (query == NULL || pick == NULL)
        return CNOP_E_NO_MEMORY;
    err = decode(req, log_fields, CNOP_COUNT(log_fields), &given, query);
    if (err == CNOP_OK)
        err = ops_log_pick_init(pick, arena, (size_t)given.limit + 1);
    if (err == CNOP_OK)
        err = search(req, query, &(struct ops_log_sink){.pick = pick}, &found, &unread);
    if (err != CNOP_OK)
        return err;
    ops_log_pick_sort(pick, found.from_us);
    encode_page(res, pick, (size_t)given.limit, &found, unread);
    return CNOP_OK;
}

static void
encode_chart(struct cnop_json_writer *json, const struct ops_log_chart *chart)
{
    cnop_json_u64(json, "from", (uint64_t)(chart->from_us / US_PER_S));
    cnop_json_u64(json, "step", (uint64_t)(chart->step_us / US_PER_S));
    cnop_json_array_open(json, "bars");
    for (size_t i = 0; i < chart->count; i++) {
        cnop_json_array_open(json, NULL);
        for (size_t severity = 0; severity < OPS_LOG_SEVERITY_COUNT; severity++)
            cnop_json_u64(json, NULL, chart->bars[i][severity]);
        cnop_json_array_close(json);
    }
    cnop_json_array_close(json);
}

/* GET /ops/logs/histogram: how many such lines there are, over time and by severity. */
enum cnop_err
ops_http_log_histogram(struct cnop_request *req, struct cnop_response *res)
{
    struct cnop_arena *arena = cnop_request_arena(req);
    struct ops_log_query *query = cnop_arena_alloc(arena, sizeof(*query));
    struct ops_log_chart *chart = cnop_arena_alloc(arena, sizeof(*chart));
    struct cnop_json_writer *json;
    struct log_request given = {0};
    struct ops_log_found found = {0};
    size_t unread = 0;
    enum cnop_err err;

    if (query == NULL || chart == NULL)
        return CNOP_E_NO_MEMORY;
    err = decode(req, log_fields, 1, &given, query); /* match alone */
    if (err != CNOP_OK)
        return err;
    ops_log_chart_init(chart, query->from_us, query->to_us);
    err = search(req, query, &(struct ops_log_sink){.chart = chart}, &found, &unread);
    if (err != CNOP_OK)
        return err;
    json = cnop_response_json(res);
    cnop_json_object_open(json, NULL);
    cnop_json_object_open(json, "data");
    encode_chart(json, chart);
    encode_found(json, &found, unread);
    cnop_json_object_close(json);
    cnop_json_object_close(json);
    return CNOP_OK;
}
