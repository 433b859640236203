/* SPDX-License-Identifier: MIT */
/* Parts of the naive market, shared by its files. */
#ifndef CNOP_TESTS_LEDGER_MARKET_MODEL_PARTS_H
#define CNOP_TESTS_LEDGER_MARKET_MODEL_PARTS_H

#include "tests/unit/shared/ledger/market_model.h"

#define CENT18 ((__int128)10000000000000000) /* a cent at 10^-18 */
#define CENT8 INT64_C(1000000)

/* How far an order goes, and how far it came. */
struct walk {
    int64_t limit; /* 0: any */
    int64_t cash;  /* 0: by quantity */
    int self;
    int steps;
    int fills;
    int stopped;
    bool sated;
    bool beyond;
    bool meets; /* people, who are at least as good as the house */
};

int64_t model_settled(const struct model_order *order);
int64_t model_fee_of(__int128 fee_sum);
int64_t model_hold_at(const struct model_order *order, int64_t bps);
int64_t model_hold_of(const struct model_order *order);
int64_t model_held_of(const struct model *model, int user, int asset);
int64_t model_avail_of(const struct model *model, int user, int asset);
int64_t model_unit_at(int64_t price);
bool model_is_on_grid(int64_t price);
bool model_is_fresh(const struct model *model, int asset, int64_t now);
int64_t model_house_price(const struct model *model, int asset, int taker_side, int64_t now);
bool model_house_can(const struct model *model, int asset, int taker_side, int64_t price,
                     int64_t qty);
void model_add_fill(struct model_order *order, int64_t price, int64_t qty, int64_t bps,
                    int64_t *ret_cash, int64_t *ret_fee);
void model_trade(struct model *model, struct model_order *order, struct model_order *other,
                 int64_t price, int64_t qty);
struct model_order *model_best_of(struct model *model, int asset, int side);
bool model_is_worse(int64_t price, int64_t than, int taker_side);
int64_t model_wanted(const struct model_order *taker, const struct walk *walk, int64_t price);
void model_take(struct model *model, struct model_order *taker, struct walk *walk, int64_t now);
void model_keep(struct model *model, const struct model_order *order);
enum cnop_err model_means_refusal(struct model *model, const struct ledger_command *command,
                                  const struct model_order *order);
struct ledger_command model_with_limit(const struct ledger_command *command);
struct model_answer model_end_due(struct model *model, const struct ledger_command *command);
enum cnop_err model_stop_refusal(const struct model *model, const struct ledger_command *command);
struct model_answer model_trigger(struct model *model, const struct ledger_command *command);
struct model_answer model_amend(struct model *model, const struct ledger_command *command);

#define MODEL_DAY_US INT64_C(86400000000)

static inline bool
model_is_immediate(const struct ledger_command *command)
{
    return command->tif == LEDGER_IOC || command->tif == LEDGER_FOK;
}

/* 0: never. */
static inline int64_t
model_expiry(const struct ledger_command *command)
{
    if (command->tif == LEDGER_DAY)
        return command->time_us - command->time_us % MODEL_DAY_US + MODEL_DAY_US;
    return command->tif == LEDGER_GTD ? command->expires_us : 0;
}

#endif
