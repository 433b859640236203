/* SPDX-License-Identifier: MIT */
/* Inside of the ledger: its tables, and the only ways to change them. Every write goes through
 * state_touch first, which saves the old bytes in the undo ring: that is the whole rollback.
 * For shared/ledger only. */
#ifndef CNOP_LEDGER_STATE_H
#define CNOP_LEDGER_STATE_H

#include "shared/ledger/ledger.h"

#define STATE_UNDO_DATA_BYTES 56

/* Old bytes of one place in the state. */
struct state_undo {
    uint32_t offset8; /* place, in units of 8 bytes from the start of the ledger's memory */
    uint16_t skip;    /* bytes after offset8 */
    uint16_t len;
    unsigned char data[STATE_UNDO_DATA_BYTES];
};

#define STATE_KEY_WAYS 8 /* entries a key may live in */

struct state_key {
    uint64_t hash[2]; /* of namespace, account and key; 0,0: free */
    unsigned char fingerprint[LEDGER_FINGERPRINT_BYTES];
    struct ledger_posting posting;
};

/* Who stands at a price: buyers and sellers (enum ledger_side) on the book, and those who wait, at
 * their stop price, for a mark that falls or rises to it. */
enum book_lane {
    BOOK_BUY = LEDGER_BUY,
    BOOK_SELL = LEDGER_SELL,
    BOOK_FALLING = 3,
    BOOK_RISING = 4,
};

/* A price with orders. */
struct book_level {
    int64_t total_e8;
    uint32_t step; /* of the grid */
    uint32_t first, last;
    uint32_t count;
    uint32_t next_free;
    uint8_t lane; /* enum book_lane */
};

/* Of the radix tree over price steps; see ladder.h. */
struct book_node {
    uint64_t mask; /* occupied places */
    uint32_t next_free;
    uint32_t child[64];
};

/* Market of one asset. */
struct book {
    uint32_t root[3]; /* of the ladders: the book's, and those of BOOK_FALLING, BOOK_RISING */
    uint32_t best[BOOK_RISING]; /* levels of each lane: the next to be served */
    uint32_t order_count;       /* on the book */
    cnop_price last_price;      /* of the last trade of the book */
};

/* Places of a table that come and go; the first is 1. */
struct book_pool {
    uint32_t used; /* places that were ever taken */
    uint32_t free; /* list of those given back */
    uint32_t free_count;
};

struct book_pools {
    struct book_pool orders;
    struct book_pool levels;
    struct book_pool nodes;
};

/* Counters that a rollback restores. */
struct state_counters {
    int64_t next_id;
    uint32_t account_count;
    uint32_t balance_count;
    uint32_t due_count[2]; /* enum due_kind */
};

struct ledger {
    struct ledger_config config;
    struct state_counters counters;
    struct ledger_account *accounts; /* [max_accounts], dense */
    uint32_t *account_slots;         /* open addressing: index + 1, 0 free */
    uint32_t account_slot_mask;
    struct ledger_balance *balances; /* [max_balances], dense */
    uint32_t *balance_slots;
    uint32_t balance_slot_mask;
    struct ledger_asset *assets; /* [max_assets], by id */
    struct book *books;          /* [max_assets], by asset */
    struct book_pools pools;
    struct ledger_order *orders; /* [max_open_orders + 1], by slot */
    uint32_t *order_slots;       /* open addressing by id; 0 free */
    uint32_t order_slot_mask;
    uint32_t *due[2];          /* [max_open_orders + 1], [max_accounts + 1]; see due.h */
    struct book_level *levels; /* [max_levels + 1] */
    struct book_node *nodes;   /* [max_nodes + 1] */
    struct state_key *keys;    /* recent_keys, in sets of STATE_KEY_WAYS */
    struct state_undo *undo;   /* ring */
    uint64_t undo_head;        /* oldest entry kept */
    uint64_t undo_tail;        /* next entry */
    uint32_t *dirty_balances;
    uint32_t dirty_balance_count;
    uint32_t *dirty_accounts;
    uint32_t dirty_account_count;
    struct ledger_fill *fills; /* [max_fills], of the batch */
    uint32_t fill_count;
    struct ledger_order *order_rows; /* [max_order_rows], as they are now, of the batch */
    uint32_t order_row_count;
    uint32_t batch_stamp;
};

#define STATE_DIRTY_ROW 1u    /* account row itself */
#define STATE_DIRTY_LIMITS 2u /* its daily use */

/* Saves bytes before they are changed. place lies in the ledger's memory; any length. */
void state_touch(struct ledger *ledger, const void *place, size_t len);

/* Row to write into: touched, listed as dirty. balance_open also creates the row (and is refused
 * by state_has_room beforehand, never here). */
struct ledger_account *state_account_write(struct ledger *ledger, int64_t account_id,
                                           unsigned dirty);
struct ledger_account *state_account_open(struct ledger *ledger, int64_t account_id,
                                          int64_t time_us);
struct ledger_balance *state_balance_open(struct ledger *ledger, int64_t account_id,
                                          uint16_t asset_id, int64_t time_us);

/* Next id of an order, trade or entry. */
int64_t state_take_id(struct ledger *ledger);

/* NULL: not in memory. */
const struct state_key *state_key_find(const struct ledger *ledger, uint8_t op, int64_t account_id,
                                       struct cnop_str key);
/* Remembers; drops the oldest of the set, whose account becomes cold. */
void state_key_put(struct ledger *ledger, const struct ledger_posting *posting, struct cnop_str key,
                   const unsigned char fingerprint[LEDGER_FINGERPRINT_BYTES]);

/* What an account has of an asset: all of it, and what no open order holds. 0 without a row. */
int64_t state_total(const struct ledger *ledger, int64_t account_id, uint16_t asset_id);
int64_t state_free(const struct ledger *ledger, int64_t account_id, uint16_t asset_id);

/* Lowest balance an account may have. */
int64_t state_floor(const struct ledger *ledger, int64_t account_id);

/* Whether the transfers of an outcome may be posted: INSUFFICIENT_FUNDS, INSUFFICIENT_HOLDINGS,
 * NO_LIQUIDITY (the house), OVERFLOW. Changes nothing. */
cnop_must_check enum cnop_err state_check_transfers(const struct ledger *ledger,
                                                    const struct ledger_outcome *outcome);
/* Posts what was checked; asserts that each asset's sum stays zero. */
void state_post_transfers(struct ledger *ledger, const struct ledger_outcome *outcome);

/* The families of commands; called by ledger_apply after the checks they share. */
enum cnop_err order_apply(struct ledger *ledger, const struct ledger_command *command,
                          struct ledger_outcome *outcome);
enum cnop_err cash_apply(struct ledger *ledger, const struct ledger_command *command,
                         struct ledger_outcome *outcome);
enum cnop_err limit_apply(struct ledger *ledger, const struct ledger_command *command,
                          struct ledger_outcome *outcome);
enum cnop_err cancel_apply(struct ledger *ledger, const struct ledger_command *command,
                           struct ledger_outcome *outcome);
enum cnop_err cancel_all_apply(struct ledger *ledger, const struct ledger_command *command,
                               struct ledger_outcome *outcome);
enum cnop_err amend_apply(struct ledger *ledger, const struct ledger_command *command,
                          struct ledger_outcome *outcome);
enum cnop_err trigger_apply(struct ledger *ledger, const struct ledger_command *command,
                            struct ledger_outcome *outcome);
enum cnop_err expire_apply(struct ledger *ledger, const struct ledger_command *command,
                           struct ledger_outcome *outcome);
enum cnop_err switch_apply(struct ledger *ledger, const struct ledger_command *command,
                           struct ledger_outcome *outcome);
enum cnop_err switch_due_apply(struct ledger *ledger, const struct ledger_command *command,
                               struct ledger_outcome *outcome);
enum cnop_err cross_apply(struct ledger *ledger, const struct ledger_command *command,
                          struct ledger_outcome *outcome);
enum cnop_err rules_apply(struct ledger *ledger, const struct ledger_command *command,
                          struct ledger_outcome *outcome);
enum cnop_err admin_apply(struct ledger *ledger, const struct ledger_command *command,
                          struct ledger_outcome *outcome);

#endif
