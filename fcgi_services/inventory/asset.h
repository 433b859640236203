/* SPDX-License-Identifier: MIT */
/* One asset of the catalogue with its newest price, and the figures that follow from them. Pure:
 * integers in, integers out; unknown is a value of its own and never a made-up number. */
#ifndef CNOP_INVENTORY_ASSET_H
#define CNOP_INVENTORY_ASSET_H

#include "shared/base/arena.h"
#include "shared/base/money.h"

#define ASSET_SYMBOL_BYTES 10
#define ASSET_UNKNOWN (-1) /* of supplies and volumes; prices and times use 0 */

struct asset {
    int64_t circulating; /* whole units, or ASSET_UNKNOWN; the other supplies too */
    int64_t total;
    int64_t max;
    int64_t volume_24h_usd; /* or ASSET_UNKNOWN */
    cnop_price price;       /* 0: none yet; such an asset counts as inactive */
    int64_t price_us;
    uint64_t price_seq;
    cnop_price ath;
    int64_t ath_us;
    cnop_price atl;
    int64_t atl_us;
    cnop_price open_24h;
    cnop_price high_24h;
    cnop_price low_24h;
    cnop_price open_7d;
    cnop_price open_30d;
    struct cnop_str symbol;
    struct cnop_str name;
    struct cnop_str category;
    struct cnop_str description; /* empty: unknown; image too */
    struct cnop_str image;
    uint16_t id;
    uint16_t rank; /* 0: unknown */
    bool active;
    bool halted;
};

struct asset_list {
    const struct asset *items; /* in the order of their ids */
    size_t count;
    uint64_t version; /* grows with every change of a price or halt */
};

/* Trims and upper-cases what a client sent; INVALID unless [A-Za-z0-9]{1,10}. */
cnop_must_check enum cnop_err asset_symbol_parse(struct cnop_arena *arena, struct cnop_str text,
                                                 struct cnop_str *ret_symbol);

/* NULL when there is none. */
const struct asset *asset_list_find(const struct asset_list *list, struct cnop_str symbol);

/* Change from `then` to `now` in millionths (10000 = one percent), rounded half away from zero.
 * False when a price is unknown or the result does not fit. */
bool asset_change_ppm(cnop_price now, cnop_price then, int64_t *ret_ppm);

/* Step of the price as it is quoted now: the model's for prices of this size, finer when the price
 * itself is (one from outside). price > 0. */
cnop_price asset_price_tick(cnop_price price);

/* Price times circulating supply in US cents, rounded down; false when unknown or too large. */
bool asset_market_cap_cents(const struct asset *asset, int64_t *ret_cents);

/* ---- a page of the list ---- */
enum asset_sort {
    ASSET_SORT_RANK,
    ASSET_SORT_NAME,
    ASSET_SORT_PRICE,
    ASSET_SORT_CHANGE,
    ASSET_SORT_MARKET_CAP,
    ASSET_SORT_VOLUME,
};

struct asset_query {
    struct cnop_str search;   /* part of a symbol or name; empty: all */
    struct cnop_str category; /* empty: all */
    uint64_t limit;
    uint64_t offset;
    unsigned sort; /* enum asset_sort */
    bool descending;
    bool active_only;
};

struct asset_page {
    const struct asset **items;
    size_t count;
    size_t matched_count; /* of the whole list */
    size_t active_count;  /* on this page */
    bool has_more;
};

/* Filters, sorts and cuts. Unknown values come last in both directions; equal ones in the order of
 * rank, then id. NO_MEMORY. */
cnop_must_check enum cnop_err asset_page_select(struct cnop_arena *arena,
                                                const struct asset_list *list,
                                                const struct asset_query *query,
                                                struct asset_page *ret_page);

#endif
