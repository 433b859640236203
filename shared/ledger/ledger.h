/* SPDX-License-Identifier: MIT */
/* The pure state machine of money: apply a command, get its events. No input or output, no clock,
 * no allocation, no threads: one owner calls it, from one thread at a time. Memory is given at
 * init and has a fixed size; full tables refuse (OVERLOADED) and never grow.
 *
 * Every command either changes everything it should or nothing at all. Per asset, the sum over all
 * accounts is zero before and after (asserted). Changes since ledger_mark can be taken back with
 * ledger_rollback, byte for byte, until ledger_forget lets them stand: the engine applies commands
 * ahead of the database and takes them back when a commit fails. */
#ifndef CNOP_LEDGER_LEDGER_H
#define CNOP_LEDGER_LEDGER_H

#include "shared/ledger/command.h"

struct ledger_config {
    uint32_t max_accounts;
    uint32_t max_balances;
    uint32_t max_assets;      /* ids 0 .. max_assets - 1 */
    uint32_t recent_keys;     /* idempotency keys kept in memory; a power of two >= 64 */
    uint32_t undo_entries;    /* a power of two; 16 per command in flight are plenty */
    uint32_t max_dirty;       /* rows one batch may touch */
    uint32_t max_open_orders; /* on all books together */
    uint32_t max_levels;      /* prices with orders, on all books together */
    uint32_t max_nodes;       /* of the trees over them; five more a price at worst */
    uint32_t max_fills;       /* of one batch; at least LEDGER_FILL_MAX */
    uint32_t max_order_rows;  /* open orders that one batch may change */
    uint64_t hash_seed[2];    /* secret: keeps clients from aiming at one hash bucket */
    /* From here on: the rules at the start, which RULES changes. */
    uint32_t max_account_orders; /* on the books, of one account; at most LEDGER_ACCOUNT_ORDERS */
    cnop_cash deposit_limit;     /* per account and UTC day */
    cnop_cash withdraw_limit;    /* per account and UTC day */
    cnop_qty min_qty;            /* orders by quantity */
    cnop_cash min_notional;      /* least value; not of a sale of everything */
    cnop_cash max_notional;      /* inclusive, at the execution price; not of a close */
    unsigned fee_bps;            /* of those who take; also the house's customers */
    unsigned maker_fee_bps;      /* of resting orders */
    unsigned house_spread_bps;   /* between the house's two prices */
    int64_t price_max_age_us;
    int64_t house_floor_e8; /* how far the house may go short, per asset; negative */
};

/* The most open orders an account may have: all of them can end in one command. */
#define LEDGER_ACCOUNT_ORDERS 200

/* How far ahead of now a price's time may lie. The engine's time stays behind no clock that steps
 * back by less; a price from further ahead is from before a step, and nobody knows its age. */
#define LEDGER_PRICE_AHEAD_MAX_US 5000000

struct ledger;

/* Sensible sizes and the product's default rules. */
void ledger_config_default(struct ledger_config *ret_config);

/* The rules of a configuration. */
void ledger_rules_of(const struct ledger_config *config, struct ledger_rules *ret_rules);

size_t ledger_bytes(const struct ledger_config *config);

/* memory: ledger_bytes(config) zeroed bytes, 64-byte aligned, which outlive the ledger. Opens the
 * four system accounts and the dollar. */
struct ledger *ledger_init(void *memory, const struct ledger_config *config);

/* ---- loading at start, before the first apply; OVERLOADED: a table is too small ---- */
cnop_must_check enum cnop_err ledger_load_account(struct ledger *ledger,
                                                  const struct ledger_account *account);
cnop_must_check enum cnop_err ledger_load_balance(struct ledger *ledger,
                                                  const struct ledger_balance *balance);
/* Also allowed later: assets are not part of what a rollback restores, except halted and active. */
cnop_must_check enum cnop_err ledger_load_asset(struct ledger *ledger,
                                                const struct ledger_asset *asset);
void ledger_load_limit(struct ledger *ledger, int64_t account_id, enum ledger_limit limit,
                       int32_t utc_day, int64_t used_e8);
/* Every account loaded so far may have keys that are not. */
void ledger_load_cold(struct ledger *ledger);
/* In the order of prio. Balances and accounts are loaded before; the hold is part of the balance.
 * INVALID: it cannot be an order on this book. */
cnop_must_check enum cnop_err ledger_load_order(struct ledger *ledger,
                                                const struct ledger_order *order);
/* Takes an account's orders off the books again; what they hold stays held. */
void ledger_unload_orders(struct ledger *ledger, int64_t account_id);
void ledger_load_next_id(struct ledger *ledger, int64_t next_id);
/* Those that were in force, before balances are loaded. */
void ledger_load_rules(struct ledger *ledger, const struct ledger_rules *rules);
/* Remembers the key of a committed posting. Also allowed between commands. */
void ledger_load_key(struct ledger *ledger, const struct ledger_posting *posting,
                     struct cnop_str key,
                     const unsigned char fingerprint[LEDGER_FINGERPRINT_BYTES]);

/* ---- commands ---- */

/* True: the command carries a key that memory cannot decide; look it up in the database, then
 * apply with key_checked, or answer the posting found there. */
bool ledger_needs_lookup(const struct ledger *ledger, const struct ledger_command *command);

/* True: memory knows the key, and for another request. */
bool ledger_key_conflicts(const struct ledger *ledger, const struct ledger_command *command);

/* The order that was placed with this key, or 0; not sure: memory knows none, the database may. */
int64_t ledger_named_order(const struct ledger *ledger, int64_t account_id, struct cnop_str key,
                           bool *ret_sure);

/* Applies one command. outcome is always written. Errors leave the state as it was:
 * ACCOUNT_FROZEN, ASSET_UNKNOWN, ASSET_INACTIVE, MARKET_HALTED, PRICE_STALE, ORDER_TOO_SMALL,
 * ORDER_TOO_LARGE, INSUFFICIENT_FUNDS, INSUFFICIENT_HOLDINGS, DAILY_LIMIT, OVERFLOW,
 * IDEMPOTENCY_MISMATCH, NO_LIQUIDITY, CONFLICT (an older tick), OVERLOADED (a table is full),
 * PRICE_LIMIT_EXCEEDED (figures are prices at 10^-10), AMOUNT_PRECISION (cash in parts of a
 * cent); of LIMIT also PRICE_TICK, PRICE_OUT_OF_BAND (prices: have, the lowest as need, the highest
 * as limit), ORDER_COMBINATION, EXPIRY_INVALID, POST_ONLY_WOULD_TAKE, TOO_MANY_OPEN_ORDERS,
 * BOOK_FULL, TRIGGER_ALREADY_MET (stop price as have, mark as need); ORDER_FINAL: the order to
 * cancel is not an open one of that account. */
cnop_must_check enum cnop_err ledger_apply(struct ledger *ledger,
                                           const struct ledger_command *command,
                                           struct ledger_outcome *outcome);

/* Every rule an ORDER or LIMIT would break now, in the order apply checks them, and the figures it
 * would have; changes nothing. ASSET_UNKNOWN when there is nothing to say. */
struct ledger_preview {
    struct ledger_posting posting; /* id 0; cash_after: what would be free, other than in a posting;
                                      may be negative; a LIMIT: as if all of it were filled at its
                                      limit */
    cnop_qty qty_after;            /* what would be free; may be negative */
    struct ledger_violation violations[LEDGER_VIOLATION_MAX];
    uint32_t violation_count;
};
cnop_must_check enum cnop_err ledger_preview(const struct ledger *ledger,
                                             const struct ledger_command *command,
                                             struct ledger_preview *ret_preview);

/* Whether the house's price reaches an order on the book: give CROSS. Always false where nothing
 * rests. */
bool ledger_is_crossed(const struct ledger *ledger, uint16_t asset_id, int64_t time_us);

struct ledger_band {
    cnop_price lowest;
    cnop_price highest;
};

/* The first pending order that has been reached while the mark was between two prices, and which of
 * them has reached it: give TRIGGER before any later command of that market. Buyers and sellers
 * alike: rising marks from the lowest stop price, falling ones from the highest, then by age. 0:
 * none, or nothing may trade there now. */
int64_t ledger_next_trigger(const struct ledger *ledger, uint16_t asset_id, int64_t time_us,
                            const struct ledger_band *marks, cnop_price *ret_mark);

/* When the first order on a book expires: give EXPIRE before any later command, until it lies
 * ahead. INT64_MAX: none does. */
int64_t ledger_next_expiry(const struct ledger *ledger);
/* When the first switch is due, and whose: give SWITCH_DUE, as above. INT64_MAX: none is on. */
int64_t ledger_next_switch(const struct ledger *ledger, int64_t *ret_account);

/* ---- taking back ---- */
uint64_t ledger_mark(const struct ledger *ledger);
/* Takes back everything after the mark, newest first. */
void ledger_rollback(struct ledger *ledger, uint64_t mark);
/* Lets everything before the mark stand for good and frees its room. */
void ledger_forget(struct ledger *ledger, uint64_t mark);
/* Room for one more command of any kind. */
bool ledger_has_room(const struct ledger *ledger);

/* ---- what a batch touched ---- */

/* Starts a new batch: the dirty lists are empty again. */
void ledger_batch_begin(struct ledger *ledger);
/* Rows touched since, each once, in the order of first touch; they point into the state. */
const struct ledger_balance *ledger_dirty_balance(const struct ledger *ledger, uint32_t index);
uint32_t ledger_dirty_balance_count(const struct ledger *ledger);
const struct ledger_account *ledger_dirty_account(const struct ledger *ledger, uint32_t index,
                                                  bool *ret_row, bool *ret_limits);
uint32_t ledger_dirty_account_count(const struct ledger *ledger);

/* Trades of the batch, in the order they were made. */
const struct ledger_fill *ledger_fill_at(const struct ledger *ledger, uint32_t index);
uint32_t ledger_fill_count(const struct ledger *ledger);
/* Orders that rested at some time of the batch, each once, as they are now or were at their end. */
const struct ledger_order *ledger_order_row(const struct ledger *ledger, uint32_t index);
uint32_t ledger_order_row_count(const struct ledger *ledger);

/* Whether a price of then is young enough to trade on now, or to be believed. */
bool ledger_price_is_fresh(int64_t price_time_us, int64_t now_us, int64_t max_age_us);

/* ---- reading; NULL: never seen ---- */
/* The rules in force. */
void ledger_rules_now(const struct ledger *ledger, struct ledger_rules *ret_rules);
const struct ledger_account *ledger_find_account(const struct ledger *ledger, int64_t account_id);
const struct ledger_balance *ledger_find_balance(const struct ledger *ledger, int64_t account_id,
                                                 uint16_t asset_id);
const struct ledger_asset *ledger_find_asset(const struct ledger *ledger, uint16_t asset_id);
/* By symbol, upper case. */
const struct ledger_asset *ledger_find_symbol(const struct ledger *ledger, struct cnop_str symbol);
int64_t ledger_next_id(const struct ledger *ledger);
/* Next account at or after *cursor (0 at first) whose cash is not whole cents and that SETTLE may
 * fill up; 0: none left. */
int64_t ledger_next_uneven(const struct ledger *ledger, uint32_t *cursor);
uint32_t ledger_account_count(const struct ledger *ledger);
uint32_t ledger_balance_count(const struct ledger *ledger);
/* One after another: index below the count. */
const struct ledger_account *ledger_account_at(const struct ledger *ledger, uint32_t index);
const struct ledger_balance *ledger_balance_at(const struct ledger *ledger, uint32_t index);

/* Open orders: on the books and pending; and one of them; NULL: it is not open. */
uint32_t ledger_open_order_count(const struct ledger *ledger);
const struct ledger_order *ledger_find_order(const struct ledger *ledger, int64_t order_id);
/* Prices of one side with people's orders, best first, at most max; returns how many. */
struct ledger_level {
    cnop_price price;
    cnop_qty qty;
    uint32_t order_count;
};
uint32_t ledger_book_levels(const struct ledger *ledger, uint16_t asset_id, uint8_t side,
                            uint32_t max, struct ledger_level *levels);
/* The prices at which the house buys and sells, whatever the age of the mark; 0: it cannot. */
struct ledger_quote {
    cnop_price bid;
    cnop_price ask;
};
struct ledger_quote ledger_house_quote(const struct ledger *ledger, uint16_t asset_id);
/* The limits that an order of a side may have around a mark > 0; rounded inwards. */
struct ledger_band ledger_price_band(cnop_price mark, uint8_t side);
/* What an account's orders on the books hold of an asset. */
int64_t ledger_held_by_orders(const struct ledger *ledger, int64_t account_id, uint16_t asset_id);

#endif
