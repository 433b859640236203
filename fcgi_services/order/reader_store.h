/* SPDX-License-Identifier: MIT */
/* What the reader needs of the database: orders of one account, assets, proof figures. Every query
 * about orders carries the account. */
#ifndef CNOP_ORDER_READER_STORE_H
#define CNOP_ORDER_READER_STORE_H

#include "shared/base/id.h"
#include "shared/base/money.h"
#include "shared/db/db.h"

struct reader_order {
    int64_t id;
    uint16_t asset_id;
    uint8_t side;
    cnop_qty qty;
    cnop_price price;
    cnop_cash total;
    cnop_cash fee;
    struct cnop_str client_order_id; /* in the arena; empty: none */
    int64_t created_us;
};

/* Which orders, newest first. */
struct reader_filter {
    int64_t account_id;
    int64_t before_id; /* only older ones; INT64_MAX: all */
    uint16_t asset_id; /* 0: any */
    uint8_t side;      /* 0: any */
    uint8_t type;      /* 0: any; 1 market, 2 limit */
    uint8_t status;    /* 0: any, else the column's value */
    int64_t from_us;
    int64_t to_us; /* exclusive */
    uint64_t offset;
    uint32_t limit;
};

struct reader_orders {
    struct reader_order *list;
    size_t count; /* at most limit */
    bool has_more;
};

cnop_must_check enum cnop_err reader_store_list(struct cnop_db *db, struct cnop_arena *arena,
                                                const struct reader_filter *filter,
                                                struct reader_orders *ret_orders);
/* NOT_FOUND: no such order of this account. */
cnop_must_check enum cnop_err reader_store_find(struct cnop_db *db, struct cnop_arena *arena,
                                                int64_t account_id, int64_t id,
                                                struct reader_order *ret_order);
cnop_must_check enum cnop_err reader_store_find_key(struct cnop_db *db, struct cnop_arena *arena,
                                                    int64_t account_id, struct cnop_str key,
                                                    struct reader_order *ret_order);

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
    bool chain_ok;   /* the writer's head is the last journal row */
    int64_t made_us; /* wall clock; 0: never */
};

/* Sums and journal head of one moment. */
cnop_must_check enum cnop_err reader_store_proof(struct cnop_db *db, struct cnop_arena *arena,
                                                 struct reader_proof *proof);

#endif
