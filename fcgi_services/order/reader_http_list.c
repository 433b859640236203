/* SPDX-License-Identifier: MIT */
/* Lists of orders: decode, query, encode. */
#include "fcgi_services/order/reader_http.h"

#include <limits.h>

#include "fcgi_services/order/order_codes.h"

#define CURSOR_PREFIX 'c'
#define LIMIT_MAX 100
#define LIMIT_DEFAULT 50
#define NOT_GIVEN UINT_MAX /* no place in a list of names */

static const char *const sides[] = {"buy", "sell", NULL};

struct list_query {
    struct cnop_str asset_id;
    unsigned order_type;
    unsigned side;
    unsigned status;
    uint64_t limit;
    uint64_t offset;
    struct cnop_str cursor;
};

static const struct cnop_field list_fields[] = {
    CNOP_FIELD(struct list_query, asset_id, CNOP_K_STR, CNOP_RANGE(1, 10),
               CNOP_OPTIONAL | CNOP_TRIM),
    CNOP_FIELD(struct list_query, order_type, CNOP_K_ENUM, order_type_names, CNOP_OPTIONAL),
    CNOP_FIELD(struct list_query, side, CNOP_K_ENUM, sides, CNOP_OPTIONAL),
    CNOP_FIELD(struct list_query, status, CNOP_K_ENUM, order_status_names, CNOP_OPTIONAL),
    CNOP_FIELD(struct list_query, limit, CNOP_K_U64, CNOP_RANGE(1, LIMIT_MAX), CNOP_OPTIONAL),
    CNOP_FIELD(struct list_query, offset, CNOP_K_U64, CNOP_ANY, CNOP_OPTIONAL),
    CNOP_FIELD(struct list_query, cursor, CNOP_K_STR, CNOP_RANGE(1, 200), CNOP_OPTIONAL),
};

/* ---- decoding ---- */

static enum cnop_err
read_place(struct cnop_request *req, const struct list_query *given, struct reader_query *query)
{
    const struct reader_env *env = cnop_request_env(req);
    uint64_t before_id;

    cnop_assert(query->filter.before_id == INT64_MAX);
    if (cnop_str_empty(given->cursor)) {
        query->offset = given->offset;
        if (given->offset > READER_OFFSET_MAX)
            return cnop_request_fault_add(
                req, CNOP_E_INVALID,
                (struct cnop_fault){.field = "offset",
                                    .type = "less_than_equal",
                                    .message = "must be at most 1000: pages further back are read "
                                               "with cursor, the next_cursor of the page before"});
        return CNOP_OK;
    }
    if (cnop_id_parse(given->cursor, CURSOR_PREFIX, &env->id_key, &before_id) != CNOP_OK ||
        before_id > INT64_MAX)
        return cnop_request_fault(req, CNOP_E_INVALID, "cursor",
                                  "must be the next_cursor of an earlier answer");
    query->filter.before_id = (int64_t)before_id;
    return CNOP_OK;
}

/* Side and order type may contradict each other: then there is nothing to find. */
static void
read_kind(const struct list_query *given, struct reader_query *query)
{
    struct reader_filter *filter = &query->filter;

    cnop_assert(query->filter.side == 0 && query->filter.type == 0);
    if (given->order_type != NOT_GIVEN) {
        filter->side = (uint8_t)order_type_side(given->order_type);
        filter->type = (uint8_t)order_type_kind(given->order_type);
    }
    if (given->side != NOT_GIVEN) {
        uint8_t side = (uint8_t)(given->side + LEDGER_BUY);

        query->nothing = filter->side != 0 && filter->side != side;
        filter->side = side;
    }
    if (given->status != NOT_GIVEN) {
        filter->status = (uint8_t)order_status_at(given->status);
        query->nothing = query->nothing || filter->status == ORDER_STATUS_NEVER;
    }
}

static enum cnop_err
read_asset(struct cnop_request *req, const struct list_query *given, struct reader_query *query)
{
    const struct reader_env *env = cnop_request_env(req);
    enum cnop_err err;

    cnop_assert(query->filter.asset_id == 0);
    if (!cnop_request_has_query(req, "asset_id"))
        return CNOP_OK;
    err = reader_check_symbol(req, given->asset_id);
    if (err == CNOP_OK)
        query->nothing = query->nothing || reader_find_asset(env, given->asset_id,
                                                             &query->filter.asset_id) != CNOP_OK;
    return err;
}

enum cnop_err
reader_query_read(struct cnop_request *req, struct cnop_str symbol, struct reader_query *ret_query)
{
    struct reader_env *env = cnop_request_env(req);
    struct list_query given = {
        .order_type = NOT_GIVEN, .side = NOT_GIVEN, .status = NOT_GIVEN, .limit = LIMIT_DEFAULT};
    struct reader_query query = {.filter.before_id = INT64_MAX};
    enum cnop_err err;

    cnop_assert(cnop_request_user_id(req) > 0);
    err = cnop_request_decode_query(req, list_fields, CNOP_COUNT(list_fields), &given);
    if (err == CNOP_OK)
        err = cnop_request_period(req, &query.period);
    if (err == CNOP_OK)
        err = read_place(req, &given, &query);
    if (err == CNOP_OK)
        err = reader_refresh_assets(req, env);
    if (err != CNOP_OK)
        return err;
    query.filter.account_id = (int64_t)cnop_request_user_id(req);
    query.filter.limit = (uint32_t)given.limit;
    read_kind(&given, &query);
    if (cnop_str_empty(symbol))
        err = read_asset(req, &given, &query);
    else
        err = reader_find_asset(env, symbol, &query.filter.asset_id);
    if (err == CNOP_OK)
        *ret_query = query;
    return err;
}

/* ---- running ---- */

enum cnop_err
reader_query_settle(struct cnop_snapshot *view, struct cnop_arena *arena,
                    struct reader_query *query)
{
    struct reader_filter *filter = &query->filter;
    enum cnop_err err;

    cnop_assert(filter->account_id > 0);
    cnop_assert(query->period.from_us <= query->period.to_us);
    err = reader_store_narrow(view, arena, query->period.from_us, query->period.to_us, filter);
    if (err == CNOP_OK && filter->after_id >= filter->before_id)
        return CNOP_E_NOT_FOUND;
    if (err == CNOP_OK && query->offset > 0)
        err = reader_store_skip(view, arena, query->offset, filter);
    return err;
}

static enum cnop_err
run(struct cnop_request *req, struct reader_query *query, struct reader_orders *ret_orders)
{
    cnop_cleanup(reader_store_view_done) struct cnop_snapshot *view = NULL;
    struct reader_env *env = cnop_request_env(req);
    struct cnop_arena *arena = cnop_request_arena(req);
    bool plain = reader_filter_is_plain(&query->filter) && query->offset == 0 &&
                 query->period.from_us == INT64_MIN && query->period.to_us == INT64_MAX;
    enum cnop_err err;

    cnop_assert(query->filter.account_id > 0);
    *ret_orders = (struct reader_orders){NULL, 0, false};
    if (query->nothing)
        return CNOP_OK;
    if (plain)
        return reader_store_list_plain(env->db, arena, &query->filter, ret_orders);
    err = reader_store_view(env->db, &view);
    if (err == CNOP_OK)
        err = reader_query_settle(view, arena, query);
    if (err == CNOP_E_NOT_FOUND)
        return CNOP_OK;
    if (err == CNOP_OK)
        err = reader_store_list(view, arena, &query->filter, ret_orders);
    return err;
}

/* ---- encoding ---- */

/* What was traded, of orders still open too; one that has traded nothing is no trade. */
static void
write_trade(struct cnop_json_writer *writer, const struct reader_env *env,
            const struct reader_order *order)
{
    char memory[CNOP_PUBLIC_ID_LEN + 1];
    struct cnop_buf id;

    cnop_assert(order->id > 0);
    if (order->qty.e8 == 0 && order->type != ORDER_KIND_MARKET)
        return;
    cnop_buf_init(&id, memory, sizeof(memory));
    cnop_id_format(&id, CNOP_ID_ORDER, &env->id_key, (uint64_t)order->id);
    cnop_json_object_open(writer, NULL);
    cnop_json_str(writer, "asset_id", reader_symbol_of(env, order->asset_id));
    cnop_json_text(writer, "transaction_type", order->side == LEDGER_BUY ? "BUY" : "SELL");
    cnop_json_qty(writer, "quantity", order->qty, 0);
    cnop_json_price(writer, "price", reader_order_price(order), 2);
    cnop_json_text(writer, "status", "COMPLETED");
    cnop_json_str(writer, "order_id", cnop_buf_view(&id));
    if (order->has_cost)
        cnop_json_cash(writer, "cost_basis", order->cost, 2);
    else
        cnop_json_null(writer, "cost_basis");
    if (order->has_cost && order->side == LEDGER_SELL)
        cnop_json_cash(writer, "realised_pnl", reader_order_gain(order), 2);
    else
        cnop_json_null(writer, "realised_pnl");
    cnop_json_time(writer, "timestamp", order->created_us);
    cnop_json_object_close(writer);
}

static void
write_page_end(struct cnop_json_writer *writer, const struct reader_env *env,
               const struct reader_orders *orders)
{
    char memory[CNOP_PUBLIC_ID_LEN + 1];
    struct cnop_buf cursor;

    cnop_assert(!orders->has_more || orders->count > 0);
    cnop_json_bool(writer, "has_more", orders->has_more);
    if (!orders->has_more) {
        cnop_json_null(writer, "next_cursor");
        return;
    }
    cnop_buf_init(&cursor, memory, sizeof(memory));
    cnop_id_format(&cursor, CURSOR_PREFIX, &env->id_key,
                   (uint64_t)orders->list[orders->count - 1].id);
    cnop_json_str(writer, "next_cursor", cnop_buf_view(&cursor));
}

typedef void (*reader_row_fn)(struct cnop_json_writer *writer, const struct reader_env *env,
                              const struct reader_order *order);

static void
write_order(struct cnop_json_writer *writer, const struct reader_env *env,
            const struct reader_order *order)
{
    reader_write_order(writer, NULL, env, order);
}

static enum cnop_err
answer_page(struct cnop_request *req, struct cnop_response *res, struct reader_query *query,
            reader_row_fn write_row)
{
    const struct reader_env *env = cnop_request_env(req);
    struct cnop_json_writer *writer;
    struct reader_orders orders;
    enum cnop_err err = run(req, query, &orders);

    cnop_assert(write_row != NULL);
    if (err == CNOP_OK && orders.count == 0)
        err = reader_check_caller(req);
    if (err != CNOP_OK)
        return err;
    writer = cnop_response_json(res);
    cnop_json_object_open(writer, NULL);
    cnop_json_array_open(writer, "data");
    for (size_t i = 0; i < orders.count; i++)
        write_row(writer, env, &orders.list[i]);
    cnop_json_array_close(writer);
    write_page_end(writer, env, &orders);
    cnop_json_object_close(writer);
    return CNOP_OK;
}

enum cnop_err
reader_http_list(struct cnop_request *req, struct cnop_response *res)
{
    struct reader_query query;
    enum cnop_err err = reader_query_read(req, CNOP_STR(""), &query);

    return err == CNOP_OK ? answer_page(req, res, &query, write_order) : err;
}

enum cnop_err
reader_http_asset(struct cnop_request *req, struct cnop_response *res)
{
    struct cnop_str symbol = cnop_str_trim(cnop_request_path_param(req, "asset_id"));
    struct reader_query query;
    enum cnop_err err = reader_check_symbol(req, symbol);

    if (err == CNOP_OK)
        err = reader_query_read(req, symbol, &query);
    return err == CNOP_OK ? answer_page(req, res, &query, write_trade) : reader_missing(req, err);
}
