/* SPDX-License-Identifier: MIT */
/* What the price feed reads and writes in cnop_market. The port of the feed; SQL behind it in
 * feed_store_sql.c. Bulk writes travel as one JSON parameter each. Errors as in shared/db. */
#ifndef CNOP_INVENTORY_FEED_STORE_H
#define CNOP_INVENTORY_FEED_STORE_H

#include "fcgi_services/inventory/catalogue.h"
#include "fcgi_services/inventory/feed.h"

struct cnop_db;
struct cnop_tx;

/* Adds what is new in the catalogue and updates texts, ranks and supplies of what is there. Prices,
 * bands, halts and record prices of known assets are left alone. */
cnop_must_check enum cnop_err feed_store_seed(struct cnop_db *db, const struct catalogue *catalogue,
                                              int64_t now_us);

/* All assets in the order of ids; symbols live in the arena. */
struct feed_assets {
    struct feed_asset *items;
    size_t count;
};

cnop_must_check enum cnop_err feed_store_assets(struct cnop_db *db, struct cnop_arena *arena,
                                                struct feed_assets *ret_assets);

/* Opens the transaction of one tick: takes the next number, which keeps every other writer of
 * prices out until it ends, then reads the assets. */
cnop_must_check enum cnop_err feed_store_begin(struct cnop_db *db, struct cnop_arena *arena,
                                               struct cnop_tx **ret_tx, uint64_t *ret_seq,
                                               struct feed_assets *ret_assets);

struct feed_tick {
    const struct feed_move *moves; /* in the order of asset ids */
    size_t move_count;
    uint64_t seq;
    int64_t now_us;
    uint16_t candle_id_max; /* assets above it get a price but no candle: their past comes first */
    bool is_remote;
};

/* Inside the transaction: quotes, candles of every span, bands, record prices. */
cnop_must_check enum cnop_err feed_store_write(struct cnop_tx *tx, struct cnop_arena *arena,
                                               const struct feed_tick *tick);

cnop_must_check enum cnop_err feed_store_commit(struct cnop_tx **tx);
void feed_store_drop(struct cnop_tx **tx); /* rolls back; accepts pointer to NULL */

/* ---- history ---- */

/* Start of the newest one-minute candle of an asset; 0: none. */
cnop_must_check enum cnop_err feed_store_last_candle(struct cnop_db *db, struct cnop_arena *arena,
                                                     uint16_t asset_id, int64_t *ret_start_s);

/* Adds candles of one asset; those that are there are widened. */
struct feed_candles {
    const struct candle *items;
    size_t count;
    uint16_t asset_id;
};
cnop_must_check enum cnop_err feed_store_add_candles(struct cnop_db *db, struct cnop_arena *arena,
                                                     const struct feed_candles *candles);

/* Takes the figures of 24 hours, 7 and 30 days from the candles of every asset. */
cnop_must_check enum cnop_err feed_store_refresh_stats(struct cnop_db *db, int64_t now_us);

/* Removes candles of one asset that are older than their span is kept, or from the future. */
cnop_must_check enum cnop_err feed_store_prune(struct cnop_db *db, uint16_t asset_id,
                                               int64_t now_s);

#endif
