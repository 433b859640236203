/* SPDX-License-Identifier: MIT */
/* Derived figures, filters and the stable sort of the catalogue. Never reads a clock, a database or
 * a request. */
#include "fcgi_services/inventory/asset.h"

#include "fcgi_services/inventory/price_model.h"
#include "shared/base/ascii.h"

#define PPM INT64_C(1000000)
#define RANK_LAST INT64_C(65536)

enum cnop_err
asset_symbol_parse(struct cnop_arena *arena, struct cnop_str text, struct cnop_str *ret_symbol)
{
    struct cnop_str symbol = cnop_str_trim(text);

    if (symbol.len < 1 || symbol.len > ASSET_SYMBOL_BYTES || !cnop_str_is_word(symbol, ""))
        return CNOP_E_INVALID;
    symbol = cnop_str_upper(arena, symbol);
    if (symbol.ptr == NULL)
        return CNOP_E_NO_MEMORY;
    *ret_symbol = symbol;
    return CNOP_OK;
}

const struct asset *
asset_list_find(const struct asset_list *list, struct cnop_str symbol)
{
    for (size_t i = 0; i < list->count; i++) {
        if (cnop_str_equal(list->items[i].symbol, symbol))
            return &list->items[i];
    }
    return NULL;
}

bool
asset_change_ppm(cnop_price now, cnop_price then, int64_t *ret_ppm)
{
    __int128 change;

    cnop_assert(now.e10 >= 0);
    cnop_assert(then.e10 >= 0);
    if (now.e10 == 0 || then.e10 == 0)
        return false;
    change = ((__int128)now.e10 - then.e10) * PPM;
    change = (change + (change < 0 ? -then.e10 / 2 : then.e10 / 2)) / then.e10;
    if (change > INT64_MAX)
        return false;
    *ret_ppm = (int64_t)change;
    return true;
}

cnop_price
asset_price_tick(cnop_price price)
{
    int64_t tick_e10 = price_model_step(price).e10;

    while (tick_e10 > 1 && price.e10 % tick_e10 != 0)
        tick_e10 /= 10;
    return (cnop_price){tick_e10};
}

bool
asset_market_cap_cents(const struct asset *asset, int64_t *ret_cents)
{
    __int128 cents;

    cnop_assert(asset->price.e10 >= 0);
    if (asset->price.e10 == 0 || asset->circulating == ASSET_UNKNOWN)
        return false;
    cents = (__int128)asset->price.e10 * asset->circulating / (CNOP_E10 / 100);
    if (cents > INT64_MAX)
        return false;
    *ret_cents = (int64_t)cents;
    return true;
}

/* ---- a page of the list ---- */

static bool
contains_nocase(struct cnop_str text, struct cnop_str part)
{
    for (size_t i = 0; part.len <= text.len && i <= text.len - part.len; i++) {
        if (cnop_str_equal_nocase(cnop_str_make(text.ptr + i, part.len), part))
            return true;
    }
    return false;
}

static bool
matches(const struct asset *asset, const struct asset_query *query)
{
    if (query->active_only && !asset->active)
        return false;
    if (!cnop_str_empty(query->category) && !cnop_str_equal(asset->category, query->category))
        return false;
    return cnop_str_empty(query->search) || contains_nocase(asset->symbol, query->search) ||
           contains_nocase(asset->name, query->search);
}

/* The number an asset is sorted by; false when unknown. */
static bool
sort_value(const struct asset *asset, unsigned sort, int64_t *ret_value)
{
    if (sort == ASSET_SORT_CHANGE)
        return asset_change_ppm(asset->price, asset->open_24h, ret_value);
    if (sort == ASSET_SORT_MARKET_CAP)
        return asset_market_cap_cents(asset, ret_value);
    if (sort == ASSET_SORT_PRICE)
        *ret_value = asset->price.e10;
    else if (sort == ASSET_SORT_VOLUME)
        *ret_value = asset->volume_24h_usd;
    else
        *ret_value = asset->rank;
    return sort == ASSET_SORT_VOLUME ? *ret_value != ASSET_UNKNOWN : *ret_value != 0;
}

static int
compare_names(struct cnop_str a, struct cnop_str b)
{
    for (size_t i = 0; i < a.len && i < b.len; i++) {
        int left = cnop_to_lower(a.ptr[i]);
        int right = cnop_to_lower(b.ptr[i]);

        if (left != right)
            return left < right ? -1 : 1;
    }
    return a.len == b.len ? 0 : a.len < b.len ? -1 : 1;
}

/* True when b has to stand before a. */
static bool
is_out_of_order(const struct asset *a, const struct asset *b, const struct asset_query *query)
{
    int64_t left = 0;
    int64_t right = 0;
    int order;

    if (query->sort == ASSET_SORT_NAME) {
        order = compare_names(a->name, b->name);
    } else {
        bool has_left = sort_value(a, query->sort, &left);
        bool has_right = sort_value(b, query->sort, &right);

        if (has_left != has_right)
            return has_right;
        order = !has_left || left == right ? 0 : left < right ? -1 : 1;
    }
    if (order != 0)
        return query->descending ? order < 0 : order > 0;
    left = a->rank == 0 ? RANK_LAST : a->rank;
    right = b->rank == 0 ? RANK_LAST : b->rank;
    return left != right ? left > right : a->id > b->id;
}

struct halves {
    size_t begin;
    size_t middle;
    size_t end;
};

/* Merges the sorted halves [begin, middle) and [middle, end) of from into to. */
static void
merge(const struct asset *const *from, const struct asset **to, struct halves halves,
      const struct asset_query *query)
{
    size_t left = halves.begin;
    size_t right = halves.middle;

    for (size_t i = halves.begin; i < halves.end; i++) {
        bool take_right = left == halves.middle ||
                          (right < halves.end && is_out_of_order(from[left], from[right], query));

        to[i] = from[take_right ? right++ : left++];
    }
}

/* Bottom-up merge sort between two arrays; returns the one that holds the result. */
static const struct asset **
sort(const struct asset **items, const struct asset **spare, size_t count,
     const struct asset_query *query)
{
    for (size_t width = 1; width < count; width *= 2) {
        const struct asset **swap = items;

        for (size_t begin = 0; begin < count; begin += 2 * width) {
            struct halves halves = {
                .begin = begin,
                .middle = begin + width < count ? begin + width : count,
                .end = begin + 2 * width < count ? begin + 2 * width : count,
            };

            merge(items, spare, halves, query);
        }
        items = spare;
        spare = swap;
    }
    return items;
}

enum cnop_err
asset_page_select(struct cnop_arena *arena, const struct asset_list *list,
                  const struct asset_query *query, struct asset_page *ret_page)
{
    const struct asset **items;
    const struct asset **spare;
    struct asset_page page = {0};

    cnop_assert(query->limit > 0);
    items = cnop_arena_alloc_array(arena, list->count + 1, sizeof(*items));
    spare = cnop_arena_alloc_array(arena, list->count + 1, sizeof(*spare));
    if (items == NULL || spare == NULL)
        return CNOP_E_NO_MEMORY;
    for (size_t i = 0; i < list->count; i++) {
        if (matches(&list->items[i], query))
            items[page.matched_count++] = &list->items[i];
    }
    items = sort(items, spare, page.matched_count, query);

    if (query->offset < page.matched_count) {
        page.items = items + query->offset;
        page.count = page.matched_count - (size_t)query->offset;
    }
    if (page.count > query->limit) {
        page.count = (size_t)query->limit;
        page.has_more = true;
    }
    for (size_t i = 0; i < page.count; i++)
        page.active_count += page.items[i]->active ? 1 : 0;
    *ret_page = page;
    return CNOP_OK;
}
