/* SPDX-License-Identifier: MIT */
/* Pending orders that the mark has reached: each leaves its stop price and becomes the limit order
 * it was to be, as if it had just come. Which are reached is told by the caller, who has seen every
 * mark: one that came and went between two steps still counts. */
#include "shared/ledger/book.h"
#include "shared/ledger/change.h"
#include "shared/ledger/limit.h"

/* An old mark tells nothing: it may have been reached long ago, or not at all. */
static bool
may_fire(const struct ledger *ledger, uint16_t asset_id, int64_t time_us)
{
    return match_is_open(ledger, asset_id) && ledger->assets[asset_id].price.e10 > 0 &&
           match_is_fresh(ledger, asset_id, time_us);
}

int64_t
ledger_next_trigger(const struct ledger *ledger, uint16_t asset_id, int64_t time_us,
                    const struct ledger_band *marks, cnop_price *ret_mark)
{
    uint32_t rising, falling;

    cnop_assert(marks->lowest.e10 <= marks->highest.e10);
    if (asset_id == LEDGER_USD || asset_id >= ledger->config.max_assets)
        return 0;
    rising = book_front(ledger, asset_id, BOOK_RISING);
    falling = book_front(ledger, asset_id, BOOK_FALLING);
    if ((rising == 0 && falling == 0) || !may_fire(ledger, asset_id, time_us))
        return 0;
    *ret_mark = marks->highest;
    if (rising != 0 && limit_is_reached(&ledger->orders[rising], marks->highest))
        return ledger->orders[rising].id;
    *ret_mark = marks->lowest;
    return falling != 0 && limit_is_reached(&ledger->orders[falling], marks->lowest)
               ? ledger->orders[falling].id
               : 0;
}

static void
fire(struct ledger *ledger, uint32_t slot, int64_t time_us, struct ledger_outcome *outcome)
{
    struct ledger_order order = ledger->orders[slot];
    const struct match_taker taker = {.account_id = order.account_id,
                                      .time_us = time_us,
                                      .qty = order.left,
                                      .limit = order.price,
                                      .asset_id = order.asset_id,
                                      .side = order.side,
                                      .self = order.self};
    struct match_plan match;

    order.status = LEDGER_QUEUED;
    order.updated_us = time_us;
    order.ver++;
    match_walk(ledger, &taker, &match);
    change_enter_again(ledger, slot, &order, &match, outcome);
}

enum cnop_err
trigger_apply(struct ledger *ledger, const struct ledger_command *command,
              struct ledger_outcome *outcome)
{
    uint32_t slot = book_find(ledger, command->order_id);
    const struct ledger_order *order = &ledger->orders[slot];

    if (slot == 0 || order->status != LEDGER_PENDING || !limit_is_reached(order, command->stop) ||
        !may_fire(ledger, order->asset_id, command->time_us))
        return CNOP_OK; /* somebody else was first */
    change_begin(ledger, command, order, outcome);
    if (fill_is_countable(ledger, order, order->price, order->left)) {
        fire(ledger, slot, command->time_us, outcome);
    } else {
        match_end(ledger, slot, LEDGER_CANCELLED, LEDGER_REASON_OVERFLOW, command->time_us);
        outcome->changed = true;
    }
    return CNOP_OK;
}
