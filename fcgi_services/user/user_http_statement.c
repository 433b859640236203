/* SPDX-License-Identifier: MIT */
/* Cash movements as a list (newest first) and as an export (oldest first). Decode, read, encode. */
#include "fcgi_services/user/user_http.h"

#include "shared/base/clock.h"

#define CURSOR_PREFIX 'e' /* no other public id has it, so a cursor never passes for one */
#define CURSOR_BYTES 200
#define LIST_LIMIT 100
#define LIST_LIMIT_DEFAULT 50
#define EXPORT_LIMIT 1000
#define OFFSET_MAX 1000000

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
    CNOP_FIELD(struct list_query, offset, CNOP_K_U64, CNOP_RANGE(0, OFFSET_MAX), CNOP_OPTIONAL),
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

/* GET /balance/transactions */
enum cnop_err
user_http_transactions(struct cnop_request *req, struct cnop_response *res)
{
    struct user_thread *self = cnop_request_env(req);
    struct cnop_json_writer *json;
    struct cash_balance balance;
    struct entry_page page;
    struct public_id cursor;
    struct entry *list;
    size_t count;
    bool has_more;
    enum cnop_err err = list_decode(req, &page);

    if (err == CNOP_OK)
        err = user_http_cash(req, &balance);
    if (err == CNOP_OK)
        err = user_store_list_newest(self->store, &page, cnop_request_arena(req), &list, &count);
    if (err != CNOP_OK)
        return err;
    has_more = count == page.limit;
    count -= has_more;
    json = cnop_response_json(res);
    cnop_json_object_open(json, NULL);
    cnop_json_array_open(json, "transactions");
    for (size_t i = 0; i < count; i++)
        write_entry(json, self, &list[i]);
    cnop_json_array_close(json);
    cnop_json_u64(json, "total_count", balance.entry_count);
    cnop_json_bool(json, "has_more", has_more);
    if (has_more) {
        public_id_format(&cursor, self, CURSOR_PREFIX, list[count - 1].id);
        cnop_json_str(json, "next_cursor", cursor.text);
    } else {
        cnop_json_null(json, "next_cursor");
    }
    cnop_json_object_close(json);
    return CNOP_OK;
}

/* ---- export ---- */

static const char *const format_names[] = {"csv", "jsonl", NULL};
enum export_format { EXPORT_CSV, EXPORT_JSONL };

struct export_query {
    unsigned format;
    int32_t from;
    int32_t to;
    uint64_t limit;
    struct cnop_str cursor;
};

static const struct cnop_field export_fields[] = {
    CNOP_FIELD(struct export_query, format, CNOP_K_ENUM, format_names, CNOP_OPTIONAL),
    CNOP_FIELD(struct export_query, from, CNOP_K_DATE, CNOP_ANY, CNOP_OPTIONAL),
    CNOP_FIELD(struct export_query, to, CNOP_K_DATE, CNOP_ANY, CNOP_OPTIONAL),
    CNOP_FIELD(struct export_query, limit, CNOP_K_U64, CNOP_RANGE(1, EXPORT_LIMIT), CNOP_OPTIONAL),
    CNOP_FIELD(struct export_query, cursor, CNOP_K_STR, CNOP_RANGE(1, CURSOR_BYTES), CNOP_OPTIONAL),
};

static enum cnop_err
export_decode(struct cnop_request *req, struct export_query *query, struct entry_page *ret_page)
{
    struct entry_page page = {.user_id = cnop_request_user_id(req)};
    enum cnop_err err;

    *query = (struct export_query){.from = 0, .to = INT32_MAX - 1, .limit = EXPORT_LIMIT};
    err = cnop_request_decode_query(req, export_fields, CNOP_COUNT(export_fields), query);
    if (err == CNOP_OK && query->cursor.len > 0)
        err = cursor_decode(req, query->cursor, &page.after_id);
    if (err != CNOP_OK)
        return err;
    if (query->from > query->to)
        return cnop_request_fault(req, CNOP_E_INVALID, "from", "must not come after to");
    page.from_us = cnop_request_has_query(req, "from") ? cnop_clock_day_start_us(query->from) : 0;
    page.to_us =
        cnop_request_has_query(req, "to") ? cnop_clock_day_start_us(query->to + 1) : INT64_MAX;
    page.limit = query->limit + 1;
    *ret_page = page;
    return CNOP_OK;
}

struct export_line {
    struct public_id id;
    struct public_id order_id; /* empty text: none */
    const struct entry *entry;
};

static void
export_line_init(struct export_line *line, const struct user_thread *self,
                 const struct entry *entry)
{
    line->entry = entry;
    public_id_format(&line->id, self, CNOP_ID_TRANSACTION, entry->id);
    line->order_id.text = (struct cnop_str){0};
    if (entry->order_id != 0)
        public_id_format(&line->order_id, self, CNOP_ID_ORDER, entry->order_id);
}

/* No value here can hold a comma, a quote or a line end: ids, fixed words and figures. */
static void
write_csv_line(struct cnop_buf *out, const struct export_line *line)
{
    cnop_clock_format(out, line->entry->created_us);
    cnop_buf_char(out, ',');
    cnop_buf_str(out, line->id.text);
    cnop_buf_char(out, ',');
    cnop_buf_str(out, line->entry->type);
    cnop_buf_char(out, ',');
    cnop_cash_format(out, line->entry->amount, 2);
    cnop_buf_char(out, ',');
    cnop_cash_format(out, line->entry->balance_after, 2);
    cnop_buf_char(out, ',');
    cnop_buf_str(out, line->order_id.text);
    cnop_buf_text(out, "\r\n");
}

static void
write_json_line(struct cnop_buf *out, const struct export_line *line)
{
    struct cnop_json_writer json;

    cnop_json_init(&json, out);
    cnop_json_object_open(&json, NULL);
    cnop_json_time(&json, "created_at", line->entry->created_us);
    cnop_json_str(&json, "transaction_id", line->id.text);
    cnop_json_str(&json, "transaction_type", line->entry->type);
    cnop_json_cash(&json, "amount", line->entry->amount, 2);
    cnop_json_cash(&json, "balance_after", line->entry->balance_after, 2);
    if (line->order_id.text.len == 0)
        cnop_json_null(&json, "reference_id");
    else
        cnop_json_str(&json, "reference_id", line->order_id.text);
    cnop_json_object_close(&json);
    cnop_json_done(&json);
    cnop_buf_char(out, '\n');
}

static void
write_export(struct cnop_response *res, const struct user_thread *self, enum export_format format,
             const struct entry *list, size_t count)
{
    struct cnop_buf *out = cnop_response_raw(
        res, format == EXPORT_CSV ? "text/csv; charset=utf-8" : "application/jsonl; charset=utf-8");

    if (format == EXPORT_CSV)
        cnop_buf_text(out, "created_at,transaction_id,transaction_type,amount,balance_after,"
                           "reference_id\r\n");
    for (size_t i = 0; i < count; i++) {
        struct export_line line;

        export_line_init(&line, self, &list[i]);
        if (format == EXPORT_CSV)
            write_csv_line(out, &line);
        else
            write_json_line(out, &line);
    }
}

/* GET /balance/statement */
enum cnop_err
user_http_statement(struct cnop_request *req, struct cnop_response *res)
{
    struct user_thread *self = cnop_request_env(req);
    struct export_query query;
    struct cash_balance ignored;
    struct entry_page page;
    struct entry *list;
    size_t count;
    enum cnop_err err = export_decode(req, &query, &page);

    if (err == CNOP_OK)
        err = user_http_cash(req, &ignored);
    if (err == CNOP_OK)
        err = user_store_list_oldest(self->store, &page, cnop_request_arena(req), &list, &count);
    if (err != CNOP_OK)
        return err;
    if (count == page.limit) {
        struct public_id cursor;

        count--;
        public_id_format(&cursor, self, CURSOR_PREFIX, list[count - 1].id);
        cnop_response_header(res, "X-Next-Cursor", "%.*s", CNOP_STR_ARG(cursor.text));
    }
    cnop_response_header(res, "Content-Disposition", "attachment; filename=\"cnop-statement.%s\"",
                         format_names[query.format]);
    write_export(res, self, (enum export_format)query.format, list, count);
    return CNOP_OK;
}
