/* SPDX-License-Identifier: MIT */
/* Markets for everybody: decode, look at the board, encode. No database and no engine is asked: an
 * answer costs a copy of a few kilobytes. */
#include "fcgi_services/order/market_json.h"
#include "fcgi_services/order/reader_http.h"
#include "shared/base/clock.h"

#define FRESH "public, no-cache"
#define LEVELS_DEFAULT 20
#define TRADES_DEFAULT 50
#define TRADES_MAX 100

static enum cnop_err
look(struct cnop_request *req, struct market_view *view)
{
    struct reader_env *env = cnop_request_env(req);
    enum cnop_err err = board_view_look(&env->board, env->config->board_file);

    cnop_assert(env != NULL);
    if (err != CNOP_OK)
        return cnop_request_detail(req, err, "The order engine shows no markets at the moment.");
    view->rules = &env->board.page->rules;
    view->id_key = &env->id_key;
    view->now_us = cnop_clock_wall_us();
    return CNOP_OK;
}

/* The market of the path. */
static enum cnop_err
find(struct cnop_request *req, bool brief, struct board_market *market, struct market_view *view)
{
    struct reader_env *env = cnop_request_env(req);
    struct cnop_str symbol = cnop_str_trim(cnop_request_path_param(req, "asset_id"));
    uint16_t asset_id;
    enum cnop_err err = reader_check_symbol(req, symbol);

    if (err == CNOP_OK)
        err = look(req, view);
    if (err != CNOP_OK)
        return err;
    err = board_view_find(&env->board, symbol, &asset_id);
    if (err != CNOP_OK)
        return cnop_request_detail(req, err, "There is no market %.*s.", CNOP_STR_ARG(symbol));
    view->market = market;
    return board_view_read(&env->board, asset_id, brief, market);
}

/* ---- one market ---- */

static struct cnop_json_writer *
begin(struct cnop_response *res)
{
    struct cnop_json_writer *writer = cnop_response_json(res);

    cnop_response_cache_control(res, FRESH);
    cnop_json_object_open(writer, NULL);
    return writer;
}

enum cnop_err
market_http_get(struct cnop_request *req, struct cnop_response *res)
{
    struct board_market market;
    struct market_view view;
    struct cnop_json_writer *writer;
    enum cnop_err err = find(req, true, &market, &view);

    if (err != CNOP_OK)
        return err;
    writer = begin(res);
    market_json_market(writer, "data", &view);
    cnop_json_object_close(writer);
    return CNOP_OK;
}

/* Not brief: the best prices are those of its levels. */
enum cnop_err
market_http_ticker(struct cnop_request *req, struct cnop_response *res)
{
    struct board_market market;
    struct market_view view;
    struct cnop_json_writer *writer;
    enum cnop_err err = find(req, false, &market, &view);

    if (err != CNOP_OK)
        return err;
    writer = begin(res);
    market_json_ticker(writer, "data", &view);
    cnop_json_object_close(writer);
    return CNOP_OK;
}

struct count_query {
    uint64_t levels;
    uint64_t limit;
    uint64_t offset;
};

static const struct cnop_field book_fields[] = {
    CNOP_FIELD(struct count_query, levels, CNOP_K_U64, CNOP_RANGE(1, BOARD_LEVELS), CNOP_OPTIONAL),
};

enum cnop_err
market_http_book(struct cnop_request *req, struct cnop_response *res)
{
    struct count_query query = {.levels = LEVELS_DEFAULT};
    struct board_market market;
    struct market_view view;
    struct cnop_json_writer *writer;
    enum cnop_err err =
        cnop_request_decode_query(req, book_fields, CNOP_COUNT(book_fields), &query);

    if (err == CNOP_OK)
        err = find(req, false, &market, &view);
    if (err != CNOP_OK)
        return err;
    writer = begin(res);
    market_json_book(writer, "data", &view, (uint32_t)query.levels);
    cnop_json_object_close(writer);
    return CNOP_OK;
}

static const struct cnop_field trade_fields[] = {
    CNOP_FIELD(struct count_query, limit, CNOP_K_U64, CNOP_RANGE(1, TRADES_MAX), CNOP_OPTIONAL),
};

enum cnop_err
market_http_trades(struct cnop_request *req, struct cnop_response *res)
{
    struct count_query query = {.limit = TRADES_DEFAULT};
    struct board_market market;
    struct market_view view;
    struct cnop_json_writer *writer;
    enum cnop_err err =
        cnop_request_decode_query(req, trade_fields, CNOP_COUNT(trade_fields), &query);

    if (err == CNOP_OK)
        err = find(req, false, &market, &view);
    if (err != CNOP_OK)
        return err;
    writer = begin(res);
    market_json_trades(writer, "data", &view, (uint32_t)query.limit);
    cnop_json_object_close(writer);
    return CNOP_OK;
}

/* ---- all of them ---- */

#define LIST_MAX 250

static const struct cnop_field list_fields[] = {
    CNOP_FIELD(struct count_query, limit, CNOP_K_U64, CNOP_RANGE(1, LIST_MAX), CNOP_OPTIONAL),
    CNOP_FIELD(struct count_query, offset, CNOP_K_U64, CNOP_RANGE(0, BOARD_MARKETS), CNOP_OPTIONAL),
};

/* In the order of the catalogue's numbers. */
static enum cnop_err
write_list(struct cnop_request *req, const struct count_query *query, struct market_view *view,
           struct cnop_json_writer *writer)
{
    const struct reader_env *env = cnop_request_env(req);
    uint64_t found = 0;

    cnop_json_array_open(writer, "data");
    for (uint16_t id = LEDGER_USD + 1; id < BOARD_MARKETS; id++) {
        struct board_market market;
        enum cnop_err err = board_view_read(&env->board, id, true, &market);

        if (err != CNOP_OK)
            return err;
        if (!market.asset.known)
            continue;
        view->market = &market;
        if (found >= query->offset && found - query->offset < query->limit)
            market_json_market(writer, NULL, view);
        found++;
    }
    cnop_json_array_close(writer);
    cnop_json_u64(writer, "total_count", found);
    cnop_json_bool(writer, "has_more", found > query->offset + query->limit);
    return CNOP_OK;
}

enum cnop_err
market_http_list(struct cnop_request *req, struct cnop_response *res)
{
    struct count_query query = {.limit = LIST_MAX};
    struct market_view view;
    struct cnop_json_writer *writer;
    enum cnop_err err =
        cnop_request_decode_query(req, list_fields, CNOP_COUNT(list_fields), &query);

    if (err == CNOP_OK)
        err = look(req, &view);
    if (err != CNOP_OK)
        return err;
    writer = begin(res);
    err = write_list(req, &query, &view, writer);
    if (err != CNOP_OK) {
        cnop_response_clear(res);
        return err;
    }
    cnop_json_object_close(writer);
    return CNOP_OK;
}
