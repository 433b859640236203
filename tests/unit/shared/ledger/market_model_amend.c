/* SPDX-License-Identifier: MIT */
/* The naive market: orders that get another quantity or price. */
#include "tests/unit/shared/ledger/market_model_parts.h"

static struct model_order *
own_order(struct model *model, const struct ledger_command *command)
{
    for (int i = 0; i < MODEL_ORDERS; i++) {
        struct model_order *order = &model->orders[i];

        if (order->open && order->id == command->order_id &&
            order->user + LEDGER_ACCOUNT_FIRST_USER == command->account_id)
            return order;
    }
    return NULL;
}

static enum cnop_err
size_refusal(const struct model *model, const struct model_order *order)
{
    const struct ledger_config *rules = &model->rules;
    __int128 exact = (__int128)order->price * order->qty;
    bool whole = order->side == LEDGER_SELL &&
                 order->qty == model_avail_of(model, order->user, order->asset);

    if (model->assets[order->asset].halted)
        return CNOP_E_MARKET_HALTED;
    if (!whole && order->qty < rules->min_qty.e8)
        return CNOP_E_ORDER_TOO_SMALL;
    if (!whole && exact < (__int128)rules->min_notional.e8 * CNOP_E10)
        return CNOP_E_ORDER_TOO_SMALL;
    return exact > (__int128)rules->max_notional.e8 * CNOP_E10 ? CNOP_E_ORDER_TOO_LARGE : CNOP_OK;
}

static enum cnop_err
price_refusal(const struct model *model, const struct model_order *order)
{
    int64_t mark = order->pending ? order->stop : model->assets[order->asset].mark;
    __int128 price = order->price;
    bool buy = order->side == LEDGER_BUY;

    if (!model_is_on_grid(order->price))
        return CNOP_E_PRICE_TICK;
    if (price * (buy ? 10 : 2) < mark || price > (__int128)mark * (buy ? 2 : 10))
        return CNOP_E_PRICE_OUT_OF_BAND;
    return CNOP_OK;
}

/* As a new order for what is left of it would be, with its own hold free. */
static struct model_answer
enter_again(struct model *model, struct model_order *order, struct model_order *again,
            int64_t time_us)
{
    const struct ledger_command as_new = {.op = LEDGER_OP_LIMIT,
                                          .account_id = LEDGER_ACCOUNT_FIRST_USER + again->user,
                                          .time_us = time_us,
                                          .asset_id = (uint16_t)again->asset,
                                          .side = (uint8_t)again->side,
                                          .qty = {again->left},
                                          .price = {again->price},
                                          .tif = LEDGER_GTC,
                                          .trigger = again->pending ? (uint8_t)again->waits_for : 0,
                                          .post_only = again->post_only,
                                          .self = (uint8_t)again->self};
    struct walk walk = {.limit = again->price, .self = again->self};
    enum cnop_err err = price_refusal(model, again);

    order->open = false;
    if (err == CNOP_OK)
        err = model_means_refusal(model, &as_new, again);
    if (err != CNOP_OK) {
        order->open = true;
        return (struct model_answer){.err = err};
    }
    again->takes = true;
    again->maker_bps = model->rules.maker_fee_bps;
    again->taker_bps = model->rules.fee_bps;
    again->place = model->next_id++;
    if (!again->pending)
        model_take(model, again, &walk, time_us);
    if (again->left > 0 && walk.stopped == 0)
        model_keep(model, again);
    return (struct model_answer){.id = again->place, .fills = walk.fills};
}

struct model_answer
model_amend(struct model *model, const struct ledger_command *command)
{
    struct model_order *order = own_order(model, command);
    struct model_answer answer = {.err = CNOP_E_ORDER_FINAL};
    struct model_order now;
    int64_t filled;

    if (order == NULL)
        return answer;
    now = *order;
    filled = order->qty - order->left;
    now.qty = command->qty.e8 > 0 ? command->qty.e8 : order->qty;
    now.price = command->price.e10 > 0 ? command->price.e10 : order->price;
    now.left = now.qty - filled;
    answer.err = CNOP_OK;
    if (now.qty == order->qty && now.price == order->price)
        return answer;
    if (now.left <= 0) {
        order->open = false;
        return answer;
    }
    answer.err = size_refusal(model, &now);
    if (answer.err != CNOP_OK)
        return answer;
    if (now.price != order->price || now.qty > order->qty || order->pending)
        return enter_again(model, order, &now, command->time_us);
    *order = now;
    return answer;
}
