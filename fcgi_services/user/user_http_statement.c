/* SPDX-License-Identifier: MIT */
/* Cash movements as a list (newest first) and as a file (oldest first): whole, or a page of it.
 * Decode, read, encode. */
#include "fcgi_services/user/user_http.h"

#include "shared/web/export.h"
#include "shared/web/period.h"

#define CURSOR_PREFIX 'e' /* no other public id has it, so a cursor never passes for one */
#define CURSOR_BYTES 200
#define LIST_LIMIT 100
#define LIST_LIMIT_DEFAULT 50
#define EXPORT_LIMIT 1000
#define EXPORT_CHUNK 500 /* rows in memory at once */

static enum cnop_err
cursor_decode(struct cnop_request *req, struct cnop_str cursor, int64_t *ret_id)
{
    const struct user_thread *self = cnop_request_env(req);
    uint64_t id;

    if (cnop_id_parse(cursor, CURSOR_PREFIX, self->id_key, &id) != CNOP_OK || id > INT64_MAX)
        return cnop_request_fault(req, CNOP_E_INVALID, "cursor",
                                  "must be the next_cursor of an earlier answer");
    *ret_id = (int64_t)id;
    return CNOP_OK;
}

struct public_id {
    char memory[CNOP_PUBLIC_ID_LEN];
    struct cnop_str text;
};

static void
public_id_format(struct public_id *id, const struct user_thread *self, char prefix, int64_t number)
{
    struct cnop_buf buf;

    cnop_buf_init(&buf, id->memory, sizeof(id->memory));
    cnop_id_format(&buf, prefix, self->id_key, (uint64_t)number);
    id->text = cnop_buf_view(&buf);
}

/* ---- list ---- */

struct list_query {
    uint64_t limit;
    uint64_t offset;
    struct cnop_str cursor;
};

static const struct cnop_field list_fields[] = {
    CNOP_FIELD(struct list_query, limit, CNOP_K_U64, CNOP_RANGE(1, LIST_LIMIT), CNOP_OPTIONAL),
    CNOP_FIELD(struct list_query, offset, CNOP_K_U64, CNOP_ANY, CNOP_OPTIONAL),
    CNOP_FIELD(struct list_query, cursor, CNOP_K_STR, CNOP_RANGE(1, CURSOR_BYTES), CNOP_OPTIONAL),
};

static enum cnop_err
list_decode(struct cnop_request *req, struct entry_page *ret_page)
{
    struct list_query query = {.limit = LIST_LIMIT_DEFAULT};
    struct entry_page page = {.user_id = cnop_request_user_id(req), .before_id = INT64_MAX};
    enum cnop_err err =
        cnop_request_decode_query(req, list_fields, CNOP_COUNT(list_fields), &query);

    if (err == CNOP_OK && query.cursor.len > 0)
        err = cursor_decode(req, query.cursor, &page.before_id);
    if (err != CNOP_OK)
        return err;
    page.offset = query.cursor.len > 0 ? 0 : query.offset;
    page.limit = query.limit + 1; /* one more, to know whether there is more */
    if (page.offset > ENTRY_OFFSET_MAX)
        return cnop_request_fault_add(
            req, CNOP_E_INVALID,
            (struct cnop_fault){.field = "offset",
                                .type = "less_than_equal",
                                .message = "must be at most 1000: pages further back are read with "
                                           "cursor, the next_cursor of the page before"});
    *ret_page = page;
    return CNOP_OK;
}

static void
write_entry(struct cnop_json_writer *json, const struct user_thread *self,
            const struct entry *entry)
{
    struct public_id id;

    public_id_format(&id, self, CNOP_ID_TRANSACTION, entry->id);
    cnop_json_object_open(json, NULL);
    cnop_json_str(json, "transaction_id", id.text);
    cnop_json_str(json, "transaction_type", entry->type);
    cnop_json_cash(json, "amount", entry->amount, 2);
    cnop_json_text(json, "status", "completed");
    if (entry->order_id == 0) {
        cnop_json_null(json, "reference_id");
    } else {
        public_id_format(&id, self, CNOP_ID_ORDER, entry->order_id);
        cnop_json_str(json, "reference_id", id.text);
    }
    cnop_json_time(json, "created_at", entry->created_us);
    cnop_json_object_close(json);
}

/* What one answer shows: the count and the lines of one moment. */
struct listing {
    struct cash_balance balance;
    struct entry *list;
    size_t count;
};

static enum cnop_err
list_read(struct cnop_request *req, const struct cnop_period *period, struct entry_page *page,
          struct listing *ret_listing)
{
    cnop_cleanup(user_store_view_done) struct user_view *view = NULL;
    struct user_thread *self = cnop_request_env(req);
    struct cnop_arena *arena = cnop_request_arena(req);
    enum cnop_err err = user_store_view_begin(self->store, &view);

    if (err == CNOP_OK)
        err = user_view_find_cash(view, page->user_id, arena, &ret_listing->balance);
    if (err == CNOP_E_NOT_FOUND)
        return CNOP_E_UNAUTHENTICATED;
    if (err == CNOP_OK)
        err = user_view_narrow(view, period->from_us, period->to_us, arena, page);
    if (err == CNOP_OK)
        err = user_view_list_entries(view, page, arena, &ret_listing->list, &ret_listing->count);
    return err;
}

/* GET /balance/transactions */
enum cnop_err
user_http_transactions(struct cnop_request *req, struct cnop_response *res)
{
    struct user_thread *self = cnop_request_env(req);
    struct cnop_json_writer *json;
    struct cnop_period period;
    struct listing listing;
    struct entry_page page;
    struct public_id cursor;
    bool has_more;
    enum cnop_err err = list_decode(req, &page);

    if (err == CNOP_OK)
        err = cnop_request_period(req, &period);
    if (err == CNOP_OK)
        err = list_read(req, &period, &page, &listing);
    if (err != CNOP_OK)
        return err;
    has_more = listing.count == page.limit;
    listing.count -= has_more;
    json = cnop_response_json(res);
    cnop_json_object_open(json, NULL);
    cnop_json_array_open(json, "transactions");
    for (size_t i = 0; i < listing.count; i++)
        write_entry(json, self, &listing.list[i]);
    cnop_json_array_close(json);
    cnop_json_u64(json, "total_count", listing.balance.entry_count);
    cnop_json_bool(json, "has_more", has_more);
    if (has_more) {
        public_id_format(&cursor, self, CURSOR_PREFIX, listing.list[listing.count - 1].id);
        cnop_json_str(json, "next_cursor", cursor.text);
    } else {
        cnop_json_null(json, "next_cursor");
    }
    cnop_json_object_close(json);
    return CNOP_OK;
}

/* ---- file ---- */

struct export_query {
    uint64_t limit;
    struct cnop_str cursor;
};

static const struct cnop_field export_fields[] = {
    CNOP_FIELD(struct export_query, limit, CNOP_K_U64, CNOP_RANGE(1, EXPORT_LIMIT), CNOP_OPTIONAL),
    CNOP_FIELD(struct export_query, cursor, CNOP_K_STR, CNOP_RANGE(1, CURSOR_BYTES), CNOP_OPTIONAL),
};

static const char *const export_columns[] = {"created_at", "transaction_id", "transaction_type",
                                             "amount",     "balance_after",  "reference_id",
                                             NULL};

static enum cnop_err
write_entry_row(struct cnop_export *file, const struct user_thread *self, const struct entry *entry)
{
    struct public_id id;

    cnop_export_row_open(file);
    cnop_export_time(file, entry->created_us);
    public_id_format(&id, self, CNOP_ID_TRANSACTION, entry->id);
    cnop_export_str(file, id.text);
    cnop_export_str(file, entry->type);
    cnop_export_cash(file, entry->amount);
    cnop_export_cash(file, entry->balance_after);
    if (entry->order_id == 0) {
        cnop_export_none(file);
    } else {
        public_id_format(&id, self, CNOP_ID_ORDER, entry->order_id);
        cnop_export_str(file, id.text);
    }
    return cnop_export_row_close(file);
}

/* Everything that is asked for, a chunk at a time in the same memory; only the first page of it
 * with is_page, and then X-Next-Cursor tells where it goes on. */
static enum cnop_err
write_file(struct cnop_request *req, struct user_view *view, struct entry_page *page,
           struct cnop_export *file, bool is_page)
{
    struct user_thread *self = cnop_request_env(req);
    struct cnop_arena *arena = cnop_request_arena(req);
    size_t mark = cnop_arena_mark(arena);
    struct public_id cursor;
    struct entry *list;
    size_t count;
    bool has_more;
    enum cnop_err err;

    do {
        err = user_view_list_entries(view, page, arena, &list, &count);
        if (err != CNOP_OK)
            return err;
        has_more = count == page->limit;
        count -= has_more;
        if (has_more)
            page->after_id = list[count - 1].id;
        if (has_more && is_page) {
            public_id_format(&cursor, self, CURSOR_PREFIX, page->after_id);
            cnop_response_header(file->res, "X-Next-Cursor", "%.*s", CNOP_STR_ARG(cursor.text));
        }
        for (size_t i = 0; err == CNOP_OK && i < count; i++)
            err = write_entry_row(file, self, &list[i]);
        cnop_arena_rewind(arena, mark);
    } while (err == CNOP_OK && has_more && !is_page);
    return err;
}

/* GET /balance/statement */
enum cnop_err
user_http_statement(struct cnop_request *req, struct cnop_response *res)
{
    cnop_cleanup(user_store_view_done) struct user_view *view = NULL;
    struct user_thread *self = cnop_request_env(req);
    struct cnop_arena *arena = cnop_request_arena(req);
    struct export_query query = {.limit = EXPORT_LIMIT};
    struct entry_page page = {
        .user_id = cnop_request_user_id(req), .before_id = INT64_MAX, .oldest_first = true};
    bool is_page = cnop_request_has_query(req, "limit") || cnop_request_has_query(req, "cursor");
    struct cnop_period period;
    struct cash_balance ignored;
    struct cnop_export file;
    enum cnop_err err =
        cnop_request_decode_query(req, export_fields, CNOP_COUNT(export_fields), &query);

    if (err == CNOP_OK && query.cursor.len > 0)
        err = cursor_decode(req, query.cursor, &page.after_id);
    if (err == CNOP_OK)
        err = cnop_request_period(req, &period);
    if (err == CNOP_OK)
        err = cnop_export_begin(req, res, "cnop-statement", export_columns, &file);
    if (err == CNOP_OK)
        err = user_store_view_begin(self->store, &view);
    if (err != CNOP_OK)
        return err;
    page.limit = (is_page ? query.limit : EXPORT_CHUNK) + 1;
    err = user_view_find_cash(view, page.user_id, arena, &ignored);
    if (err == CNOP_E_NOT_FOUND)
        return CNOP_E_UNAUTHENTICATED;
    if (err == CNOP_OK)
        err = user_view_narrow(view, period.from_us, period.to_us, arena, &page);
    if (err == CNOP_OK)
        err = write_file(req, view, &page, &file, is_page);
    return err;
}
