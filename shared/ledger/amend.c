/* SPDX-License-Identifier: MIT */
/* Another quantity or price of an open order. Less of it keeps its place; everything else
 * leaves the book, may trade as if it had just come, and enters again behind the others. A refusal
 * leaves order, hold and place as they were. */
#include "shared/ledger/book.h"
#include "shared/ledger/change.h"
#include "shared/ledger/fill.h"
#include "shared/ledger/limit.h"

static void
shrink(struct ledger *ledger, uint32_t slot, cnop_qty qty, int64_t time_us)
{
    struct ledger_order *order = book_write(ledger, slot);
    const cnop_qty less = {order->qty.e8 - qty.e8};
    int64_t held_e8 = order->hold_e8;

    cnop_assert(less.e8 > 0 && less.e8 < order->left.e8);
    state_touch(ledger, &order->qty, sizeof(order->qty));
    order->qty = qty;
    book_reduce(ledger, slot, less);
    order->hold_e8 = fill_hold(order, order->maker_bps);
    fill_release(ledger, order, held_e8 - order->hold_e8, less, time_us);
    order->updated_us = time_us;
    order->ver++;
    book_note(ledger, slot);
}

enum cnop_err
amend_apply(struct ledger *ledger, const struct ledger_command *command,
            struct ledger_outcome *outcome)
{
    uint32_t slot = book_find(ledger, command->order_id);
    const struct ledger_order *order = &ledger->orders[slot];
    struct limit_plan plan;
    bool stays, other_price;
    cnop_qty qty;

    cnop_assert(command->account_id >= LEDGER_ACCOUNT_FIRST_USER);
    if (slot == 0 || order->account_id != command->account_id)
        return CNOP_E_ORDER_FINAL; /* or never there: the rows tell */
    change_begin(ledger, command, order, outcome);
    qty = command->qty.e8 > 0 ? command->qty : order->qty;
    other_price = command->price.e10 > 0 && command->price.e10 != order->price.e10;
    if (qty.e8 == order->qty.e8 && !other_price)
        return CNOP_OK;
    outcome->changed = true;
    if (qty.e8 <= order->qty.e8 - order->left.e8) {
        match_end(ledger, slot, LEDGER_CANCELLED, LEDGER_REASON_AMENDED, command->time_us);
        return CNOP_OK;
    }
    stays = !other_price && qty.e8 < order->qty.e8 && order->status != LEDGER_PENDING;
    limit_plan_amended(ledger, slot, command, stays, &plan);
    if (plan.violation_count > 0) {
        outcome->changed = false;
        outcome->have_e8 = plan.violations[0].have_e8;
        outcome->need_e8 = plan.violations[0].need_e8;
        outcome->limit_e8 = plan.violations[0].limit_e8;
        return plan.violations[0].err;
    }
    if (stays)
        shrink(ledger, slot, qty, command->time_us);
    else
        change_enter_again(ledger, slot, &plan.order, &plan.match, outcome);
    return CNOP_OK;
}
