/* SPDX-License-Identifier: MIT */
/* An open order that changes; see change.h. */
#include "shared/ledger/change.h"

#include "shared/ledger/book.h"
#include "shared/ledger/limit.h"

void
change_begin(const struct ledger *ledger, const struct ledger_command *command,
             const struct ledger_order *order, struct ledger_outcome *outcome)
{
    const struct ledger_asset *asset = &ledger->assets[order->asset_id];

    cnop_assert(asset->known);
    cnop_assert(order->account_id == command->account_id);
    outcome->posting = (struct ledger_posting){.account_id = command->account_id,
                                               .time_us = command->time_us,
                                               .price_seq = asset->price_seq,
                                               .asset_id = order->asset_id,
                                               .op = command->op,
                                               .side = order->side};
    outcome->mark = asset->price;
    outcome->mark_time_us = asset->price_time_us;
    outcome->fill_first = ledger->fill_count;
}

void
change_enter_again(struct ledger *ledger, uint32_t slot, struct ledger_order *order,
                   const struct match_plan *match, struct ledger_outcome *outcome)
{
    const struct ledger_order before = ledger->orders[slot];

    cnop_assert(before.id == order->id);
    outcome->changed = true;
    outcome->posting.id = state_take_id(ledger);
    fill_release(ledger, &before, before.hold_e8, before.left, order->updated_us);
    book_remove(ledger, slot);
    order->hold_e8 = 0;
    order->due_place = 0;
    match_carry_out(ledger, match, order->updated_us, true, order);
    outcome->fill_count = ledger->fill_count - outcome->fill_first;
    if (order->left.e8 > 0 && match->stopped == 0) {
        limit_rest(ledger, order, outcome->posting.id, order->updated_us);
        return;
    }
    order->status = LEDGER_COMPLETED;
    if (order->left.e8 > 0) {
        order->status =
            match->stopped == LEDGER_REASON_SELF_TRADE ? LEDGER_CANCELLED : LEDGER_EXPIRED;
        order->reason = match->stopped;
    }
    book_note_gone(ledger, order);
}
