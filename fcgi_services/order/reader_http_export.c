/* SPDX-License-Identifier: MIT */
/* Orders and trades as files, oldest first, whole: page after page of one snapshot. */
#include "fcgi_services/order/reader_http.h"

#include "fcgi_services/order/order_codes.h"
#include "fcgi_services/order/order_json.h"
#include "shared/ledger/command.h"
#include "shared/web/export.h"

#define CHUNK 200 /* orders in memory at once, of each kind */

struct public_id {
    char memory[CNOP_PUBLIC_ID_LEN + 1];
};

static struct cnop_str
order_id(const struct reader_env *env, const struct reader_order *order, struct public_id *id)
{
    struct cnop_buf buf;

    cnop_assert(order->id > 0);
    cnop_buf_init(&buf, id->memory, sizeof(id->memory));
    cnop_id_format(&buf, CNOP_ID_ORDER, &env->id_key, (uint64_t)order->id);
    return cnop_buf_view(&buf);
}

/* ---- rows ---- */

static const char *const order_columns[] = {
    "created_at", "order_id", "client_order_id", "order_type", "asset_id", "quantity",
    "price",      "status",   "total_amount",    "fee",        NULL};

static void
write_order(struct cnop_export *file, const struct reader_env *env,
            const struct reader_order *order)
{
    struct public_id id;
    bool ours = cnop_str_empty(order->client_order_id) || order->client_order_id.ptr[0] == '.';

    cnop_assert(order->side == LEDGER_BUY || order->side == LEDGER_SELL);
    cnop_export_time(file, order->created_us);
    cnop_export_str(file, order_id(env, order, &id));
    cnop_export_str(file, ours ? CNOP_STR("") : order->client_order_id);
    cnop_export_str(file,
                    cnop_str_from(order_type_name((enum order_kind)order->type, order->side)));
    cnop_export_str(file, reader_symbol_of(env, order->asset_id));
    cnop_export_qty(file, order->asked);
    cnop_export_price(file, order->price);
    cnop_export_str(file, cnop_str_from(order_status_name((enum order_status)order->status)));
    cnop_export_cash(file, order->total);
    cnop_export_cash(file, order->fee);
}

static const char *const trade_columns[] = {"time",       "order_id",      "asset_id", "side",
                                            "quantity",   "price",         "value",    "fee",
                                            "cost_basis", "realised_gain", NULL};

static void
write_trade(struct cnop_export *file, const struct reader_env *env,
            const struct reader_order *order)
{
    struct public_id id;

    cnop_assert(order->side == LEDGER_BUY || order->side == LEDGER_SELL);
    cnop_export_time(file, order->created_us);
    cnop_export_str(file, order_id(env, order, &id));
    cnop_export_str(file, reader_symbol_of(env, order->asset_id));
    cnop_export_str(file, order->side == LEDGER_BUY ? CNOP_STR("buy") : CNOP_STR("sell"));
    cnop_export_qty(file, order->qty);
    cnop_export_price(file, reader_order_price(order));
    cnop_export_cash(file, order->total);
    cnop_export_cash(file, order->fee);
    if (order->has_cost)
        cnop_export_cash(file, order->cost);
    else
        cnop_export_none(file);
    if (order->has_cost && order->side == LEDGER_SELL)
        cnop_export_cash(file, reader_order_gain(order));
    else
        cnop_export_none(file);
}

/* ---- files ---- */

struct layout {
    const char *name;
    const char *const *columns;
    bool trades;
    void (*write)(struct cnop_export *file, const struct reader_env *env,
                  const struct reader_order *order);
};

/* Everything of the query that is in the view, a chunk at a time in the same memory. */
static enum cnop_err
write_all(struct cnop_request *req, struct cnop_snapshot *view, const struct layout *layout,
          struct reader_query *query, struct cnop_export *file)
{
    const struct reader_env *env = cnop_request_env(req);
    struct cnop_arena *arena = cnop_request_arena(req);
    size_t mark = cnop_arena_mark(arena);
    struct reader_orders orders;
    enum cnop_err err;

    cnop_assert(query->filter.oldest_first);
    cnop_assert(query->filter.limit == CHUNK);
    do {
        err = reader_store_list(view, arena, &query->filter, &orders);
        for (size_t i = 0; err == CNOP_OK && i < orders.count; i++) {
            if (layout->trades && orders.list[i].qty.e8 == 0 &&
                orders.list[i].type != ORDER_KIND_MARKET)
                continue; /* nothing was traded */
            cnop_export_row_open(file);
            layout->write(file, env, &orders.list[i]);
            err = cnop_export_row_close(file);
        }
        if (err == CNOP_OK && orders.has_more)
            query->filter.after_id = orders.list[orders.count - 1].id;
        cnop_arena_rewind(arena, mark);
    } while (err == CNOP_OK && orders.has_more);
    return err;
}

static enum cnop_err
write_file(struct cnop_request *req, struct cnop_response *res, const struct layout *layout)
{
    cnop_cleanup(reader_store_view_done) struct cnop_snapshot *view = NULL;
    struct reader_env *env = cnop_request_env(req);
    struct reader_query query;
    struct cnop_export file;
    enum cnop_err err = reader_query_read(req, CNOP_STR(""), &query);

    cnop_assert(layout->write != NULL);
    if (err == CNOP_OK)
        err = reader_check_caller(req);
    if (err == CNOP_OK)
        err = cnop_export_begin(req, res, layout->name, layout->columns, &file);
    if (err != CNOP_OK || query.nothing)
        return err;
    query.filter.oldest_first = true;
    query.filter.limit = CHUNK;
    query.offset = 0; /* of pages: an export has none */
    query.filter.before_id = INT64_MAX;
    err = reader_store_view(env->db, &view);
    if (err == CNOP_OK)
        err = reader_query_settle(view, cnop_request_arena(req), &query);
    if (err == CNOP_E_NOT_FOUND)
        return CNOP_OK;
    return err == CNOP_OK ? write_all(req, view, layout, &query, &file) : err;
}

enum cnop_err
reader_http_export_orders(struct cnop_request *req, struct cnop_response *res)
{
    static const struct layout layout = {"cnop-orders", order_columns, false, write_order};

    return write_file(req, res, &layout);
}

enum cnop_err
reader_http_export_trades(struct cnop_request *req, struct cnop_response *res)
{
    static const struct layout layout = {"cnop-trades", trade_columns, true, write_trade};

    return write_file(req, res, &layout);
}
