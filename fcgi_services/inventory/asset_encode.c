/* SPDX-License-Identifier: MIT */
/* Writes what it is given; knows no requests and computes nothing but units. */
#include "fcgi_services/inventory/asset_encode.h"

static void
encode_price(struct cnop_json_writer *json, const char *key, cnop_price price)
{
    if (price.e10 == 0)
        cnop_json_null(json, key);
    else
        cnop_json_price_number(json, key, price, 0);
}

static void
encode_count(struct cnop_json_writer *json, const char *key, int64_t count)
{
    if (count == ASSET_UNKNOWN)
        cnop_json_null(json, key);
    else
        cnop_json_i64(json, key, count);
}

/* A JSON number given in units of 10^-8. */
static void
encode_e8(struct cnop_json_writer *json, const char *key, int64_t e8)
{
    char memory[32];
    struct cnop_buf text;

    cnop_buf_init(&text, memory, sizeof(memory));
    cnop_qty_format(&text, (cnop_qty){e8}, 0);
    cnop_json_raw(json, key, cnop_buf_view(&text));
}

/* Percent with four decimals. */
static void
encode_change(struct cnop_json_writer *json, const char *key, cnop_price now, cnop_price then)
{
    int64_t ppm;

    if (!asset_change_ppm(now, then, &ppm) || ppm > INT64_MAX / 10000)
        cnop_json_null(json, key);
    else
        encode_e8(json, key, ppm * (CNOP_E8 / 10000));
}

static void
encode_cents(struct cnop_json_writer *json, const char *key, int64_t cents)
{
    char memory[32];
    struct cnop_buf text;

    cnop_buf_init(&text, memory, sizeof(memory));
    cnop_buf_printf(&text, "%lld.%02d", (long long)(cents / 100), (int)(cents % 100));
    cnop_json_raw(json, key, cnop_buf_view(&text));
}

static void
encode_market_cap(struct cnop_json_writer *json, const struct asset *asset)
{
    int64_t cents;

    if (asset_market_cap_cents(asset, &cents))
        encode_cents(json, "market_cap", cents);
    else
        cnop_json_null(json, "market_cap");
}

static void
encode_history(struct cnop_json_writer *json, const struct asset *asset)
{
    bool has_change = asset->price.e10 != 0 && asset->open_24h.e10 != 0;

    if (has_change)
        cnop_json_price_number(json, "price_change_24h",
                               (cnop_price){asset->price.e10 - asset->open_24h.e10}, 0);
    else
        cnop_json_null(json, "price_change_24h");
    encode_change(json, "price_change_percentage_7d", asset->price, asset->open_7d);
    encode_change(json, "price_change_percentage_30d", asset->price, asset->open_30d);
    encode_price(json, "high_24h", asset->high_24h);
    encode_price(json, "low_24h", asset->low_24h);
    encode_count(json, "circulating_supply", asset->circulating);
    encode_count(json, "total_supply", asset->total);
    encode_count(json, "max_supply", asset->max);
    encode_price(json, "ath", asset->ath);
    encode_change(json, "ath_change_percentage", asset->price, asset->ath);
    cnop_json_time_or_null(json, "ath_date", asset->ath_us);
    encode_price(json, "atl", asset->atl);
    encode_change(json, "atl_change_percentage", asset->price, asset->atl);
    cnop_json_time_or_null(json, "atl_date", asset->atl_us);
}

static const char *
state_of(const struct asset *asset)
{
    if (!asset->active)
        return "closed";
    return asset->halted ? "halted" : "trading";
}

static void
encode_rules(struct cnop_json_writer *json, const struct asset *asset,
             const struct asset_rules *rules)
{
    cnop_json_text(json, "state", state_of(asset));
    cnop_json_qty(json, "quantity_step", (cnop_qty){1}, 0);
    cnop_json_qty(json, "min_quantity", rules->min_qty, 3);
    cnop_json_cash(json, "min_order_value", rules->min_value, 2);
    cnop_json_cash(json, "max_order_value", rules->max_value, 2);
}

void
asset_encode(struct cnop_json_writer *json, const char *key, const struct asset *asset,
             const struct asset_rules *rules)
{
    cnop_assert(asset->symbol.len > 0);
    cnop_json_object_open(json, key);
    cnop_json_str(json, "asset_id", asset->symbol);
    cnop_json_str(json, "name", asset->name);
    cnop_json_str_or_null(json, "description", asset->description);
    cnop_json_str(json, "category", asset->category);
    cnop_json_price_number(json, "price_usd", asset->price, 0);
    cnop_json_bool(json, "is_active", asset->active);
    cnop_json_bool(json, "halted", asset->halted);
    cnop_json_str(json, "symbol", asset->symbol);
    cnop_json_str_or_null(json, "image", asset->image);
    if (asset->rank == 0)
        cnop_json_null(json, "market_cap_rank");
    else
        cnop_json_u64(json, "market_cap_rank", asset->rank);
    encode_change(json, "price_change_percentage_24h", asset->price, asset->open_24h);
    encode_market_cap(json, asset);
    encode_count(json, "total_volume_24h", asset->volume_24h_usd);
    if (asset->price.e10 == 0)
        cnop_json_null(json, "price_tick");
    else
        cnop_json_price(json, "price_tick", asset_price_tick(asset->price), 0);
    if (rules != NULL) {
        cnop_json_text(json, "availability_status",
                       asset->active && !asset->halted ? "available" : "unavailable");
        encode_history(json, asset);
        cnop_json_time_or_null(json, "last_updated", asset->price_us);
        encode_rules(json, asset, rules);
    }
    cnop_json_object_close(json);
}

void
candle_encode(struct cnop_json_writer *json, const struct candle *candle)
{
    char memory[48];
    struct cnop_buf units;

    cnop_assert(candle->span_s > 0);
    cnop_buf_init(&units, memory, sizeof(memory));
    candle_base_format(&units, candle->volume.base_e8);
    cnop_json_object_open(json, NULL);
    cnop_json_time(json, "time", candle->start_s * 1000000);
    cnop_json_price_number(json, "open", candle->open, 0);
    cnop_json_price_number(json, "high", candle->high, 0);
    cnop_json_price_number(json, "low", candle->low, 0);
    cnop_json_price_number(json, "close", candle->close, 0);
    cnop_json_raw(json, "volume", cnop_buf_view(&units));
    encode_cents(json, "quote_volume", candle->volume.quote_e2);
    cnop_json_object_close(json);
}
