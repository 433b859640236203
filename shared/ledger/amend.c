/* SPDX-License-Identifier: MIT */
/* Another quantity or price of an order on a book. Less of it keeps its place; everything else
 * leaves the book, may trade as if it had just come, and enters again behind the others. A refusal
 * leaves order, hold and place as they were. */
#include "shared/ledger/book.h"
#include "shared/ledger/fill.h"
#include "shared/ledger/limit.h"

static void
begin(const struct ledger *ledger, const struct ledger_command *command, uint16_t asset_id,
      uint8_t side, struct ledger_outcome *outcome)
{
    const struct ledger_asset *asset = &ledger->assets[asset_id];

    cnop_assert(asset->known);
    outcome->posting = (struct ledger_posting){.account_id = command->account_id,
                                               .time_us = command->time_us,
                                               .price_seq = asset->price_seq,
                                               .asset_id = asset_id,
                                               .op = LEDGER_OP_AMEND,
                                               .side = side};
    outcome->mark = asset->price;
    outcome->mark_time_us = asset->price_time_us;
    outcome->fill_first = ledger->fill_count;
}

static void
give_back(struct ledger *ledger, const struct ledger_order *order, int64_t hold_e8, cnop_qty qty,
          int64_t time_us)
{
    bool buy = order->side == LEDGER_BUY;

    cnop_assert(hold_e8 >= 0);
    fill_move_hold(ledger, order->account_id, buy ? LEDGER_USD : order->asset_id, -hold_e8,
                   time_us);
    if (buy)
        state_balance_open(ledger, order->account_id, order->asset_id, time_us)->coming_e8 -=
            qty.e8;
}

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
    give_back(ledger, order, held_e8 - order->hold_e8, less, time_us);
    order->updated_us = time_us;
    order->ver++;
    book_note(ledger, slot);
}

/* What is not filled at once waits again, unless it may not go on. */
static void
settle(struct ledger *ledger, const struct match_plan *match, int64_t prio,
       struct ledger_order *order)
{
    order->status = LEDGER_COMPLETED;
    if (order->left.e8 > 0 && match->stopped == 0) {
        limit_rest(ledger, order, prio, order->updated_us);
        return;
    }
    if (order->left.e8 > 0) {
        order->status =
            match->stopped == LEDGER_REASON_SELF_TRADE ? LEDGER_CANCELLED : LEDGER_EXPIRED;
        order->reason = match->stopped;
    }
    book_note_gone(ledger, order);
}

static void
enter_again(struct ledger *ledger, uint32_t slot, struct limit_plan *plan,
            struct ledger_outcome *outcome)
{
    const struct ledger_order before = ledger->orders[slot];
    struct ledger_order *order = &plan->order;

    outcome->posting.id = state_take_id(ledger);
    give_back(ledger, &before, before.hold_e8, before.left, order->updated_us);
    book_remove(ledger, slot);
    order->hold_e8 = 0;
    order->due_place = 0;
    match_carry_out(ledger, &plan->match, order->updated_us, true, order);
    outcome->fill_count = ledger->fill_count - outcome->fill_first;
    settle(ledger, &plan->match, outcome->posting.id, order);
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
    begin(ledger, command, order->asset_id, order->side, outcome);
    qty = command->qty.e8 > 0 ? command->qty : order->qty;
    other_price = command->price.e10 > 0 && command->price.e10 != order->price.e10;
    if (qty.e8 == order->qty.e8 && !other_price)
        return CNOP_OK;
    outcome->changed = true;
    if (qty.e8 <= order->qty.e8 - order->left.e8) {
        match_end(ledger, slot, LEDGER_CANCELLED, LEDGER_REASON_AMENDED, command->time_us);
        return CNOP_OK;
    }
    stays = !other_price && qty.e8 < order->qty.e8;
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
        enter_again(ledger, slot, &plan, outcome);
    return CNOP_OK;
}
