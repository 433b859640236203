/* SPDX-License-Identifier: MIT */
/* Endpoints of the reader: decode, query, encode. */
#include "fcgi_services/order/reader.h"

#include <string.h>

#include "fcgi_services/order/order_json.h"
#include "shared/base/clock.h"
#include "shared/ledger/command.h"

#define ASSETS_MAX_AGE_US 5000000
#define CURSOR_PREFIX 'c'
#define OFFSET_MAX 1000000
#define LIMIT_MAX 100
#define LIMIT_DEFAULT 50

static const char *const order_types[] = {"market_buy", "market_sell", "limit_buy", "limit_sell",
                                          NULL};
static const char *const sides[] = {"buy", "sell", NULL};
/* Index + 1 = place in status_columns. */
static const char *const statuses[] = {"pending",    "confirmed", "queued",    "triggered",
                                       "processing", "completed", "cancelled", "failed",
                                       "expired",    NULL};
/* Values of the column; 255: no stored order is ever in that state. */
static const uint8_t status_columns[] = {1, 255, 2, 255, 3, 4, 5, 255, 6};

struct list_query {
    struct cnop_str asset_id;
    unsigned order_type;
    unsigned side;
    unsigned status;
    int64_t from_us;
    int64_t to_us;
    uint64_t limit;
    uint64_t offset;
    struct cnop_str cursor;
};

#define NOT_GIVEN 99u

static const struct cnop_field list_fields[] = {
    CNOP_FIELD(struct list_query, asset_id, CNOP_K_STR, CNOP_RANGE(1, 10),
               CNOP_OPTIONAL | CNOP_TRIM),
    CNOP_FIELD(struct list_query, order_type, CNOP_K_ENUM, order_types, CNOP_OPTIONAL),
    CNOP_FIELD(struct list_query, side, CNOP_K_ENUM, sides, CNOP_OPTIONAL),
    CNOP_FIELD(struct list_query, status, CNOP_K_ENUM, statuses, CNOP_OPTIONAL),
    CNOP_FIELD_AS(struct list_query, from_us, "from", CNOP_K_TIME, CNOP_ANY, CNOP_OPTIONAL),
    CNOP_FIELD_AS(struct list_query, to_us, "to", CNOP_K_TIME, CNOP_ANY, CNOP_OPTIONAL),
    CNOP_FIELD(struct list_query, limit, CNOP_K_U64, CNOP_RANGE(1, LIMIT_MAX), CNOP_OPTIONAL),
    CNOP_FIELD(struct list_query, offset, CNOP_K_U64, CNOP_RANGE(0, OFFSET_MAX), CNOP_OPTIONAL),
    CNOP_FIELD(struct list_query, cursor, CNOP_K_STR, CNOP_RANGE(1, 200), CNOP_OPTIONAL),
};

/* ---- assets ---- */

/* A stale catalogue is better than none: a failed refresh only shows when there is none yet. */
static enum cnop_err
refresh_assets(struct cnop_request *req, struct reader_env *env)
{
    int64_t age_us = cnop_clock_monotonic_us() - env->assets.loaded_us;
    enum cnop_err err;

    if (env->assets.loaded_us != 0 && age_us < ASSETS_MAX_AGE_US)
        return CNOP_OK;
    err = reader_store_assets(env->db, cnop_request_arena(req), &env->assets);
    return env->assets.loaded_us != 0 ? CNOP_OK : err;
}

static struct cnop_str
symbol_of(const struct reader_env *env, uint16_t asset_id)
{
    for (size_t i = 0; i < env->assets.count; i++) {
        if (env->assets.list[i].id == asset_id)
            return cnop_str_make(env->assets.list[i].symbol, env->assets.list[i].symbol_len);
    }
    return asset_id == LEDGER_USD ? CNOP_STR("USD") : CNOP_STR("UNKNOWN");
}

/* NOT_FOUND: well formed, but no asset. */
static enum cnop_err
find_asset(const struct reader_env *env, struct cnop_str symbol, uint16_t *ret_id)
{
    for (size_t i = 0; i < env->assets.count; i++) {
        const struct reader_asset *asset = &env->assets.list[i];

        if (cnop_str_equal_nocase(symbol, cnop_str_make(asset->symbol, asset->symbol_len))) {
            *ret_id = asset->id;
            return CNOP_OK;
        }
    }
    return CNOP_E_NOT_FOUND;
}

static enum cnop_err
check_symbol(struct cnop_request *req, struct cnop_str symbol)
{
    if (symbol.len >= 1 && symbol.len <= READER_SYMBOL_BYTES && cnop_str_is_word(symbol, ""))
        return CNOP_OK;
    return cnop_request_fault(req, CNOP_E_INVALID, "asset_id",
                              "must be 1 to 10 letters and digits");
}

/* ---- encoding ---- */

static void
write_order(struct cnop_json_writer *writer, const char *key, const struct reader_env *env,
            const struct reader_order *order)
{
    const struct order_view view = {.id = order->id,
                                    .side = order->side,
                                    .symbol = symbol_of(env, order->asset_id),
                                    .qty = order->qty,
                                    .price = order->price,
                                    .total = order->total,
                                    .fee = order->fee,
                                    .client_order_id = order->client_order_id,
                                    .created_us = order->created_us};

    order_json_write(writer, key, &env->id_key, &view);
}

static void
write_trade(struct cnop_json_writer *writer, const struct reader_env *env,
            const struct reader_order *order)
{
    char memory[CNOP_PUBLIC_ID_LEN + 1];
    struct cnop_buf id;

    cnop_buf_init(&id, memory, sizeof(memory));
    cnop_id_format(&id, CNOP_ID_ORDER, &env->id_key, (uint64_t)order->id);
    cnop_json_object_open(writer, NULL);
    cnop_json_str(writer, "asset_id", symbol_of(env, order->asset_id));
    cnop_json_text(writer, "transaction_type", order->side == LEDGER_BUY ? "BUY" : "SELL");
    cnop_json_qty(writer, "quantity", order->qty, 0);
    cnop_json_price(writer, "price", order->price, 2);
    cnop_json_text(writer, "status", "COMPLETED");
    cnop_json_str(writer, "order_id", cnop_buf_view(&id));
    cnop_json_time(writer, "timestamp", order->created_us);
    cnop_json_object_close(writer);
}

static void
write_page_end(struct cnop_json_writer *writer, const struct reader_env *env,
               const struct reader_orders *orders)
{
    char memory[CNOP_PUBLIC_ID_LEN + 1];
    struct cnop_buf cursor;

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

/* ---- lists ---- */

static enum cnop_err
read_query(struct cnop_request *req, const struct reader_env *env, struct list_query *query,
           struct reader_filter *ret_filter)
{
    struct reader_filter filter = {.before_id = INT64_MAX};
    uint64_t before_id;
    enum cnop_err err;

    *query = (struct list_query){.order_type = NOT_GIVEN,
                                 .side = NOT_GIVEN,
                                 .status = NOT_GIVEN,
                                 .to_us = INT64_MAX,
                                 .limit = LIMIT_DEFAULT};
    err = cnop_request_decode_query(req, list_fields, CNOP_COUNT(list_fields), query);
    if (err != CNOP_OK)
        return err;
    if (!cnop_str_empty(query->cursor)) {
        if (cnop_id_parse(query->cursor, CURSOR_PREFIX, &env->id_key, &before_id) != CNOP_OK ||
            before_id > INT64_MAX)
            return cnop_request_fault(req, CNOP_E_INVALID, "cursor", "is not one of ours");
        filter.before_id = (int64_t)before_id;
        query->offset = 0;
    }
    if (query->order_type != NOT_GIVEN) {
        filter.side = query->order_type % 2 == 0 ? LEDGER_BUY : LEDGER_SELL;
        filter.type = query->order_type < 2 ? 1 : 2;
    }
    if (query->status != NOT_GIVEN)
        filter.status = status_columns[query->status];
    filter.account_id = (int64_t)cnop_request_user_id(req);
    filter.from_us = query->from_us;
    filter.to_us = query->to_us;
    filter.limit = (uint32_t)query->limit;
    filter.offset = query->offset;
    *ret_filter = filter;
    return CNOP_OK;
}

/* Side and order type may contradict each other: then there is nothing to find. */
static enum cnop_err
run_list(struct cnop_request *req, struct reader_env *env, const struct list_query *query,
         struct reader_filter *filter, struct reader_orders *ret_orders)
{
    uint8_t side = query->side == NOT_GIVEN ? 0 : (uint8_t)(query->side + LEDGER_BUY);

    if (side != 0 && filter->side != 0 && filter->side != side) {
        *ret_orders = (struct reader_orders){NULL, 0, false};
        return CNOP_OK;
    }
    if (side != 0)
        filter->side = side;
    return reader_store_list(env->db, cnop_request_arena(req), filter, ret_orders);
}

enum cnop_err
reader_http_list(struct cnop_request *req, struct cnop_response *res)
{
    struct reader_env *env = cnop_request_env(req);
    struct reader_orders orders = {NULL, 0, false};
    struct cnop_json_writer *writer;
    struct reader_filter filter;
    struct list_query query;
    bool nothing = false;
    enum cnop_err err;

    err = read_query(req, env, &query, &filter);
    if (err == CNOP_OK)
        err = refresh_assets(req, env);
    if (err == CNOP_OK && cnop_request_has_query(req, "asset_id")) {
        err = check_symbol(req, query.asset_id);
        if (err == CNOP_OK)
            nothing = find_asset(env, query.asset_id, &filter.asset_id) != CNOP_OK;
    }
    if (err == CNOP_OK && !nothing)
        err = run_list(req, env, &query, &filter, &orders);
    if (err != CNOP_OK)
        return err;
    writer = cnop_response_json(res);
    cnop_json_object_open(writer, NULL);
    cnop_json_array_open(writer, "data");
    for (size_t i = 0; i < orders.count; i++)
        write_order(writer, NULL, env, &orders.list[i]);
    cnop_json_array_close(writer);
    write_page_end(writer, env, &orders);
    cnop_json_object_close(writer);
    return CNOP_OK;
}

enum cnop_err
reader_http_asset(struct cnop_request *req, struct cnop_response *res)
{
    struct reader_env *env = cnop_request_env(req);
    struct cnop_str symbol = cnop_str_trim(cnop_request_path_param(req, "asset_id"));
    struct reader_orders orders;
    struct cnop_json_writer *writer;
    struct reader_filter filter;
    struct list_query query;
    enum cnop_err err;

    err = check_symbol(req, symbol);
    if (err == CNOP_OK)
        err = read_query(req, env, &query, &filter);
    if (err == CNOP_OK)
        err = refresh_assets(req, env);
    if (err == CNOP_OK)
        err = find_asset(env, symbol, &filter.asset_id);
    if (err == CNOP_OK)
        err = run_list(req, env, &query, &filter, &orders);
    if (err != CNOP_OK)
        return err;
    writer = cnop_response_json(res);
    cnop_json_object_open(writer, NULL);
    cnop_json_array_open(writer, "data");
    for (size_t i = 0; i < orders.count; i++)
        write_trade(writer, env, &orders.list[i]);
    cnop_json_array_close(writer);
    write_page_end(writer, env, &orders);
    cnop_json_object_close(writer);
    return CNOP_OK;
}

/* ---- single orders ---- */

static enum cnop_err
find_by_id(struct cnop_request *req, struct reader_env *env, struct reader_order *ret_order)
{
    uint64_t id;
    enum cnop_err err =
        cnop_id_parse(cnop_request_path_param(req, "order_id"), CNOP_ID_ORDER, &env->id_key, &id);

    if (err == CNOP_E_INVALID)
        return cnop_request_fault(req, err, "order_id", "is not an order id");
    if (err != CNOP_OK)
        return err;
    return reader_store_find(env->db, cnop_request_arena(req), (int64_t)cnop_request_user_id(req),
                             (int64_t)id, ret_order);
}

static void
answer_order(struct cnop_response *res, const struct reader_env *env,
             const struct reader_order *order)
{
    struct cnop_json_writer *writer = cnop_response_json(res);

    cnop_json_object_open(writer, NULL);
    write_order(writer, "data", env, order);
    cnop_json_object_close(writer);
}

enum cnop_err
reader_http_find(struct cnop_request *req, struct cnop_response *res)
{
    struct reader_env *env = cnop_request_env(req);
    struct reader_order order;
    enum cnop_err err = find_by_id(req, env, &order);

    if (err == CNOP_OK)
        err = refresh_assets(req, env);
    if (err == CNOP_OK)
        answer_order(res, env, &order);
    return err;
}

enum cnop_err
reader_http_find_key(struct cnop_request *req, struct cnop_response *res)
{
    struct reader_env *env = cnop_request_env(req);
    struct cnop_str key = cnop_request_path_param(req, "client_order_id");
    struct reader_order order;
    enum cnop_err err;

    if (key.len > LEDGER_KEY_BYTES || !cnop_str_is_word(key, "_-"))
        return cnop_request_fault(req, CNOP_E_INVALID, "client_order_id",
                                  "must be 1 to 64 letters, digits, '_' and '-'");
    err = reader_store_find_key(env->db, cnop_request_arena(req),
                                (int64_t)cnop_request_user_id(req), key, &order);
    if (err == CNOP_OK)
        err = refresh_assets(req, env);
    if (err == CNOP_OK)
        answer_order(res, env, &order);
    return err;
}

/* Every order that can be placed is filled at once: there is nothing left to cancel. */
enum cnop_err
reader_http_cancel(struct cnop_request *req, struct cnop_response *res)
{
    struct reader_order order;
    enum cnop_err err = find_by_id(req, cnop_request_env(req), &order);

    (void)res;
    return err == CNOP_OK ? CNOP_E_ORDER_FINAL : err;
}

/* ---- proof ---- */

static void
write_proof(struct cnop_json_writer *writer, const struct reader_env *env)
{
    const struct reader_proof *proof = &env->proof;
    char hex[2 * sizeof(proof->hash) + 1];
    bool balanced = proof->chain_ok;

    for (size_t i = 0; i < proof->sum_count; i++)
        balanced = balanced && proof->sums[i].sum_e8 == 0 && !proof->sums[i].below_floor;
    cnop_json_bool(writer, "balanced", balanced);
    cnop_json_array_open(writer, "assets");
    for (size_t i = 0; i < proof->sum_count; i++) {
        cnop_json_object_open(writer, NULL);
        cnop_json_str(writer, "asset_id", symbol_of(env, proof->sums[i].asset_id));
        cnop_json_qty(writer, "sum", (cnop_qty){proof->sums[i].sum_e8}, 0);
        cnop_json_u64(writer, "accounts", proof->sums[i].balance_count);
        cnop_json_object_close(writer);
    }
    cnop_json_array_close(writer);
    cnop_str_hex(proof->hash, sizeof(proof->hash), hex);
    cnop_json_object_open(writer, "journal");
    cnop_json_u64(writer, "seq", proof->seq);
    cnop_json_u64(writer, "epoch", proof->epoch);
    cnop_json_text(writer, "hash", hex);
    cnop_json_object_close(writer);
    cnop_json_time(writer, "generated_at", proof->made_us);
}

enum cnop_err
reader_http_proof(struct cnop_request *req, struct cnop_response *res)
{
    struct reader_env *env = cnop_request_env(req);
    int64_t age_us = cnop_clock_wall_us() - env->proof.made_us;
    struct cnop_json_writer *writer;
    enum cnop_err err = refresh_assets(req, env);

    if (err == CNOP_OK && (env->proof.made_us == 0 || age_us < 0 ||
                           age_us > (int64_t)env->config->proof_max_age * 1000))
        err = reader_store_proof(env->db, cnop_request_arena(req), &env->proof);
    if (err != CNOP_OK)
        return err;
    writer = cnop_response_json(res);
    cnop_json_object_open(writer, NULL);
    cnop_json_object_open(writer, "data");
    write_proof(writer, env);
    cnop_json_object_close(writer);
    cnop_json_object_close(writer);
    return CNOP_OK;
}
