/* SPDX-License-Identifier: MIT */
/* What the inventory service reads and writes in cnop_market. The port: SQL behind it in
 * inventory_store_sql.c, memory behind it in the unit tests. Prices are numbered and serialised by
 * the one row of price_head. */
#ifndef CNOP_INVENTORY_INVENTORY_STORE_H
#define CNOP_INVENTORY_INVENTORY_STORE_H

#include "fcgi_services/inventory/asset.h"
#include "fcgi_services/inventory/candle.h"

struct cnop_db;
struct cnop_tx;

/* The whole catalogue in the order of ids; texts live in the arena. Errors as in shared/db. */
cnop_must_check enum cnop_err inventory_store_list(struct cnop_db *db, struct cnop_arena *arena,
                                                   struct asset_list *ret_list);

/* The newest `limit` candles of one span, oldest first. */
struct candle_list {
    struct candle *items;
    size_t count;
};
cnop_must_check enum cnop_err inventory_store_candles(struct cnop_db *db, struct cnop_arena *arena,
                                                      uint16_t asset_id, int64_t span_s,
                                                      uint64_t limit, struct candle_list *ret_list);

/* ---- changes by an operator ---- */

/* UNAUTHENTICATED: there is no such user. An access token may outlive its own. */
cnop_must_check enum cnop_err inventory_store_find_user(struct cnop_db *db,
                                                        struct cnop_arena *arena, uint64_t user_id);

/* One change of one asset: what the trail keeps. */
struct inventory_change {
    struct cnop_str symbol;
    struct cnop_str reason;     /* 1..200 characters */
    struct cnop_str request_id; /* at most 64 bytes, ASCII */
    uint64_t actor_user_id;
    int64_t now_us;
};

/* The asset as it is now, locked until the transaction ends. */
struct inventory_held {
    cnop_price price; /* 0: none yet */
    uint64_t seq;     /* number of this change, above that of every price before */
    uint16_t asset_id;
    bool halted;
};

/* Opens the transaction, takes the next number and locks the asset. NOT_FOUND: no such symbol.
 * Nothing stays open on error. */
cnop_must_check enum cnop_err inventory_store_hold(struct cnop_db *db, struct cnop_arena *arena,
                                                   struct cnop_str symbol, struct cnop_tx **ret_tx,
                                                   struct inventory_held *ret_held);

/* Inside the transaction: the change and its line in the trail. */
cnop_must_check enum cnop_err inventory_store_set_price(struct cnop_tx *tx,
                                                        const struct inventory_change *change,
                                                        const struct inventory_held *held,
                                                        cnop_price price);
cnop_must_check enum cnop_err inventory_store_set_halted(struct cnop_tx *tx,
                                                         const struct inventory_change *change,
                                                         const struct inventory_held *held,
                                                         bool halted);

cnop_must_check enum cnop_err inventory_store_commit(struct cnop_tx **tx);
void inventory_store_drop(struct cnop_tx **tx); /* rolls back; accepts pointer to NULL */

#endif
