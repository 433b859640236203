/* SPDX-License-Identifier: MIT */
/* The past that the price model implies, as candles: fills a fresh installation and the gap after a
 * stop, so that charts and 24 h figures exist at once and go on without a jump. Pure. */
#ifndef CNOP_INVENTORY_HISTORY_H
#define CNOP_INVENTORY_HISTORY_H

#include "fcgi_services/inventory/candle.h"
#include "fcgi_services/inventory/price_model.h"

/* Most candles one asset can have: what all spans together keep, and the running ones. */
#define HISTORY_CANDLE_MAX 5000

struct history {
    uint64_t seed;
    const struct price_model *model;
    int64_t from_s; /* first second without a price; 0: there is no history at all */
    int64_t now_s;
};

/* Gives every candle of [from_s, now_s) to the sink, the running ones as far as they are. */
void history_build(const struct history *history, candle_sink sink, void *arg);

#endif
