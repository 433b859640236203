/* SPDX-License-Identifier: MIT */
/* What the reader needs of the database: orders of one account, assets, proof figures. Every query
 * about orders carries the account. */
#ifndef CNOP_ORDER_READER_STORE_H
#define CNOP_ORDER_READER_STORE_H

#include "shared/base/id.h"
#include "shared/base/money.h"

struct cnop_db;
struct cnop_row;
struct cnop_snapshot;

struct reader_order {
    int64_t id;
    uint16_t asset_id;
    uint8_t side;
    cnop_qty qty; /* filled */
    cnop_price price;
    cnop_cash total;
    cnop_cash fee;
    bool has_cost;  /* false: placed before costs were kept, and never worked out */
    cnop_cash cost; /* average cost: paid for what was bought; of what was sold */
    struct cnop_str client_order_id; /* in the arena; empty: none */
    int64_t created_us;
    uint8_t type; /* enum order_kind */
    uint8_t tif;
    bool post_only;
    uint8_t status;
    uint8_t reason;
    cnop_qty asked;
    int64_t hold_e8;
    int64_t updated_us;
    int64_t expires_us; /* 0: never */
    cnop_price stop;    /* 0: it waits for none */
    bool met_people;    /* a market order that the house has not filled in one trade */
};

/* One view of the database for the statements of an answer; see shared/db/snapshot.h. */
cnop_must_check enum cnop_err reader_store_view(struct cnop_db *db,
                                                struct cnop_snapshot **ret_view);
void reader_store_view_done(struct cnop_snapshot **view); /* accepts pointer to NULL */

#define READER_LIMIT_MAX 500 /* rows of one call */
#define READER_OFFSET_MAX 1000

/* Which orders. */
struct reader_filter {
    int64_t account_id;
    int64_t after_id;  /* only newer ones; 0: all */
    int64_t before_id; /* only older ones; INT64_MAX: all */
    uint16_t asset_id; /* 0: any */
    uint8_t side;      /* 0: any */
    uint8_t type;      /* 0: any, else enum order_kind */
    uint8_t status;    /* 0: any, else enum order_status; or ORDER_STATUS_OPEN */
    bool oldest_first; /* else newest first */
    uint32_t limit;    /* at most READER_LIMIT_MAX */
};

struct reader_orders {
    const struct reader_order *list;
    size_t count; /* at most limit */
    bool has_more;
};

/* Reads limit + 1 rows of each kind (side, type, status) that the account has and the filter lets
 * through, and a few more; without a filter limit + 1. */
cnop_must_check enum cnop_err reader_store_list(struct cnop_snapshot *view,
                                                struct cnop_arena *arena,
                                                const struct reader_filter *filter,
                                                struct reader_orders *ret_orders);
/* The same by one statement, for a filter that names nothing but the account and ids. */
bool reader_filter_is_plain(const struct reader_filter *filter);
cnop_must_check enum cnop_err reader_store_list_plain(struct cnop_db *db, struct cnop_arena *arena,
                                                      const struct reader_filter *filter,
                                                      struct reader_orders *ret_orders);
/* Moves before_id so that the newest `offset` rows are skipped. NOT_FOUND: there are not as many.
 */
cnop_must_check enum cnop_err reader_store_skip(struct cnop_snapshot *view,
                                                struct cnop_arena *arena, uint64_t offset,
                                                struct reader_filter *filter);
/* Moves after_id and before_id of the filter to the account's orders of a time, see
 * cnop_time_narrow: ids rise with time. */
cnop_must_check enum cnop_err reader_store_narrow(struct cnop_snapshot *view,
                                                  struct cnop_arena *arena, int64_t from_us,
                                                  int64_t to_us, struct reader_filter *filter);
/* UNAUTHENTICATED: there is no such user. An access token may outlive its own. */
cnop_must_check enum cnop_err reader_store_find_user(struct cnop_db *db, struct cnop_arena *arena,
                                                     int64_t account_id);
/* NOT_FOUND: no such order of this account. */
cnop_must_check enum cnop_err reader_store_find(struct cnop_db *db, struct cnop_arena *arena,
                                                int64_t account_id, int64_t id,
                                                struct reader_order *ret_order);
cnop_must_check enum cnop_err reader_store_find_key(struct cnop_db *db, struct cnop_arena *arena,
                                                    int64_t account_id, struct cnop_str key,
                                                    struct reader_order *ret_order);

/* ---- executions ---- */

/* One execution of an order: its side of one trade. */
struct reader_fill {
    int64_t trade_id;
    int64_t order_id;
    struct cnop_str client_order_id; /* in the arena; empty: none */
    uint16_t asset_id;
    uint8_t side;
    bool maker; /* it rested; else it took */
    cnop_price price;
    cnop_qty qty;
    cnop_cash quote; /* paid by a buyer, received by a seller, before the fee */
    cnop_cash fee;
    bool has_cost;
    cnop_cash cost; /* average cost, as of orders */
    int64_t time_us;
};

struct reader_fill_filter {
    int64_t account_id;
    int64_t order_id;  /* 0: any */
    int64_t before_id; /* only trades before; INT64_MAX: all */
    int64_t from_us;   /* included; INT64_MIN: no beginning */
    int64_t to_us;     /* not included; INT64_MAX: no end */
    uint16_t asset_id; /* 0: any */
    uint8_t side;      /* 0: any */
    uint32_t limit;    /* below READER_LIMIT_MAX */
};

struct reader_fills {
    const struct reader_fill *list; /* newest first */
    size_t count;                   /* at most limit */
    bool has_more;
};

/* Reads limit + 1 lines of fills (of an asset: of each side) with the order of each, and limit + 2
 * of each kind of market order that the account has; of those that met people and are shown, at
 * most twice as many trades as they made. */
cnop_must_check enum cnop_err reader_store_fills(struct cnop_snapshot *view,
                                                 struct cnop_arena *arena,
                                                 const struct reader_fill_filter *filter,
                                                 struct reader_fills *ret_fills);

#define READER_ASSET_MAX 1024
#define READER_SYMBOL_BYTES 10

struct reader_asset {
    uint16_t id;
    uint8_t symbol_len;
    char symbol[READER_SYMBOL_BYTES];
};

struct reader_assets {
    struct reader_asset list[READER_ASSET_MAX];
    size_t count;
    int64_t loaded_us; /* monotonic; 0: never */
};

/* The columns of an order as every statement of this port selects them, and their reading. */
#define READER_ORDER_COLUMNS                                                                       \
    "id, asset_id, side, filled_qty_e8, price_e10, filled_quote_e8, fee_e8, cost_e8,"              \
    " client_order_id, created_us, type, tif, flags, status, reason, qty_e8, hold_e8, updated_us," \
    " fill_count, expires_us, stop_price_e10"
void reader_store_read(const struct cnop_row *row, struct reader_order *ret_order);

/* Reads the catalogue again; keeps the old one on failure. */
cnop_must_check enum cnop_err reader_store_assets(struct cnop_db *db, struct cnop_arena *arena,
                                                  struct reader_assets *assets);

struct reader_sum {
    uint16_t asset_id;
    int64_t sum_e8;
    uint64_t balance_count;
    bool below_floor;
};

struct reader_proof {
    struct reader_sum sums[READER_ASSET_MAX];
    size_t sum_count;
    uint64_t seq;
    uint64_t epoch;
    unsigned char hash[32];
    bool chain_ok; /* the writer's head is the last journal row */
    /* The last pass of the engine's verification that has ended; times 0: none has. */
    int64_t pass_started_us;
    int64_t pass_ended_us;
    uint64_t pass_accounts;
    uint64_t pass_seq;
    uint64_t findings; /* of it, or of the one that runs */
    int64_t made_us;   /* wall clock; 0: never */
};

/* Sums, journal head and state of the verification at one moment. */
cnop_must_check enum cnop_err reader_store_proof(struct cnop_db *db, struct cnop_arena *arena,
                                                 struct reader_proof *proof);

#endif
