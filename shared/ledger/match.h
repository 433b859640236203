/* SPDX-License-Identifier: MIT */
/* Matching: what an order would trade with now, step by step, without a change; and carrying it
 * out. The house is one maker, computed from the mark, behind people of the same price. For
 * shared/ledger only. */
#ifndef CNOP_LEDGER_MATCH_H
#define CNOP_LEDGER_MATCH_H

#include "shared/ledger/fill.h"

/* The house's prices; 0: it does not trade. */
struct match_quote {
    cnop_price bid;
    cnop_price ask;
};

/* Whatever the age of its price. */
struct match_quote match_quote_of(const struct ledger *ledger, uint16_t asset_id);
struct match_quote match_quote(const struct ledger *ledger, uint16_t asset_id, int64_t time_us);

/* Whether the house can trade so much: bought or sold by its customer, seen from there. */
bool match_house_can(const struct ledger *ledger, uint16_t asset_id, uint8_t side, cnop_price price,
                     cnop_qty qty);

/* Somebody who takes. Quantity or cash: a buyer spends at most that cash, a seller sells until it
 * has come in; whole cents. */
struct match_taker {
    int64_t account_id;
    int64_t time_us;
    cnop_qty qty;
    cnop_cash cash;
    cnop_price limit; /* 0: any price */
    uint16_t asset_id;
    uint8_t side;
    uint8_t self; /* enum ledger_self */
};

struct match_step {
    cnop_price price;
    cnop_qty qty;
    uint32_t slot;  /* the resting order; 0: the house */
    uint8_t reason; /* not 0: no trade, the resting order is cancelled for that reason */
};

struct match_plan {
    struct match_step steps[LEDGER_FILL_MAX];
    uint32_t count;
    cnop_qty filled;
    unsigned __int128 exact_e18; /* price * quantity of all of them */
    uint8_t stopped;             /* why the taker may not go on: SELF_TRADE, FILLS, or 0 */
    bool sated;                  /* it wants nothing more */
    cnop_price next;             /* beyond its limit; 0: it has met nothing of the kind */
};

/* Whether the price is young enough to trade on, or to be believed. */
bool match_is_fresh(const struct ledger *ledger, uint16_t asset_id, int64_t time_us);
/* Whether anybody may trade there now. */
bool match_is_open(const struct ledger *ledger, uint16_t asset_id);

/* Whether a resting order is at least as good for a market order as the house. */
bool match_meets_people(const struct ledger *ledger, const struct ledger_command *order);
void match_walk(const struct ledger *ledger, const struct match_taker *taker,
                struct match_plan *ret_plan);

/* Carries a plan out at once. taker: sums and quantity left change; not on a book. line: see
 * struct fill_side. */
void match_carry_out(struct ledger *ledger, const struct match_plan *plan, int64_t time_us,
                     bool line, struct ledger_order *taker);

/* One resting order fills, as maker, against the house. */
void match_fill_by_house(struct ledger *ledger, uint32_t slot, cnop_price price, int64_t time_us);

/* Ends a resting order: what it holds is free again, and it leaves the book. */
void match_end(struct ledger *ledger, uint32_t slot, enum ledger_status status,
               enum ledger_reason reason, int64_t time_us);
/* All of an account: there are few. */
void match_end_all(struct ledger *ledger, int64_t account_id, enum ledger_reason reason,
                   int64_t time_us);

#endif
