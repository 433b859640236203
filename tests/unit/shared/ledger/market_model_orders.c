/* SPDX-License-Identifier: MIT */
/* The naive market: what each command is answered and does. */
#include "tests/unit/shared/ledger/market_model_parts.h"

static struct model_answer
refuse(enum cnop_err err)
{
    return (struct model_answer){.err = err};
}

static enum cnop_err
market_refusal(const struct model *model, const struct ledger_command *command)
{
    if (model->users[command->account_id - LEDGER_ACCOUNT_FIRST_USER].frozen)
        return CNOP_E_ACCOUNT_FROZEN;
    return model->assets[command->asset_id].halted ? CNOP_E_MARKET_HALTED : CNOP_OK;
}

static enum cnop_err
limit_refusal(const struct model *model, const struct ledger_command *command)
{
    const struct model_asset *market = &model->assets[command->asset_id];
    int user = (int)(command->account_id - LEDGER_ACCOUNT_FIRST_USER);
    __int128 exact = (__int128)command->price.e10 * command->qty.e8, price = command->price.e10;
    bool buy = command->side == LEDGER_BUY;
    bool whole = !buy && command->qty.e8 == model_avail_of(model, user, command->asset_id);
    int64_t near = command->trigger != 0 ? command->stop.e10 : market->mark;
    enum cnop_err err = market_refusal(model, command);
    unsigned open_count = 0;

    if (err != CNOP_OK)
        return err;
    if (market->mark == 0)
        return CNOP_E_PRICE_STALE;
    if (command->post_only && model_is_immediate(command))
        return CNOP_E_ORDER_COMBINATION;
    if (command->tif == LEDGER_GTD && (command->expires_us <= command->time_us ||
                                       command->expires_us > command->time_us + 90 * MODEL_DAY_US))
        return CNOP_E_EXPIRY_INVALID;
    if (!model_is_on_grid(command->price.e10))
        return CNOP_E_PRICE_TICK;
    if (price * (buy ? 10 : 2) < near || price > (__int128)near * (buy ? 2 : 10))
        return CNOP_E_PRICE_OUT_OF_BAND;
    if (command->trigger != 0 && (err = model_stop_refusal(model, command)) != CNOP_OK)
        return err;
    if (!whole && command->qty.e8 < model->rules.min_qty.e8)
        return CNOP_E_ORDER_TOO_SMALL;
    if (!whole && exact < (__int128)model->rules.min_notional.e8 * CNOP_E10)
        return CNOP_E_ORDER_TOO_SMALL;
    if (exact > (__int128)model->rules.max_notional.e8 * CNOP_E10)
        return CNOP_E_ORDER_TOO_LARGE;
    for (int i = 0; i < MODEL_ORDERS; i++)
        open_count += model->orders[i].open && model->orders[i].user == user;
    if (!model_is_immediate(command) && open_count >= model->rules.max_account_orders)
        return CNOP_E_TOO_MANY_OPEN_ORDERS;
    return CNOP_OK;
}

/* Whether the limit reaches somebody, oneself too, or a house that can trade. */
static bool
would_take(struct model *model, const struct ledger_command *command)
{
    const struct model_order *maker = model_best_of(model, command->asset_id, 3 - command->side);
    int64_t house = model_house_price(model, command->asset_id, command->side, command->time_us);

    if (command->trigger != 0)
        return false;
    if (maker != NULL && !model_is_worse(maker->price, command->price.e10, command->side))
        return true;
    return house != 0 && !model_is_worse(house, command->price.e10, command->side) &&
           model_house_can(model, command->asset_id, command->side, house, command->qty.e8);
}

void
model_keep(struct model *model, const struct model_order *order)
{
    for (int i = 0; i < MODEL_ORDERS; i++) {
        if (!model->orders[i].open) {
            model->orders[i] = *order;
            model->orders[i].takes = false;
            return;
        }
    }
    cnop_assert(false && "room for more orders in the model");
}

/* The rate that an order has to be able to pay: the larger one if it trades at once, or cancels an
 * own order. */
static int64_t
rate_needed(struct model *model, const struct ledger_command *command)
{
    const struct model_order *maker = model_best_of(model, command->asset_id, 3 - command->side);
    int64_t house = model_house_price(model, command->asset_id, command->side, command->time_us);
    int64_t bps = model->rules.maker_fee_bps;
    bool stuck = maker != NULL && maker->user + LEDGER_ACCOUNT_FIRST_USER == command->account_id &&
                 command->self == LEDGER_SELF_NEWEST &&
                 !model_is_worse(maker->price, command->price.e10, command->side) &&
                 (house == 0 || !model_is_worse(maker->price, house, command->side));

    return ((would_take(model, command) && !stuck) || command->trigger != 0) &&
                   model->rules.fee_bps > bps
               ? model->rules.fee_bps
               : bps;
}

enum cnop_err
model_means_refusal(struct model *model, const struct ledger_command *command,
                    const struct model_order *order)
{
    if (command->post_only && would_take(model, command))
        return CNOP_E_POST_ONLY_WOULD_TAKE;
    if (order->side == LEDGER_SELL)
        return model_avail_of(model, order->user, order->asset) < order->left
                   ? CNOP_E_INSUFFICIENT_HOLDINGS
                   : CNOP_OK;
    return model_avail_of(model, order->user, 0) < model_hold_at(order, rate_needed(model, command))
               ? CNOP_E_INSUFFICIENT_FUNDS
               : CNOP_OK;
}

/* What became of it: filled, resting, or given up. */
static struct model_answer
answer_limit(struct model *model, const struct ledger_command *command, struct model_order *order,
             const struct walk *walk)
{
    bool rests = order->left > 0 && !model_is_immediate(command) && walk->stopped == 0;
    struct model_answer answer = {.id = order->id,
                                  .filled = order->qty - order->left,
                                  .total = model_settled(order),
                                  .fee = model_fee_of(order->fee_sum),
                                  .fills = walk->fills,
                                  .status = LEDGER_COMPLETED};

    if (rests) {
        order->maker_bps = model->rules.maker_fee_bps;
        order->expires = model_expiry(command);
        model_keep(model, order);
        answer.left = order->left;
        answer.hold = model_hold_of(order);
        answer.status = order->pending      ? LEDGER_PENDING
                        : answer.filled > 0 ? LEDGER_PARTIAL
                                            : LEDGER_QUEUED;
    } else if (order->left > 0) {
        answer.undone = order->left;
        answer.reason = command->tif == LEDGER_FOK ? LEDGER_REASON_FOK : LEDGER_REASON_IOC;
        if (walk->stopped != 0)
            answer.reason = walk->stopped;
        answer.status =
            answer.reason == LEDGER_REASON_SELF_TRADE ? LEDGER_CANCELLED : LEDGER_EXPIRED;
    }
    return answer;
}

static struct model_answer
limit(struct model *model, const struct ledger_command *asked)
{
    const struct ledger_command limited = model_with_limit(asked), *command = &limited;
    static struct model before;
    struct model_order order = {.open = true,
                                .takes = true,
                                .lines = true,
                                .user = (int)(command->account_id - LEDGER_ACCOUNT_FIRST_USER),
                                .asset = command->asset_id,
                                .side = command->side,
                                .price = command->price.e10,
                                .self = command->self,
                                .post_only = command->post_only,
                                .pending = command->trigger != 0,
                                .waits_for = command->trigger,
                                .stop = command->stop.e10,
                                .taker_bps = model->rules.fee_bps,
                                .qty = command->qty.e8,
                                .left = command->qty.e8};
    const struct model_order fresh = order;
    struct walk walk = {.limit = command->price.e10, .self = command->self};
    enum cnop_err err = limit_refusal(model, command);

    if (err == CNOP_OK)
        err = model_means_refusal(model, command, &order);
    if (err != CNOP_OK)
        return refuse(err);
    before = *model;
    order.id = order.place = model->next_id++;
    if (order.pending)
        return answer_limit(model, command, &order, &walk);
    model_take(model, &order, &walk, command->time_us);
    if (command->tif == LEDGER_FOK && order.left > 0) {
        int64_t id = order.id;

        *model = before;
        model->next_id++;
        order = fresh;
        order.id = id;
        walk.fills = 0;
    }
    return answer_limit(model, command, &order, &walk);
}

/* What is wrong with a market order that would fill like this; CNOP_OK: nothing. */
static enum cnop_err
market_order_refusal(const struct model *model, const struct model *before,
                     const struct ledger_command *command, const struct model_order *order,
                     const struct walk *walk)
{
    const struct ledger_config *rules = &model->rules;
    int user = order->user;
    int64_t total = model_settled(order), fee = model_fee_of(order->fee_sum);
    int64_t filled = command->amount.e8 > 0 ? order->qty : order->qty - order->left;
    int64_t avail = model_avail_of(before, user, order->asset);
    bool buy = order->side == LEDGER_BUY;
    bool whole = !buy && filled > 0 && filled == avail;
    int64_t value =
        command->amount.e8 > 0 ? command->amount.e8 : (int64_t)(order->exact / CNOP_E10);

    if (walk->beyond)
        return CNOP_E_PRICE_LIMIT_EXCEEDED;
    if (walk->meets && !walk->sated && walk->stopped == 0)
        return CNOP_E_NO_LIQUIDITY;
    if (!whole && command->amount.e8 == 0 && command->qty.e8 < rules->min_qty.e8)
        return CNOP_E_ORDER_TOO_SMALL;
    if (!whole && (filled == 0 || total < CENT8 || value < rules->min_notional.e8))
        return CNOP_E_ORDER_TOO_SMALL;
    if (total > rules->max_notional.e8)
        return CNOP_E_ORDER_TOO_LARGE;
    if (buy && model_avail_of(before, user, 0) < total + fee)
        return CNOP_E_INSUFFICIENT_FUNDS;
    if (!buy && avail < filled)
        return CNOP_E_INSUFFICIENT_HOLDINGS;
    return CNOP_OK;
}

/* The house alone, whatever its floor: what the order would come to. */
static void
price_by_house(struct model_order *order, struct walk *walk, int64_t price)
{
    int64_t qty = model_wanted(order, walk, price), cash, fee;

    walk->beyond = walk->limit != 0 && model_is_worse(price, walk->limit, order->side);
    if (walk->cash != 0)
        order->qty = qty;
    order->left = 0;
    walk->sated = true;
    if (qty > 0)
        model_add_fill(order, price, qty, 0, &cash, &fee);
}

/* Nobody is at least as good as the house: one trade with it. */
static enum cnop_err
fill_by_house(struct model *model, const struct model *before, const struct ledger_command *command,
              struct model_order *order, struct walk *walk)
{
    int64_t house = model_house_price(model, command->asset_id, command->side, command->time_us);
    struct model_order priced = *order;
    enum cnop_err err;

    price_by_house(&priced, walk, house);
    priced.fee_sum = (__int128)(model_settled(&priced) / CENT8) * model->rules.fee_bps;
    err = market_order_refusal(model, before, command, &priced, walk);
    if (err != CNOP_OK)
        return err;
    if (!model_house_can(model, order->asset, order->side, house, priced.qty))
        return CNOP_E_NO_LIQUIDITY;
    order->left = priced.qty;
    order->qty = priced.qty;
    model_trade(model, order, NULL, house, priced.qty);
    walk->fills = 1;
    return CNOP_OK;
}

static enum cnop_err
fill_by_people(struct model *model, const struct model *before,
               const struct ledger_command *command, struct model_order *order, struct walk *walk)
{
    int64_t got = 0;

    if (walk->cash != 0 || command->amount.e8 == 0)
        model_take(model, order, walk, command->time_us);
    else
        walk->sated = true;
    for (int asset = 1; asset < MODEL_ASSETS; asset++)
        got += model->users[order->user].total[asset] - before->users[order->user].total[asset];
    if (command->amount.e8 != 0) {
        order->qty = got < 0 ? -got : got;
        order->left = 0;
    }
    return market_order_refusal(model, before, command, order, walk);
}

static enum cnop_err
price_refusal(const struct model *model, const struct ledger_command *command)
{
    const struct model_asset *market = &model->assets[command->asset_id];
    enum cnop_err err = market_refusal(model, command);

    if (err == CNOP_OK &&
        (market->mark == 0 || !model_is_fresh(model, command->asset_id, command->time_us)))
        return CNOP_E_PRICE_STALE;
    return err;
}

static struct model_answer
answer_market(const struct model_order *order, const struct walk *walk)
{
    bool whole = walk->sated || !walk->meets;

    return (struct model_answer){.id = order->id,
                                 .filled = order->qty - order->left,
                                 .undone = order->left,
                                 .total = model_settled(order),
                                 .fee = model_fee_of(order->fee_sum),
                                 .fills = walk->fills,
                                 .status = whole ? LEDGER_COMPLETED : LEDGER_EXPIRED,
                                 .reason = whole ? LEDGER_REASON_NONE : LEDGER_REASON_FILLS};
}

static struct model_answer
market(struct model *model, const struct ledger_command *command)
{
    static struct model before;
    const struct model_order *front = model_best_of(model, command->asset_id, 3 - command->side);
    int64_t house = model_house_price(model, command->asset_id, command->side, command->time_us);
    struct model_order order = {.takes = true,
                                .user = (int)(command->account_id - LEDGER_ACCOUNT_FIRST_USER),
                                .asset = command->asset_id,
                                .side = command->side,
                                .qty = command->qty.e8,
                                .left = command->qty.e8};
    struct walk walk = {.limit = command->worst_price.e10,
                        .self = LEDGER_SELF_OLDEST,
                        .cash = command->amount.e8,
                        .meets = front != NULL && house != 0 &&
                                 !model_is_worse(front->price, house, command->side)};
    enum cnop_err err = price_refusal(model, command);

    if (err != CNOP_OK)
        return refuse(err);
    if (command->side == LEDGER_BUY && walk.cash != 0)
        walk.cash =
            (int64_t)((__int128)walk.cash * 10000 / (10000 + model->rules.fee_bps)) / CENT8 * CENT8;
    before = *model;
    order.id = model->next_id++;
    err = walk.meets ? fill_by_people(model, &before, command, &order, &walk)
                     : fill_by_house(model, &before, command, &order, &walk);
    if (err != CNOP_OK) {
        *model = before;
        return refuse(err);
    }
    model->users[order.user].entries[0]++;
    model->users[order.user].entries[order.asset]++;
    return answer_market(&order, &walk);
}

static struct model_answer
cancel(struct model *model, const struct ledger_command *command)
{
    for (int i = 0; i < MODEL_ORDERS; i++) {
        struct model_order *order = &model->orders[i];

        if (order->open && order->id == command->order_id &&
            order->user + LEDGER_ACCOUNT_FIRST_USER == command->account_id) {
            order->open = false;
            return refuse(CNOP_OK);
        }
    }
    return refuse(CNOP_E_ORDER_FINAL);
}

static struct model_answer
cancel_all(struct model *model, const struct ledger_command *command)
{
    for (int i = 0; i < MODEL_ORDERS; i++) {
        struct model_order *order = &model->orders[i];

        if (order->user + LEDGER_ACCOUNT_FIRST_USER == command->account_id &&
            (command->asset_id == 0 || order->asset == command->asset_id) &&
            (command->side == 0 || order->side == command->side))
            order->open = false;
    }
    return refuse(CNOP_OK);
}

static struct model_answer
cross(struct model *model, const struct ledger_command *command)
{
    struct model_answer answer = {.id = model->next_id};

    for (int side = LEDGER_BUY; side <= LEDGER_SELL; side++) {
        int64_t price = model_house_price(model, command->asset_id, side, command->time_us);

        while (price != 0 && !model->assets[command->asset_id].halted &&
               answer.fills < LEDGER_FILL_MAX) {
            struct model_order *order = model_best_of(model, command->asset_id, side);

            if (order == NULL || model_is_worse(price, order->price, side) ||
                !model_house_can(model, command->asset_id, side, price, order->left))
                break;
            model_trade(model, order, NULL, price, order->left);
            answer.fills++;
        }
    }
    return answer;
}

static void
end_all(struct model *model, int user)
{
    for (int i = 0; i < MODEL_ORDERS; i++)
        model->orders[i].open = model->orders[i].open && model->orders[i].user != user;
}

static void
set_rules(struct ledger_config *rules, const int64_t *values)
{
    rules->fee_bps = (unsigned)values[LEDGER_RULE_FEE_BPS];
    rules->maker_fee_bps = (unsigned)values[LEDGER_RULE_MAKER_FEE_BPS];
    rules->house_spread_bps = (unsigned)values[LEDGER_RULE_HOUSE_SPREAD_BPS];
    rules->house_floor_e8 = values[LEDGER_RULE_HOUSE_FLOOR_E8];
    rules->price_max_age_us = values[LEDGER_RULE_PRICE_MAX_AGE_US];
    rules->min_qty.e8 = values[LEDGER_RULE_MIN_QTY_E8];
    rules->min_notional.e8 = values[LEDGER_RULE_MIN_NOTIONAL_E8];
    rules->max_notional.e8 = values[LEDGER_RULE_MAX_NOTIONAL_E8];
    rules->max_account_orders = (uint32_t)values[LEDGER_RULE_ACCOUNT_ORDERS];
}

static struct model_answer
admin(struct model *model, const struct ledger_command *command)
{
    struct model_asset *market = &model->assets[command->asset_id];
    int user = (int)(command->account_id - LEDGER_ACCOUNT_FIRST_USER);

    if (command->op == LEDGER_OP_TICK) {
        if (command->price_seq <= market->seq)
            return refuse(CNOP_E_CONFLICT);
        market->mark = command->price.e10;
        market->seq = command->price_seq;
        market->time_us = command->time_us;
    } else if (command->op == LEDGER_OP_HALT || command->op == LEDGER_OP_RESUME) {
        market->halted = command->op == LEDGER_OP_HALT;
    } else if (command->op == LEDGER_OP_UNFREEZE) {
        model->users[user].frozen = false;
    } else if (command->op == LEDGER_OP_FREEZE) {
        end_all(model, user);
        model->users[user].frozen = true;
    } else if (command->op == LEDGER_OP_SWITCH) {
        model->users[user].switch_at =
            command->expires_us == 0 ? 0 : command->time_us + command->expires_us;
    } else if (command->op == LEDGER_OP_SWITCH_DUE) {
        if (model->users[user].switch_at == 0 || model->users[user].switch_at > command->time_us)
            return refuse(CNOP_OK);
        model->users[user].switch_at = 0;
        end_all(model, user);
    } else if (command->op == LEDGER_OP_RULES) {
        set_rules(&model->rules, command->rules.values);
    } else if (command->op == LEDGER_OP_GIFT) {
        if (model->users[user].frozen)
            return refuse(CNOP_E_ACCOUNT_FROZEN);
        model->users[user].total[0] += command->amount.e8;
        model->users[user].entries[0]++;
        model->system[LEDGER_ACCOUNT_WORLD][0] -= command->amount.e8;
        return (struct model_answer){.id = model->next_id++, .total = command->amount.e8};
    }
    return refuse(CNOP_OK);
}

struct model_answer
model_apply(struct model *model, const struct ledger_command *command)
{
    switch (command->op) {
    case LEDGER_OP_LIMIT:
        return limit(model, command);
    case LEDGER_OP_ORDER:
        return market(model, command);
    case LEDGER_OP_CANCEL:
        return cancel(model, command);
    case LEDGER_OP_CANCEL_ALL:
        return cancel_all(model, command);
    case LEDGER_OP_CROSS:
        return cross(model, command);
    case LEDGER_OP_AMEND:
        return model_amend(model, command);
    case LEDGER_OP_TRIGGER:
        return model_trigger(model, command);
    case LEDGER_OP_EXPIRE:
        return model_end_due(model, command);
    default:
        return admin(model, command);
    }
}
