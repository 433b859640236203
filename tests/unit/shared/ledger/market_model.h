/* SPDX-License-Identifier: MIT */
/* A second market for the tests: slow, naive, written from the rules and not from the product.
 * Orders are a flat list that is searched from end to end; what an order holds and has settled is
 * computed anew from its fills whenever it is asked for. It predicts the answer to every command,
 * every balance and every order. */
#ifndef CNOP_TESTS_LEDGER_MARKET_MODEL_H
#define CNOP_TESTS_LEDGER_MARKET_MODEL_H

#include "shared/ledger/ledger.h"

#define MODEL_USERS 8
#define MODEL_ASSETS 3 /* the dollar and two others */
#ifndef MODEL_ORDERS   /* the simulator has fewer, and is faster for it */
#define MODEL_ORDERS 512
#endif

struct model_order {
    bool open;
    bool takes; /* it does not rest yet */
    bool lines; /* its fills are lines of the statement */
    bool post_only;
    int self; /* at an own order */
    int64_t id;
    int64_t place; /* in the queue of its price */
    int user;
    int asset;
    int side;
    int64_t price;
    int64_t qty;
    int64_t left;
    __int128 exact;   /* at 10^-18 */
    __int128 fee_sum; /* settled cents * bps */
    int64_t cost;
    int64_t maker_bps; /* at rest: when it was accepted */
    int64_t expires;   /* 0: never */
    int64_t taker_bps; /* when it takes later: when it was accepted */
    int waits_for;     /* enum ledger_order_type; 0: nothing */
    bool pending;      /* its stop price was not reached */
    int64_t stop;
};

struct model_user {
    bool frozen;
    int64_t switch_at;           /* 0: off */
    int64_t total[MODEL_ASSETS]; /* held or not */
    int64_t cost[MODEL_ASSETS];
    int64_t realised[MODEL_ASSETS];
    uint64_t entries[MODEL_ASSETS];
};

struct model_asset {
    bool halted;
    int64_t mark;
    uint64_t seq;
    int64_t time_us;
};

struct model {
    struct ledger_config rules;
    struct model_user users[MODEL_USERS];
    int64_t system[5][MODEL_ASSETS];
    struct model_asset assets[MODEL_ASSETS];
    struct model_order orders[MODEL_ORDERS];
    int64_t next_id;
};

/* What the ledger should say of an order. */
struct model_answer {
    enum cnop_err err;
    int64_t id;
    int64_t filled;
    int64_t left;
    int64_t undone;
    int64_t total;
    int64_t fee;
    int64_t hold;
    int status;
    int reason;
    int fills;
};

struct model_answer model_apply(struct model *model, const struct ledger_command *command);

/* True and a line on stdout for the first difference. */
bool model_differs(const struct model *model, const struct ledger *ledger);

/* The pending order that marks between two prices reach first, at the command's market and time. */
const struct model_order *model_next_reached(const struct model *model,
                                             const struct ledger_command *seen, int64_t lowest,
                                             int64_t highest);

/* A live order of the model, counted around; NULL: there is none. */
const struct model_order *model_any_open(const struct model *model, uint64_t number);

#endif
