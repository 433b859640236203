/* SPDX-License-Identifier: MIT */
/* The reader of the order domain: lists, single orders, the proof. Reads only. */
#ifndef CNOP_ORDER_READER_HTTP_H
#define CNOP_ORDER_READER_HTTP_H

#include "fcgi_services/order/board.h"
#include "fcgi_services/order/reader_store.h"
#include "shared/config/db_config.h"
#include "shared/web/period.h"
#include "shared/web/web.h"

struct reader_config {
    struct cnop_web_config web;
    struct cnop_db_config db;
    const char *order_id_key_file;
    const char *board_file;
    uint64_t proof_max_age; /* ms */
};

/* One a handler thread. */
struct reader_env {
    const struct reader_config *config;
    struct cnop_db *db;
    struct cnop_id_key id_key;
    struct reader_assets assets;
    struct reader_proof proof;
    struct board_view board;
};

/* ---- endpoints ---- */
enum cnop_err reader_http_list(struct cnop_request *req, struct cnop_response *res);
enum cnop_err reader_http_find(struct cnop_request *req, struct cnop_response *res);
enum cnop_err reader_http_find_key(struct cnop_request *req, struct cnop_response *res);
enum cnop_err reader_http_fills(struct cnop_request *req, struct cnop_response *res);
enum cnop_err reader_http_events(struct cnop_request *req, struct cnop_response *res);
enum cnop_err reader_http_asset(struct cnop_request *req, struct cnop_response *res);
enum cnop_err reader_http_proof(struct cnop_request *req, struct cnop_response *res);
enum cnop_err reader_http_export_orders(struct cnop_request *req, struct cnop_response *res);
enum cnop_err reader_http_export_trades(struct cnop_request *req, struct cnop_response *res);

/* Of markets, for anybody. */
enum cnop_err market_http_list(struct cnop_request *req, struct cnop_response *res);
enum cnop_err market_http_get(struct cnop_request *req, struct cnop_response *res);
enum cnop_err market_http_book(struct cnop_request *req, struct cnop_response *res);
enum cnop_err market_http_trades(struct cnop_request *req, struct cnop_response *res);
enum cnop_err market_http_ticker(struct cnop_request *req, struct cnop_response *res);

/* ---- shared by them ---- */
cnop_must_check enum cnop_err reader_refresh_assets(struct cnop_request *req,
                                                    struct reader_env *env);
struct cnop_str reader_symbol_of(const struct reader_env *env, uint16_t asset_id);
/* Of an answer without anything in it: OK if the caller is there to have nothing, else what the
 * answer is instead. */
cnop_must_check enum cnop_err reader_check_caller(struct cnop_request *req);
/* Hands err on; of NOT_FOUND as above. */
cnop_must_check enum cnop_err reader_missing(struct cnop_request *req, enum cnop_err err);
/* NOT_FOUND: well formed, but no asset. */
cnop_must_check enum cnop_err reader_find_asset(const struct reader_env *env,
                                                struct cnop_str symbol, uint16_t *ret_id);
/* INVALID, with a fault on asset_id. */
cnop_must_check enum cnop_err reader_check_symbol(struct cnop_request *req, struct cnop_str symbol);
/* Of its fills: the average of an order with a limit. */
cnop_price reader_order_price(const struct reader_order *order);
/* Of a sale: received, the fee taken off, less what was sold had cost on average. */
cnop_cash reader_order_gain(const struct reader_order *order);
void reader_write_order(struct cnop_json_writer *writer, const char *key,
                        const struct reader_env *env, const struct reader_order *order);

/* What a list or an export asks for. */
struct reader_query {
    struct reader_filter filter;
    struct cnop_period period;
    uint64_t offset;
    bool nothing; /* the filters contradict each other, or name what does not exist */
};

/* From the query string, and for a path that names an asset: symbol. INVALID; NOT_FOUND: no asset
 * of that symbol. */
cnop_must_check enum cnop_err reader_query_read(struct cnop_request *req, struct cnop_str symbol,
                                                struct reader_query *ret_query);
/* Turns the period into ids, inside the view that will be read. NOT_FOUND: nothing is left. */
cnop_must_check enum cnop_err reader_query_settle(struct cnop_snapshot *view,
                                                  struct cnop_arena *arena,
                                                  struct reader_query *query);

#endif
