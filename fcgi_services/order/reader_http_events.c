/* SPDX-License-Identifier: MIT */
/* Events that a caller has missed, from the table: decode, read, filter, encode. */
#include "fcgi_services/order/event_json.h"
#include "fcgi_services/order/event_store.h"
#include "fcgi_services/order/reader_http.h"
#include "shared/base/log.h"

#define LIMIT_MAX 500
#define LIMIT_DEFAULT 100
#define AFTER_MAX ((INT64_C(1) << 53) - 1) /* a number that every client can hold */
#define READ_BYTES (256u * 1024)           /* of packed events, in one call */

struct events_query {
    uint64_t after;
    uint64_t limit;
};

static const struct cnop_field events_fields[] = {
    CNOP_FIELD(struct events_query, after, CNOP_K_U64, CNOP_RANGE(0, AFTER_MAX), CNOP_OPTIONAL),
    CNOP_FIELD(struct events_query, limit, CNOP_K_U64, CNOP_RANGE(1, LIMIT_MAX), CNOP_OPTIONAL),
};

/* An answer being written. */
struct page {
    struct cnop_json_writer *writer;
    struct event_names names;
    int64_t account_id;
    uint64_t limit;
    uint64_t count;
    uint64_t at; /* looked at up to this number */
};

static struct cnop_str
symbol_of(const void *arg, uint16_t asset_id)
{
    return reader_symbol_of(arg, asset_id);
}

static enum cnop_err
write_event(struct page *page, uint64_t seq, const struct event *event)
{
    struct cnop_json_writer *writer = page->writer;

    if (!event_is_sound(event))
        return CNOP_E_INVALID;
    if (event->account_id != 0 && event->account_id != page->account_id)
        return CNOP_OK;
    cnop_json_object_open(writer, NULL);
    cnop_json_u64(writer, "seq", seq);
    cnop_json_text(writer, "type", event_type_name(event->type));
    event_json_write(writer, "data", &page->names, seq, event);
    cnop_json_object_close(writer);
    page->count++;
    return CNOP_OK;
}

/* What cannot be read is not told: nobody can. */
static void
write_row(struct page *page, const struct event_store_row *row)
{
    struct cnop_str body = row->body;
    struct event_head head;
    enum cnop_err err = event_row_head(&body, &head);

    for (uint64_t seq = row->first_seq; err == CNOP_OK && seq < row->first_seq + row->count;
         seq++) {
        struct event event;

        err = event_unpack(&body, &head, &event);
        if (err != CNOP_OK || seq <= page->at)
            continue;
        if (page->count == page->limit)
            return;
        err = write_event(page, seq, &event);
        page->at = seq;
    }
    if (err != CNOP_OK) {
        cnop_log_write(CNOP_LOG_ERROR, "events", "a row of events is damaged");
        page->at = row->first_seq + (row->count > 0 ? row->count : 1) - 1;
    }
}

/* GONE: the first of what follows is not kept, or there has never been an event of that number. */
static enum cnop_err
check_kept(uint64_t after, const struct event_store_page *kept)
{
    bool gone = after > kept->last || (kept->first > 0 && after + 1 < kept->first);

    return gone ? CNOP_E_EVENTS_GONE : CNOP_OK;
}

static enum cnop_err
read_events(struct cnop_request *req, uint64_t after, const struct event_store_page **ret_kept)
{
    cnop_cleanup(reader_store_view_done) struct cnop_snapshot *view = NULL;
    struct reader_env *env = cnop_request_env(req);
    struct cnop_arena *arena = cnop_request_arena(req);
    struct event_store_page *kept = cnop_arena_alloc(arena, sizeof(*kept));
    enum cnop_err err;

    if (kept == NULL)
        return CNOP_E_NO_MEMORY;
    err = reader_store_view(env->db, &view);
    if (err == CNOP_OK)
        err = event_store_page(view, arena, after, READ_BYTES, kept);
    *ret_kept = kept;
    return err == CNOP_OK ? check_kept(after, kept) : err;
}

static void
write_page(struct page *page, const struct event_store_page *kept)
{
    const struct event_store_rows *rows = &kept->rows;
    struct cnop_json_writer *writer = page->writer;

    cnop_json_object_open(writer, NULL);
    cnop_json_array_open(writer, "events");
    for (size_t i = 0; i < rows->count && page->count < page->limit; i++)
        write_row(page, &rows->list[i]);
    cnop_json_array_close(writer);
    if (rows->count == 0 || page->at > kept->last)
        page->at = kept->last;
    cnop_json_u64(writer, "next_after", page->at);
    cnop_json_bool(writer, "has_more", page->at < kept->last);
    cnop_json_u64(writer, "last_seq", kept->last);
    cnop_json_object_close(writer);
}

enum cnop_err
reader_http_events(struct cnop_request *req, struct cnop_response *res)
{
    struct reader_env *env = cnop_request_env(req);
    struct events_query query = {.limit = LIMIT_DEFAULT};
    const struct event_store_page *kept = NULL;
    struct page page;
    enum cnop_err err =
        cnop_request_decode_query(req, events_fields, CNOP_COUNT(events_fields), &query);

    cnop_assert(cnop_request_user_id(req) > 0);
    if (err == CNOP_OK)
        err = reader_refresh_assets(req, env);
    if (err == CNOP_OK)
        err = reader_check_caller(req);
    if (err == CNOP_OK)
        err = read_events(req, query.after, &kept);
    if (err != CNOP_OK)
        return err;
    page = (struct page){.writer = cnop_response_json(res),
                         .names = {&env->id_key, symbol_of, env},
                         .account_id = (int64_t)cnop_request_user_id(req),
                         .limit = query.limit,
                         .at = query.after};
    write_page(&page, kept);
    return CNOP_OK;
}
