/* SPDX-License-Identifier: MIT */
/* From outcomes and changed rows to events; see batch_events.h. */
#include "fcgi_services/order/batch_events.h"

#include <string.h>

#include "fcgi_services/order/order_codes.h"

static bool
is_account(int64_t account_id)
{
    return account_id >= LEDGER_ACCOUNT_FIRST_USER;
}

static bool
is_new_order(const struct engine_job *job)
{
    uint8_t op = job->outcome.posting.op;

    return job->err == CNOP_OK && job->outcome.changed &&
           (op == LEDGER_OP_ORDER || op == LEDGER_OP_LIMIT);
}

static void
set_key(struct event *event, const struct ledger_command *command)
{
    cnop_assert(command->key_len <= sizeof(event->key));
    event->key_len = command->key_len;
    memcpy(event->key, command->key, command->key_len);
}

/* ---- orders ---- */

/* One that has not rested: as its request was answered. */
static void
add_answered(struct event_rows *rows, const struct engine_job *job)
{
    const struct ledger_posting *posting = &job->outcome.posting;
    bool whole = posting->op == LEDGER_OP_ORDER && job->outcome.fill_count == 0;
    struct event event = {.type = EVENT_ORDER,
                          .account_id = posting->account_id,
                          .id = posting->id,
                          .asset_id = posting->asset_id,
                          .side = posting->side,
                          .kind = ledger_order_type_of(posting),
                          .status = whole ? ORDER_STATUS_COMPLETED : posting->status,
                          .reason = whole ? LEDGER_REASON_NONE : posting->reason,
                          .price_e10 = posting->price.e10,
                          .qty_e8 = posting->qty.e8 + posting->left.e8 + posting->undone.e8,
                          .filled_e8 = posting->qty.e8,
                          .value_e8 = posting->total.e8,
                          .fee_e8 = posting->fee.e8,
                          .held_e8 = posting->hold_e8,
                          .created_us = posting->time_us,
                          .time_us = posting->time_us,
                          .expires_us = posting->expires_us,
                          .stop_e10 = posting->stop.e10,
                          .tif = posting->tif,
                          .post_only = (posting->flags & LEDGER_POST_ONLY) != 0};

    cnop_assert(is_account(posting->account_id));
    set_key(&event, &job->command);
    event_rows_add(rows, &event);
}

static void
add_resting(struct event_rows *rows, const struct ledger_order *order,
            const struct engine_job *accepted)
{
    struct event event = {.type = EVENT_ORDER,
                          .account_id = order->account_id,
                          .id = order->id,
                          .asset_id = order->asset_id,
                          .side = order->side,
                          .kind = order->trigger == 0 ? ORDER_KIND_LIMIT : order->trigger,
                          .status = order->status,
                          .reason = order->reason,
                          .price_e10 = order->price.e10,
                          .qty_e8 = order->qty.e8,
                          .filled_e8 = order->qty.e8 - order->left.e8,
                          .value_e8 = ledger_order_settled(order).e8,
                          .fee_e8 = ledger_order_fee(order).e8,
                          .held_e8 = order->hold_e8,
                          .created_us = order->created_us,
                          .time_us = order->updated_us,
                          .expires_us = order->expires_us,
                          .stop_e10 = order->stop.e10,
                          .tif = order->tif,
                          .post_only = order->post_only};

    cnop_assert(is_account(order->account_id));
    if (accepted != NULL)
        set_key(&event, &accepted->command);
    event_rows_add(rows, &event);
}

/* Both lists are in the order of ids: each order once. */
static void
add_orders(struct engine_batch *batch)
{
    uint32_t resting = 0;

    for (uint32_t i = 0; i < batch->job_count; i++) {
        const struct engine_job *job = batch->jobs[i];

        if (!is_new_order(job))
            continue;
        for (; resting < batch->order_count && batch->orders[resting].id < job->outcome.posting.id;
             resting++)
            add_resting(&batch->events, &batch->orders[resting], NULL);
        if (resting < batch->order_count && batch->orders[resting].id == job->outcome.posting.id)
            add_resting(&batch->events, &batch->orders[resting++], job);
        else
            add_answered(&batch->events, job);
    }
    for (; resting < batch->order_count; resting++)
        add_resting(&batch->events, &batch->orders[resting], NULL);
}

/* ---- trades ---- */

static void
add_trade(struct event_rows *rows, const struct ledger_fill *fill)
{
    const struct event event = {.type = EVENT_TRADE,
                                .id = fill->trade_id,
                                .asset_id = fill->asset_id,
                                .side = fill->taker_side,
                                .price_e10 = fill->price.e10,
                                .qty_e8 = fill->qty.e8,
                                .time_us = fill->time_us};

    cnop_assert(fill->trade_id > 0);
    event_rows_add(rows, &event);
}

static void
add_side(struct event_rows *rows, const struct ledger_fill *fill, bool buy)
{
    const struct event event = {.type = EVENT_FILL,
                                .account_id = buy ? fill->buyer : fill->seller,
                                .id = fill->trade_id,
                                .order_id = buy ? fill->buy_order : fill->sell_order,
                                .asset_id = fill->asset_id,
                                .side = buy ? LEDGER_BUY : LEDGER_SELL,
                                .maker = buy != (fill->taker_side == LEDGER_BUY),
                                .price_e10 = fill->price.e10,
                                .qty_e8 = fill->qty.e8,
                                .value_e8 = buy ? fill->pay.e8 : fill->receive.e8,
                                .fee_e8 = buy ? fill->buy_fee.e8 : fill->sell_fee.e8,
                                .cost_e8 =
                                    buy ? fill->pay.e8 + fill->buy_fee.e8 : fill->sell_cost.e8,
                                .time_us = fill->time_us};

    if (is_account(event.account_id))
        event_rows_add(rows, &event);
}

static void
add_fill(struct event_rows *rows, const struct ledger_fill *fill)
{
    add_trade(rows, fill);
    add_side(rows, fill, true);
    add_side(rows, fill, false);
}

/* The one trade in which the house has filled a market order: as if it were one of a book. */
static void
add_house_trade(struct event_rows *rows, const struct engine_job *job)
{
    const struct ledger_posting *posting = &job->outcome.posting;
    bool buy = posting->side == LEDGER_BUY;
    const struct ledger_fill fill = {.trade_id = job->outcome.trade_id,
                                     .buy_order = buy ? posting->id : 0,
                                     .sell_order = buy ? 0 : posting->id,
                                     .buyer = buy ? posting->account_id : LEDGER_ACCOUNT_HOUSE,
                                     .seller = buy ? LEDGER_ACCOUNT_HOUSE : posting->account_id,
                                     .price = posting->price,
                                     .qty = posting->qty,
                                     .pay = posting->total,
                                     .receive = posting->total,
                                     .buy_fee = posting->fee,
                                     .sell_fee = posting->fee,
                                     .sell_cost = job->outcome.cost,
                                     .time_us = posting->time_us,
                                     .asset_id = posting->asset_id,
                                     .taker_side = posting->side};

    add_fill(rows, &fill);
}

/* In the order in which they were made. */
static void
add_trades(struct engine_batch *batch)
{
    for (uint32_t i = 0; i < batch->job_count; i++) {
        const struct engine_job *job = batch->jobs[i];

        if (job->err != CNOP_OK || !job->outcome.changed)
            continue;
        if (job->outcome.trade_id != 0)
            add_house_trade(&batch->events, job);
        for (uint32_t n = 0; n < job->outcome.fill_count; n++)
            add_fill(&batch->events, &batch->fills[job->outcome.fill_first + n]);
    }
}

static void
add_balances(struct engine_batch *batch)
{
    for (uint32_t i = 0; i < batch->balance_count; i++) {
        const struct ledger_balance *row = &batch->balances[i];
        const struct event event = {.type = EVENT_BALANCE,
                                    .account_id = row->account_id,
                                    .asset_id = row->asset_id,
                                    .qty_e8 = row->avail_e8 + row->held_e8,
                                    .held_e8 = row->held_e8,
                                    .time_us = row->updated_us};

        if (is_account(row->account_id))
            event_rows_add(&batch->events, &event);
    }
}

void
batch_events_fill(struct engine_batch *batch)
{
    cnop_assert(batch->job_count > 0);
    cnop_assert(batch->events.row_count == 0);
    batch->events.time_us = batch->jobs[0]->command.time_us;
    add_orders(batch);
    add_trades(batch);
    add_balances(batch);
}
