/* SPDX-License-Identifier: MIT */
/* Executions of the caller's orders: decode, query, encode. */
#include "fcgi_services/order/reader_http.h"

#include <limits.h>

#include "fcgi_services/order/order_codes.h"

#define CURSOR_PREFIX 'f'
#define LIMIT_MAX 100
#define LIMIT_DEFAULT 50
#define NOT_GIVEN UINT_MAX /* no place in a list of names */

static const char *const sides[] = {"buy", "sell", NULL};

struct fills_query {
    struct cnop_str order_id;
    struct cnop_str asset_id;
    unsigned side;
    uint64_t limit;
    struct cnop_str cursor;
};

static const struct cnop_field fills_fields[] = {
    CNOP_FIELD(struct fills_query, order_id, CNOP_K_STR, CNOP_RANGE(1, 50), CNOP_OPTIONAL),
    CNOP_FIELD(struct fills_query, asset_id, CNOP_K_STR, CNOP_RANGE(1, 10),
               CNOP_OPTIONAL | CNOP_TRIM),
    CNOP_FIELD(struct fills_query, side, CNOP_K_ENUM, sides, CNOP_OPTIONAL),
    CNOP_FIELD(struct fills_query, limit, CNOP_K_U64, CNOP_RANGE(1, LIMIT_MAX), CNOP_OPTIONAL),
    CNOP_FIELD(struct fills_query, cursor, CNOP_K_STR, CNOP_RANGE(1, 200), CNOP_OPTIONAL),
};

/* ---- decoding ---- */

static enum cnop_err
read_cursor(struct cnop_request *req, struct cnop_str cursor, struct reader_fill_filter *filter)
{
    const struct reader_env *env = cnop_request_env(req);
    uint64_t before_id;

    cnop_assert(filter->before_id == INT64_MAX);
    if (cnop_str_empty(cursor))
        return CNOP_OK;
    if (cnop_id_parse(cursor, CURSOR_PREFIX, &env->id_key, &before_id) != CNOP_OK ||
        before_id > INT64_MAX)
        return cnop_request_fault(req, CNOP_E_INVALID, "cursor",
                                  "must be the next_cursor of an earlier answer");
    filter->before_id = (int64_t)before_id;
    return CNOP_OK;
}

/* NOT_FOUND: well formed, but no order of ours. */
static enum cnop_err
read_order(struct cnop_request *req, struct reader_fill_filter *filter, struct cnop_str order_id)
{
    const struct reader_env *env = cnop_request_env(req);
    uint64_t id;
    enum cnop_err err;

    cnop_assert(filter->order_id == 0);
    if (!cnop_request_has_query(req, "order_id"))
        return CNOP_OK;
    err = cnop_id_parse(order_id, CNOP_ID_ORDER, &env->id_key, &id);
    if (err == CNOP_E_INVALID)
        return cnop_request_fault(req, err, "order_id", "must be 10 to 50 letters, digits and '_'");
    if (err == CNOP_OK && (id == 0 || id > INT64_MAX))
        err = CNOP_E_NOT_FOUND;
    if (err == CNOP_OK)
        filter->order_id = (int64_t)id;
    return err;
}

static enum cnop_err
read_asset(struct cnop_request *req, struct reader_fill_filter *filter, struct cnop_str symbol)
{
    const struct reader_env *env = cnop_request_env(req);
    enum cnop_err err;

    cnop_assert(filter->asset_id == 0);
    if (!cnop_request_has_query(req, "asset_id"))
        return CNOP_OK;
    err = reader_check_symbol(req, symbol);
    return err == CNOP_OK ? reader_find_asset(env, symbol, &filter->asset_id) : err;
}

/* NOT_FOUND: the filters name what does not exist. */
static enum cnop_err
read_query(struct cnop_request *req, struct reader_fill_filter *ret_filter)
{
    struct fills_query given = {.side = NOT_GIVEN, .limit = LIMIT_DEFAULT};
    struct reader_fill_filter filter = {.account_id = (int64_t)cnop_request_user_id(req),
                                        .before_id = INT64_MAX};
    enum cnop_err missing = CNOP_OK;
    struct cnop_period period;
    enum cnop_err err =
        cnop_request_decode_query(req, fills_fields, CNOP_COUNT(fills_fields), &given);

    if (err == CNOP_OK)
        err = cnop_request_period(req, &period);
    if (err == CNOP_OK)
        err = read_cursor(req, given.cursor, &filter);
    if (err == CNOP_OK)
        err = reader_refresh_assets(req, cnop_request_env(req));
    if (err == CNOP_OK)
        missing = err = read_order(req, &filter, given.order_id);
    if (err == CNOP_OK || err == CNOP_E_NOT_FOUND)
        err = read_asset(req, &filter, given.asset_id);
    if (err != CNOP_OK)
        return err;
    filter.from_us = period.from_us;
    filter.to_us = period.to_us;
    filter.side = given.side == NOT_GIVEN ? 0 : (uint8_t)(given.side + LEDGER_BUY);
    filter.limit = (uint32_t)given.limit;
    *ret_filter = filter;
    return missing;
}

/* ---- encoding ---- */

struct public_id {
    char memory[CNOP_PUBLIC_ID_LEN + 1];
};

static struct cnop_str
public_id(const struct reader_env *env, char prefix, int64_t number, struct public_id *id)
{
    struct cnop_buf buf;

    cnop_assert(number > 0);
    cnop_buf_init(&buf, id->memory, sizeof(id->memory));
    cnop_id_format(&buf, prefix, &env->id_key, (uint64_t)number);
    return cnop_buf_view(&buf);
}

static void
write_fill(struct cnop_json_writer *writer, const struct reader_env *env,
           const struct reader_fill *fill)
{
    bool ours = cnop_str_empty(fill->client_order_id) || fill->client_order_id.ptr[0] == '.';
    bool buy = fill->side == LEDGER_BUY;
    struct public_id id;

    cnop_assert(buy || fill->side == LEDGER_SELL);
    cnop_json_object_open(writer, NULL);
    cnop_json_str(writer, "trade_id", public_id(env, CNOP_ID_TRANSACTION, fill->trade_id, &id));
    cnop_json_str(writer, "order_id", public_id(env, CNOP_ID_ORDER, fill->order_id, &id));
    if (ours)
        cnop_json_null(writer, "client_order_id");
    else
        cnop_json_str(writer, "client_order_id", fill->client_order_id);
    cnop_json_str(writer, "asset_id", reader_symbol_of(env, fill->asset_id));
    cnop_json_text(writer, "side", buy ? "buy" : "sell");
    cnop_json_text(writer, "liquidity", fill->maker ? "maker" : "taker");
    cnop_json_price(writer, "price", fill->price, 2);
    cnop_json_qty(writer, "quantity", fill->qty, 0);
    cnop_json_cash(writer, "value", fill->quote, 2);
    cnop_json_cash(writer, "fee", fill->fee, 2);
    cnop_json_text(writer, "fee_asset_id", "USD");
    if (buy || !fill->has_cost)
        cnop_json_null(writer, "realised_pnl");
    else
        cnop_json_cash(writer, "realised_pnl",
                       (cnop_cash){fill->quote.e8 - fill->fee.e8 - fill->cost.e8}, 2);
    cnop_json_time(writer, "time", fill->time_us);
    cnop_json_object_close(writer);
}

static void
write_page(struct cnop_json_writer *writer, const struct reader_env *env,
           const struct reader_fills *fills)
{
    struct public_id id;

    cnop_assert(!fills->has_more || fills->count > 0);
    cnop_json_object_open(writer, NULL);
    cnop_json_array_open(writer, "data");
    for (size_t i = 0; i < fills->count; i++)
        write_fill(writer, env, &fills->list[i]);
    cnop_json_array_close(writer);
    cnop_json_bool(writer, "has_more", fills->has_more);
    if (fills->has_more)
        cnop_json_str(writer, "next_cursor",
                      public_id(env, CURSOR_PREFIX, fills->list[fills->count - 1].trade_id, &id));
    else
        cnop_json_null(writer, "next_cursor");
    cnop_json_object_close(writer);
}

enum cnop_err
reader_http_fills(struct cnop_request *req, struct cnop_response *res)
{
    cnop_cleanup(reader_store_view_done) struct cnop_snapshot *view = NULL;
    struct reader_env *env = cnop_request_env(req);
    struct reader_fills fills = {.count = 0};
    struct reader_fill_filter filter;
    enum cnop_err err = read_query(req, &filter);

    cnop_assert(cnop_request_user_id(req) > 0);
    if (err == CNOP_OK)
        err = reader_store_view(env->db, &view);
    if (err == CNOP_OK)
        err = reader_store_fills(view, cnop_request_arena(req), &filter, &fills);
    reader_store_view_done(&view);
    if ((err == CNOP_OK && fills.count == 0) || err == CNOP_E_NOT_FOUND)
        err = reader_check_caller(req);
    if (err != CNOP_OK)
        return err;
    write_page(cnop_response_json(res), env, &fills);
    return CNOP_OK;
}
