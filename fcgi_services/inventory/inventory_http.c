/* SPDX-License-Identifier: MIT */
/* HTTP adapter of the catalogue: reads are public, answer from the newest list and carry an entity
 * tag. No rules about prices or assets here, and no SQL. */
#include "fcgi_services/inventory/inventory_http.h"

#include "fcgi_services/inventory/asset_encode.h"
#include "fcgi_services/inventory/inventory_env.h"
#include "fcgi_services/inventory/inventory_store.h"
#include "shared/base/secret.h"

/* ---- what all of them need ---- */

/* {asset_id} of the path as a symbol; names the fault. */
static enum cnop_err
path_symbol(struct cnop_request *req, struct cnop_str *ret_symbol)
{
    enum cnop_err err = asset_symbol_parse(cnop_request_arena(req),
                                           cnop_request_path_param(req, "asset_id"), ret_symbol);

    if (err == CNOP_E_INVALID)
        return cnop_request_fault(req, err, "asset_id", "must be 1 to 10 letters or digits");
    return err;
}

static enum cnop_err
find_asset(struct cnop_request *req, const struct asset **ret_asset)
{
    struct inventory_env *env = cnop_request_env(req);
    const struct asset_list *list;
    const struct asset *asset;
    struct cnop_str symbol;
    enum cnop_err err;

    err = path_symbol(req, &symbol);
    if (err != CNOP_OK)
        return err;
    err = asset_source_get(&env->assets, &list);
    if (err != CNOP_OK)
        return err;
    asset = asset_list_find(list, symbol);
    if (asset == NULL)
        return cnop_request_detail(req, CNOP_E_NOT_FOUND, "There is no asset %.*s.",
                                   CNOP_STR_ARG(symbol));
    *ret_asset = asset;
    return CNOP_OK;
}

/* True when the list in If-None-Match names the tag (weak comparison, RFC 9110 13.1.2). */
static bool
matches_etag(struct cnop_str header, struct cnop_str tag)
{
    while (!cnop_str_empty(header)) {
        struct cnop_str item;

        cnop_str_cut(header, ',', &item, &header);
        item = cnop_str_trim(item);
        if (cnop_str_has_prefix(item, CNOP_STR("W/")))
            item = cnop_str_make(item.ptr + 2, item.len - 2);
        if (cnop_str_equal(item, tag) || cnop_str_equal(item, CNOP_STR("*")))
            return true;
    }
    return false;
}

/* Puts an entity tag on the finished body, or turns it into a 304. */
static void
finish_read(struct cnop_request *req, struct cnop_response *res, const char *cache_control)
{
    static const unsigned char tag_key[16] = "cnop-entity-tag";
    struct cnop_str body = cnop_response_body(res);
    char tag[19];

    snprintf(tag, sizeof(tag), "\"%016llx\"",
             (unsigned long long)cnop_secret_siphash(tag_key, body.ptr, body.len));
    if (matches_etag(cnop_request_header(req, "If-None-Match"), cnop_str_from(tag))) {
        cnop_response_clear(res);
        cnop_response_no_content(res);
        cnop_response_status(res, 304);
    }
    cnop_response_header(res, "ETag", "%s", tag);
    cnop_response_cache_control(res, cache_control);
}

/* ---- reads ---- */

static const char *const sort_names[] = {"rank",       "name",   "price", "change_24h",
                                         "market_cap", "volume", NULL};
static const char *const order_names[] = {"asc", "desc", NULL};

struct list_query {
    struct asset_query query;
    unsigned order;
};

static const struct cnop_field list_fields[] = {
    CNOP_FIELD_AS(struct list_query, query.active_only, "active_only", CNOP_K_BOOL, CNOP_ANY,
                  CNOP_OPTIONAL),
    CNOP_FIELD_AS(struct list_query, query.limit, "limit", CNOP_K_U64, CNOP_RANGE(1, 250),
                  CNOP_OPTIONAL),
    CNOP_FIELD_AS(struct list_query, query.offset, "offset", CNOP_K_U64, CNOP_RANGE(0, 1000000),
                  CNOP_OPTIONAL),
    CNOP_FIELD_AS(struct list_query, query.search, "search", CNOP_K_STR, CNOP_RANGE(0, 50),
                  CNOP_OPTIONAL | CNOP_TRIM),
    CNOP_FIELD_AS(struct list_query, query.category, "category", CNOP_K_STR, CNOP_RANGE(0, 50),
                  CNOP_OPTIONAL | CNOP_TRIM),
    CNOP_FIELD_AS(struct list_query, query.sort, "sort", CNOP_K_ENUM, sort_names, CNOP_OPTIONAL),
    CNOP_FIELD(struct list_query, order, CNOP_K_ENUM, order_names, CNOP_OPTIONAL),
};

/* GET /inventory/assets: one page of the catalogue. */
enum cnop_err
inventory_http_list(struct cnop_request *req, struct cnop_response *res)
{
    struct inventory_env *env = cnop_request_env(req);
    struct list_query wanted = {.query = {.active_only = true, .limit = 50}};
    const struct asset_list *list;
    struct cnop_json_writer *json;
    struct asset_page page;
    enum cnop_err err;

    err = cnop_request_decode_query(req, list_fields, CNOP_COUNT(list_fields), &wanted);
    if (err != CNOP_OK)
        return err;
    if (!cnop_str_is_word(wanted.query.category, "-"))
        return cnop_request_fault(req, CNOP_E_INVALID, "category",
                                  "must hold letters, digits and hyphens only");
    wanted.query.descending = wanted.order == 1;
    err = asset_source_get(&env->assets, &list);
    if (err != CNOP_OK)
        return err;
    err = asset_page_select(cnop_request_arena(req), list, &wanted.query, &page);
    if (err != CNOP_OK)
        return err;

    json = cnop_response_json(res);
    cnop_json_object_open(json, NULL);
    cnop_json_array_open(json, "data");
    for (size_t i = 0; i < page.count; i++)
        asset_encode(json, NULL, page.items[i], NULL);
    cnop_json_array_close(json);
    cnop_json_u64(json, "total_count", list->count);
    cnop_json_u64(json, "active_count", page.active_count);
    cnop_json_u64(json, "matched_count", page.matched_count);
    cnop_json_bool(json, "has_more", page.has_more);
    cnop_json_object_close(json);
    finish_read(req, res, "public, no-cache");
    return CNOP_OK;
}

/* GET /inventory/assets/{asset_id}: everything known about one asset. */
enum cnop_err
inventory_http_get(struct cnop_request *req, struct cnop_response *res)
{
    const struct inventory_env *env = cnop_request_env(req);
    struct cnop_json_writer *json;
    const struct asset *asset;
    enum cnop_err err;

    err = find_asset(req, &asset);
    if (err != CNOP_OK)
        return err;
    json = cnop_response_json(res);
    cnop_json_object_open(json, NULL);
    asset_encode(json, "data", asset, &env->rules);
    cnop_json_object_close(json);
    finish_read(req, res, "public, no-cache");
    return CNOP_OK;
}

struct candle_query {
    uint64_t limit;
    unsigned interval;
};

static const char *const interval_names[] = {"1m", "5m", "15m", "1h", "4h", "1d", NULL};
_Static_assert(CNOP_COUNT(interval_names) == CANDLE_SPAN_COUNT + 1, "one name a span");

static const struct cnop_field candle_fields[] = {
    CNOP_FIELD(struct candle_query, interval, CNOP_K_ENUM, interval_names, CNOP_OPTIONAL),
    CNOP_FIELD(struct candle_query, limit, CNOP_K_U64, CNOP_RANGE(1, 1000), CNOP_OPTIONAL),
};

/* GET /inventory/assets/{asset_id}/candles: the newest candles of one span, oldest first. */
enum cnop_err
inventory_http_candles(struct cnop_request *req, struct cnop_response *res)
{
    struct inventory_env *env = cnop_request_env(req);
    struct candle_query wanted = {.limit = 200, .interval = 3};
    struct cnop_json_writer *json;
    struct candle_list candles;
    const struct asset *asset;
    enum cnop_err err;

    err = cnop_request_decode_query(req, candle_fields, CNOP_COUNT(candle_fields), &wanted);
    if (err != CNOP_OK)
        return err;
    err = find_asset(req, &asset);
    if (err != CNOP_OK)
        return err;
    err = inventory_store_candles(env->db, cnop_request_arena(req), asset->id,
                                  candle_spans[wanted.interval].span_s, wanted.limit, &candles);
    if (err != CNOP_OK)
        return err;

    json = cnop_response_json(res);
    cnop_json_object_open(json, NULL);
    cnop_json_str(json, "asset_id", asset->symbol);
    cnop_json_text(json, "interval", candle_spans[wanted.interval].name);
    cnop_json_array_open(json, "data");
    for (size_t i = 0; i < candles.count; i++)
        candle_encode(json, &candles.items[i]);
    cnop_json_array_close(json);
    cnop_json_object_close(json);
    finish_read(req, res, "public, no-cache");
    return CNOP_OK;
}
