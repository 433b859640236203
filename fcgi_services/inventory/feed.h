/* SPDX-License-Identifier: MIT */
/* The rules of the price feed: what the next price of each asset is, from the model or from
 * outside, and what that does to its candles. Pure: time and prices come in as arguments. */
#ifndef CNOP_INVENTORY_FEED_H
#define CNOP_INVENTORY_FEED_H

#include "fcgi_services/inventory/candle.h"
#include "fcgi_services/inventory/price_model.h"

#define FEED_ASSET_MAX 1000

struct feed_asset {
    struct price_model model;
    struct cnop_str symbol;
    cnop_price price; /* the newest; 0: none yet */
    int64_t price_us;
    bool by_admin; /* an operator set it */
    bool active;
};

/* One asset's next price. */
struct feed_move {
    cnop_price price;
    cnop_price previous; /* 0: none, or too old to belong to the same candle */
    cnop_price rebased;  /* new centre of the band after an operator's price; 0: unchanged */
    int64_t volume_e2;   /* traded since, US cents */
    uint16_t asset_id;
};

/* Prices of the model at now_us for all active assets, into moves (room for count); returns how
 * many. A price that an operator has set moves the band with it: the model goes on from there. */
size_t feed_moves_of_model(uint64_t seed, const struct feed_asset *assets, size_t count,
                           int64_t now_us, struct feed_move *moves);

/* ---- prices from outside ---- */

/* What has been seen of one asset that was not believed yet. */
struct feed_doubt {
    cnop_price price;
    unsigned seen_count;
};

struct feed_outlier_rule {
    uint32_t percent;       /* a price farther than this from the last one is doubted... */
    unsigned confirm_count; /* ...until as many answers in a row agree */
};

/* True when an outside price may be used. doubt belongs to the asset and starts zeroed. */
bool feed_price_is_credible(const struct feed_outlier_rule *rule, cnop_price last, cnop_price next,
                            struct feed_doubt *doubt);

/* The move to an outside price. */
struct feed_move feed_move_of_price(uint64_t seed, const struct feed_asset *asset, cnop_price price,
                                    int64_t now_us);

/* The candle of a span that a move begins or continues. */
struct candle feed_candle(const struct feed_move *move, int64_t span_s, int64_t now_us);

#endif
