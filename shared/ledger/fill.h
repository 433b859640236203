/* SPDX-License-Identifier: MIT */
/* Money of trades: what an order has settled so far, what it still holds, and one fill carried out.
 * The rule is docs/adr/0009's, per order: fills move differences of the order's rounded sums. For
 * shared/ledger only. */
#ifndef CNOP_LEDGER_FILL_H
#define CNOP_LEDGER_FILL_H

#include "shared/ledger/state.h"

/* A trade of the book is worth at most this: so many of them add up in 64 bits. */
#define FILL_VALUE_MAX_E8 (INT64_MAX / 512)

/* What the rest of an order still has to hold, at a rate. Buyers: cash, sellers: units. */
int64_t fill_hold(const struct ledger_order *order, unsigned rate_bps);
/* The rate at which it holds where it stands: one that is pending may take or make. */
unsigned fill_hold_bps(const struct ledger_order *order);

/* Adds one fill to the order's sums; ret_cash, ret_fee: by how much what it has settled grows. */
void fill_add(struct ledger_order *order, cnop_price price, cnop_qty qty, unsigned rate_bps,
              cnop_cash *ret_cash, cnop_cash *ret_fee);

/* Whether a fill of a resting order can be counted: by it, and on the cash of its account. */
bool fill_is_countable(const struct ledger *ledger, const struct ledger_order *order,
                       cnop_price price, cnop_qty qty);

/* Cash that the house pays (up) or receives (down). */
cnop_cash fill_house_cash(cnop_price price, cnop_qty qty, bool pays);

/* One side of a trade. order NULL: the house. */
struct fill_side {
    struct ledger_order *order; /* sums; the caller has touched it if it lies in the ledger */
    bool resting;               /* it pays and delivers from its hold */
    bool line;                  /* it may rest: its fills are lines of the statement */
    unsigned rate_bps;
};

struct fill_terms {
    cnop_price price;
    cnop_qty qty;
    int64_t time_us;
    uint16_t asset_id;
    uint8_t taker_side;
};

/* Moves the money and the units of one trade, and adds it to the fills of the batch. Quantities
 * that are left are the caller's. A resting side's hold_e8 becomes what its rest needs. Everything
 * was checked before: who has not enough is a bug. */
void fill_trade(struct ledger *ledger, const struct fill_terms *terms,
                const struct fill_side *buyer, const struct fill_side *seller);

/* What an open order holds, for a quantity that will not be traded, is free again. */
void fill_release(struct ledger *ledger, const struct ledger_order *order, int64_t hold_e8,
                  cnop_qty qty, int64_t time_us);

/* Puts an amount of an account's balance on hold (negative: gives it back). */
void fill_move_hold(struct ledger *ledger, int64_t account_id, uint16_t asset_id, int64_t delta_e8,
                    int64_t time_us);

#endif
