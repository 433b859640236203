/* SPDX-License-Identifier: MIT */
/* The board: what anybody may know of the markets, in a file that the engine maps to write and the
 * reader maps to read. The engine never waits for a reader and never answers one: it copies a
 * bounded part of a book after a commit, so that the board tells nothing that could be taken back
 * (docs/adr/0013). A market is written under a version that is odd meanwhile; a reader copies it
 * and does so again when the version has moved. */
#ifndef CNOP_ORDER_BOARD_H
#define CNOP_ORDER_BOARD_H

#include <stdatomic.h>

#include "shared/ledger/ledger.h"

#define BOARD_MARKETS 1024
#define BOARD_LEVELS 50  /* prices of a side */
#define BOARD_TRADES 128 /* the newest, of a market; a power of two */

struct board_trade {
    int64_t id;
    cnop_price price;
    cnop_qty qty;
    int64_t time_us;
    uint8_t taker_side;
    uint8_t unused[7];
};

struct board_market {
    _Atomic uint32_t version;
    uint32_t level_count[2]; /* of buyers, of sellers */
    uint32_t unused;
    struct ledger_asset asset;
    struct ledger_quote house;
    uint64_t trade_count; /* so far; number n is at n % BOARD_TRADES */
    /* What follows is the larger part. */
    struct ledger_level levels[2][BOARD_LEVELS];
    struct board_trade trades[BOARD_TRADES];
};

/* By which the engine decides. */
struct board_rules {
    cnop_qty min_qty;
    cnop_cash min_notional;
    cnop_cash max_notional;
    int64_t price_max_age_us;
    uint32_t fee_bps;
    uint32_t maker_fee_bps;
    uint32_t house_spread_bps;
    uint32_t max_account_orders;
};

#define BOARD_MAGIC UINT64_C(0x31647261426f6e63) /* another layout: another number */

struct board_page {
    uint64_t magic;
    _Atomic uint32_t closed; /* another engine has made a file of its own in its place */
    uint32_t unused;
    _Atomic int64_t alive_us; /* monotonic: the engine's last round */
    struct board_rules rules;
    struct board_market markets[BOARD_MARKETS];
};

/* ---- the engine's side; on the loop thread ---- */
struct board;

/* Makes the file anew, readable by the group, with the markets and books as they are. IO, NO_MEMORY
 * (said in the log). One a process. */
cnop_must_check enum cnop_err board_open(const char *path, const struct ledger *ledger,
                                         const struct ledger_config *rules,
                                         struct board **ret_board);

/* The newest trade so far. */
void board_trade(struct board *board, uint16_t asset_id, const struct board_trade *trade);
/* The asset's price, which no rollback restores. */
void board_price(struct board *board, const struct ledger *ledger, uint16_t asset_id);
/* The book, or whether the market trades, has changed in memory. */
void board_touch(struct board *board, uint16_t asset_id);

/* Copies some of the changed books, each not too often: as they are behind the batch that is being
 * sealed. Then one of two: it is durable, or it is not and they count as changed again. */
void board_stage(struct board *board, const struct ledger *ledger, int64_t now_us);
void board_commit(struct board *board, const struct ledger *ledger);
void board_drop(struct board *board);
/* Publishes some of the changed books as they are: nothing is on its way to the database. */
void board_rest(struct board *board, const struct ledger *ledger);

void board_beat(struct board *board, int64_t now_us);

/* ---- the reader's side; one a thread ---- */
struct board_view {
    const struct board_page *page; /* NULL: not mapped */
};

/* Maps the file, or the one that has taken its place. UNAVAILABLE: there is none, or the engine has
 * not been seen for seconds. */
cnop_must_check enum cnop_err board_view_look(struct board_view *view, const char *path);
void board_view_done(struct board_view *view);

/* A copy as of one moment. brief: without levels and trades. UNAVAILABLE: it was
 * being written all the time. */
cnop_must_check enum cnop_err board_view_read(const struct board_view *view, uint16_t asset_id,
                                              bool brief, struct board_market *ret_market);
/* By symbol, upper or lower case. NOT_FOUND. */
cnop_must_check enum cnop_err board_view_find(const struct board_view *view, struct cnop_str symbol,
                                              uint16_t *ret_asset);

#endif
