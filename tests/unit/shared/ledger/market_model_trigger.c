/* SPDX-License-Identifier: MIT */
/* The naive market: orders that wait for a price, or until a time. */
#include "tests/unit/shared/ledger/market_model_parts.h"

static bool
rises(const struct model_order *order)
{
    bool stop = order->waits_for == LEDGER_STOP || order->waits_for == LEDGER_STOP_LIMIT;

    return order->side == LEDGER_BUY ? stop : !stop;
}

static bool
is_reached(const struct model_order *order, int64_t lowest, int64_t highest)
{
    return rises(order) ? highest >= order->stop : lowest <= order->stop;
}

static int64_t
protected_price(int side, int64_t stop)
{
    __int128 exact = (__int128)stop * (side == LEDGER_BUY ? 105 : 95);
    int64_t price = (int64_t)(side == LEDGER_BUY ? exact / 100 : (exact + 99) / 100);
    int64_t beyond = price % model_unit_at(price);

    if (beyond == 0)
        return price;
    return side == LEDGER_BUY ? price - beyond : price - beyond + model_unit_at(price);
}

/* One that waits for a price needs none of its own. */
struct ledger_command
model_with_limit(const struct ledger_command *command)
{
    struct ledger_command limited = *command;

    if (command->trigger != 0 && command->price.e10 == 0)
        limited.price.e10 = protected_price(command->side, command->stop.e10);
    return limited;
}

enum cnop_err
model_stop_refusal(const struct model *model, const struct ledger_command *command)
{
    const struct model_order order = {
        .side = command->side, .waits_for = command->trigger, .stop = command->stop.e10};
    int64_t mark = model->assets[command->asset_id].mark;

    if (model_is_immediate(command) || command->post_only)
        return CNOP_E_ORDER_COMBINATION;
    if (!model_is_on_grid(order.stop))
        return CNOP_E_PRICE_TICK;
    if ((__int128)order.stop * 10 < mark || order.stop > (__int128)mark * 10)
        return CNOP_E_PRICE_OUT_OF_BAND;
    return is_reached(&order, mark, mark) ? CNOP_E_TRIGGER_ALREADY_MET : CNOP_OK;
}

static bool
fires_now(const struct model *model, int asset, int64_t now)
{
    const struct model_asset *market = &model->assets[asset];

    return !market->halted && market->mark > 0 && model_is_fresh(model, asset, now);
}

/* Rising ones first; of those the lowest stop price, of falling ones the highest; then by place. */
static bool
comes_before(const struct model_order *one, const struct model_order *other)
{
    if (rises(one) != rises(other))
        return rises(one);
    if (one->stop != other->stop)
        return rises(one) ? one->stop < other->stop : one->stop > other->stop;
    return one->place < other->place;
}

const struct model_order *
model_next_reached(const struct model *model, const struct ledger_command *seen, int64_t lowest,
                   int64_t highest)
{
    const struct model_order *first = NULL;

    if (!fires_now(model, seen->asset_id, seen->time_us))
        return NULL;
    for (int i = 0; i < MODEL_ORDERS; i++) {
        const struct model_order *order = &model->orders[i];

        if (order->open && order->pending && order->asset == seen->asset_id &&
            is_reached(order, lowest, highest) && (first == NULL || comes_before(order, first)))
            first = order;
    }
    return first;
}

struct model_answer
model_trigger(struct model *model, const struct ledger_command *command)
{
    struct model_answer answer = {.err = CNOP_OK};

    for (int i = 0; i < MODEL_ORDERS; i++) {
        struct model_order *order = &model->orders[i], fired;
        struct walk walk;

        if (!order->open || !order->pending || order->id != command->order_id ||
            !is_reached(order, command->stop.e10, command->stop.e10) ||
            !fires_now(model, order->asset, command->time_us))
            continue;
        fired = *order;
        order->open = false;
        fired.pending = false;
        fired.takes = true;
        fired.place = model->next_id++;
        walk = (struct walk){.limit = fired.price, .self = fired.self};
        model_take(model, &fired, &walk, command->time_us);
        if (fired.left > 0 && walk.stopped == 0)
            model_keep(model, &fired);
        answer.id = fired.place;
        answer.fills = walk.fills;
        return answer;
    }
    return answer;
}

struct model_answer
model_end_due(struct model *model, const struct ledger_command *command)
{
    for (int ended = 0; ended < LEDGER_FILL_MAX; ended++) {
        struct model_order *first = NULL;

        for (int i = 0; i < MODEL_ORDERS; i++) {
            struct model_order *order = &model->orders[i];

            if (order->open && order->expires != 0 && order->expires <= command->time_us &&
                (first == NULL || order->expires < first->expires ||
                 (order->expires == first->expires && order->id < first->id)))
                first = order;
        }
        if (first == NULL)
            break;
        first->open = false;
    }
    return (struct model_answer){.err = CNOP_OK};
}
