/* SPDX-License-Identifier: MIT */
/* Single orders, the proof, and what all endpoints of the reader need: decode, query, encode. */
#include "fcgi_services/order/reader_http.h"

#include <string.h>

#include "fcgi_services/order/order_codes.h"
#include "fcgi_services/order/order_json.h"
#include "shared/base/clock.h"
#include "shared/ledger/command.h"

#define ASSETS_MAX_AGE_US 5000000

/* ---- assets ---- */

/* A stale catalogue is better than none: a failed refresh only shows when there is none yet. */
enum cnop_err
reader_refresh_assets(struct cnop_request *req, struct reader_env *env)
{
    int64_t age_us = cnop_clock_monotonic_us() - env->assets.loaded_us;
    enum cnop_err err;

    cnop_assert(env->assets.loaded_us == 0 || age_us >= 0);
    if (env->assets.loaded_us != 0 && age_us < ASSETS_MAX_AGE_US)
        return CNOP_OK;
    err = reader_store_assets(env->db, cnop_request_arena(req), &env->assets);
    return env->assets.loaded_us != 0 ? CNOP_OK : err;
}

struct cnop_str
reader_symbol_of(const struct reader_env *env, uint16_t asset_id)
{
    cnop_assert(env->assets.count <= READER_ASSET_MAX);
    for (size_t i = 0; i < env->assets.count; i++) {
        if (env->assets.list[i].id == asset_id)
            return cnop_str_make(env->assets.list[i].symbol, env->assets.list[i].symbol_len);
    }
    return asset_id == LEDGER_USD ? CNOP_STR("USD") : CNOP_STR("UNKNOWN");
}

enum cnop_err
reader_find_asset(const struct reader_env *env, struct cnop_str symbol, uint16_t *ret_id)
{
    cnop_assert(env->assets.count <= READER_ASSET_MAX);
    cnop_assert(symbol.len > 0);
    for (size_t i = 0; i < env->assets.count; i++) {
        const struct reader_asset *asset = &env->assets.list[i];

        if (cnop_str_equal_nocase(symbol, cnop_str_make(asset->symbol, asset->symbol_len))) {
            *ret_id = asset->id;
            return CNOP_OK;
        }
    }
    return CNOP_E_NOT_FOUND;
}

enum cnop_err
reader_check_symbol(struct cnop_request *req, struct cnop_str symbol)
{
    if (symbol.len >= 1 && symbol.len <= READER_SYMBOL_BYTES && cnop_str_is_word(symbol, ""))
        return CNOP_OK;
    return cnop_request_fault(req, CNOP_E_INVALID, "asset_id",
                              "must be 1 to 10 letters and digits");
}

/* ---- callers ---- */

enum cnop_err
reader_check_caller(struct cnop_request *req)
{
    struct reader_env *env = cnop_request_env(req);

    cnop_assert(cnop_request_user_id(req) > 0);
    return reader_store_find_user(env->db, cnop_request_arena(req),
                                  (int64_t)cnop_request_user_id(req));
}

enum cnop_err
reader_missing(struct cnop_request *req, enum cnop_err err)
{
    enum cnop_err caller;

    if (err != CNOP_E_NOT_FOUND)
        return err;
    caller = reader_check_caller(req);
    return caller == CNOP_OK ? err : caller;
}

/* ---- encoding ---- */

cnop_price
reader_order_price(const struct reader_order *order)
{
    cnop_price average = order->price;

    if (order->type != ORDER_KIND_MARKET && order->qty.e8 > 0 &&
        cnop_average_price_round(order->total, order->qty, &average) != CNOP_OK)
        return order->price;
    return average;
}

cnop_cash
reader_order_gain(const struct reader_order *order)
{
    cnop_assert(order->has_cost);
    return (cnop_cash){order->total.e8 - order->fee.e8 - order->cost.e8};
}

void
reader_write_order(struct cnop_json_writer *writer, const char *key, const struct reader_env *env,
                   const struct reader_order *order)
{
    const struct order_view view = {.id = order->id,
                                    .side = order->side,
                                    .kind = order->type,
                                    .status = order->status,
                                    .symbol = reader_symbol_of(env, order->asset_id),
                                    .qty = order->asked,
                                    .price = order->price,
                                    .stop = order->stop,
                                    .total = order->total,
                                    .fee = order->fee,
                                    .client_order_id = order->client_order_id,
                                    .created_us = order->created_us,
                                    .filled = order->qty,
                                    .hold_e8 = order->hold_e8,
                                    .updated_us = order->updated_us,
                                    .expires_us = order->expires_us,
                                    .tif = order->tif,
                                    .reason = order->reason,
                                    .post_only = order->post_only};

    cnop_assert(order->id > 0);
    cnop_assert(order->side == LEDGER_BUY || order->side == LEDGER_SELL);
    order_json_write(writer, key, &env->id_key, &view);
}

/* ---- single orders ---- */

static enum cnop_err
find_by_id(struct cnop_request *req, struct reader_env *env, struct reader_order *ret_order)
{
    uint64_t id;
    enum cnop_err err =
        cnop_id_parse(cnop_request_path_param(req, "order_id"), CNOP_ID_ORDER, &env->id_key, &id);

    cnop_assert(cnop_request_user_id(req) > 0);
    if (err == CNOP_E_INVALID)
        return cnop_request_fault(req, err, "order_id", "must be 10 to 50 letters, digits and '_'");
    if (err != CNOP_OK)
        return err;
    return reader_store_find(env->db, cnop_request_arena(req), (int64_t)cnop_request_user_id(req),
                             (int64_t)id, ret_order);
}

static enum cnop_err
answer_order(struct cnop_request *req, struct cnop_response *res, const struct reader_order *order)
{
    struct reader_env *env = cnop_request_env(req);
    struct cnop_json_writer *writer;
    enum cnop_err err = reader_refresh_assets(req, env);

    cnop_assert(order->id > 0);
    if (err != CNOP_OK)
        return err;
    writer = cnop_response_json(res);
    cnop_json_object_open(writer, NULL);
    reader_write_order(writer, "data", env, order);
    cnop_json_object_close(writer);
    return CNOP_OK;
}

enum cnop_err
reader_http_find(struct cnop_request *req, struct cnop_response *res)
{
    struct reader_order order;
    enum cnop_err err = find_by_id(req, cnop_request_env(req), &order);

    return err == CNOP_OK ? answer_order(req, res, &order) : reader_missing(req, err);
}

enum cnop_err
reader_http_find_key(struct cnop_request *req, struct cnop_response *res)
{
    struct reader_env *env = cnop_request_env(req);
    struct cnop_str key = cnop_request_path_param(req, "client_order_id");
    struct reader_order order;
    enum cnop_err err;

    cnop_assert(cnop_request_user_id(req) > 0);
    if (!order_client_id_fits(key))
        return cnop_request_fault(req, CNOP_E_INVALID, "client_order_id",
                                  "must be 1 to 64 letters, digits, '_' and '-'");
    err = reader_store_find_key(env->db, cnop_request_arena(req),
                                (int64_t)cnop_request_user_id(req), key, &order);
    return err == CNOP_OK ? answer_order(req, res, &order) : reader_missing(req, err);
}

/* ---- proof ---- */

/* How far the engine's own verification has come. What it has found is the operator's to read. */
static void
write_pass(struct cnop_json_writer *writer, const struct reader_proof *proof)
{
    cnop_json_object_open(writer, "verification");
    cnop_json_time_or_null(writer, "began_at", proof->pass_started_us);
    cnop_json_time_or_null(writer, "ended_at", proof->pass_ended_us);
    cnop_json_u64(writer, "accounts", proof->pass_accounts);
    cnop_json_u64(writer, "journal_seq", proof->pass_seq);
    cnop_json_u64(writer, "findings", proof->findings);
    cnop_json_object_close(writer);
}

static void
write_proof(struct cnop_json_writer *writer, const struct reader_env *env)
{
    const struct reader_proof *proof = &env->proof;
    char hex[2 * sizeof(proof->hash) + 1];
    bool balanced = proof->chain_ok && proof->findings == 0;

    cnop_assert(proof->sum_count <= READER_ASSET_MAX);
    cnop_assert(proof->made_us > 0);
    for (size_t i = 0; i < proof->sum_count; i++)
        balanced = balanced && proof->sums[i].sum_e8 == 0 && !proof->sums[i].below_floor;
    cnop_json_bool(writer, "balanced", balanced);
    cnop_json_array_open(writer, "assets");
    for (size_t i = 0; i < proof->sum_count; i++) {
        cnop_json_object_open(writer, NULL);
        cnop_json_str(writer, "asset_id", reader_symbol_of(env, proof->sums[i].asset_id));
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
    write_pass(writer, proof);
    cnop_json_time(writer, "generated_at", proof->made_us);
}

enum cnop_err
reader_http_proof(struct cnop_request *req, struct cnop_response *res)
{
    struct reader_env *env = cnop_request_env(req);
    int64_t age_us = cnop_clock_wall_us() - env->proof.made_us;
    struct cnop_json_writer *writer;
    enum cnop_err err = reader_refresh_assets(req, env);

    cnop_assert(env != NULL);
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
