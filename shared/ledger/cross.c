/* SPDX-License-Identifier: MIT */
/* What happens to orders that rest: their owner cancels them, their time is up, or the house's
 * price reaches them. */
#include "shared/ledger/book.h"
#include "shared/ledger/due.h"
#include "shared/ledger/fill.h"
#include "shared/ledger/match.h"

/* ---- cancel ---- */

enum cnop_err
cancel_apply(struct ledger *ledger, const struct ledger_command *command,
             struct ledger_outcome *outcome)
{
    uint32_t slot = book_find(ledger, command->order_id);
    const struct ledger_order *order = &ledger->orders[slot];

    cnop_assert(command->account_id >= LEDGER_ACCOUNT_FIRST_USER);
    if (slot == 0 || order->account_id != command->account_id)
        return CNOP_E_ORDER_FINAL; /* or never there: the rows tell */
    outcome->posting = (struct ledger_posting){.account_id = command->account_id,
                                               .time_us = command->time_us,
                                               .asset_id = order->asset_id,
                                               .op = LEDGER_OP_CANCEL,
                                               .side = order->side};
    match_end(ledger, slot, LEDGER_CANCELLED, LEDGER_REASON_USER, command->time_us);
    outcome->changed = true;
    return CNOP_OK;
}

/* An account has few orders: all of them end in one step. */
enum cnop_err
cancel_all_apply(struct ledger *ledger, const struct ledger_command *command,
                 struct ledger_outcome *outcome)
{
    const struct ledger_account *account = ledger_find_account(ledger, command->account_id);
    uint32_t slot = account == NULL ? 0 : account->order_first;

    cnop_assert(command->account_id >= LEDGER_ACCOUNT_FIRST_USER);
    outcome->posting = (struct ledger_posting){.account_id = command->account_id,
                                               .time_us = command->time_us,
                                               .asset_id = command->asset_id,
                                               .op = LEDGER_OP_CANCEL_ALL,
                                               .side = command->side};
    while (slot != 0) {
        const struct ledger_order *order = &ledger->orders[slot];
        bool wanted = (command->asset_id == LEDGER_USD || command->asset_id == order->asset_id) &&
                      (command->side == 0 || command->side == order->side);
        uint32_t next = order->own_after;

        if (wanted) {
            match_end(ledger, slot, LEDGER_CANCELLED, LEDGER_REASON_USER, command->time_us);
            outcome->ended_count++;
        }
        slot = next;
    }
    cnop_assert(outcome->ended_count <= LEDGER_ACCOUNT_ORDERS);
    outcome->changed = outcome->ended_count > 0;
    return CNOP_OK;
}

/* ---- the house's price ---- */

/* The first order of a side that the house's price reaches; 0: none. */
static uint32_t
reached(const struct ledger *ledger, uint16_t asset_id, uint8_t side,
        const struct match_quote *quote)
{
    uint32_t slot = book_front(ledger, asset_id, (enum book_lane)side);
    int64_t limit = ledger->orders[slot].price.e10;

    if (slot == 0)
        return 0;
    if (side == LEDGER_BUY)
        return quote->ask.e10 != 0 && limit >= quote->ask.e10 ? slot : 0;
    return quote->bid.e10 != 0 && limit <= quote->bid.e10 ? slot : 0;
}

/* What happens to one order that is reached; false: the house cannot trade it. */
static bool
serve(struct ledger *ledger, uint32_t slot, cnop_price price, int64_t time_us)
{
    const struct ledger_order *order = &ledger->orders[slot];

    if (!fill_is_countable(ledger, order, price, order->left)) {
        match_end(ledger, slot, LEDGER_CANCELLED, LEDGER_REASON_OVERFLOW, time_us);
        return true;
    }
    if (!match_house_can(ledger, order->asset_id, order->side, price, order->left))
        return false;
    match_fill_by_house(ledger, slot, price, time_us);
    return true;
}

bool
ledger_is_crossed(const struct ledger *ledger, uint16_t asset_id, int64_t time_us)
{
    struct match_quote quote;
    uint32_t buyer, seller;

    if (asset_id == LEDGER_USD || asset_id >= ledger->config.max_assets ||
        ledger->books[asset_id].order_count == 0 || !match_is_open(ledger, asset_id))
        return false;
    quote = match_quote(ledger, asset_id, time_us);
    buyer = reached(ledger, asset_id, LEDGER_BUY, &quote);
    seller = reached(ledger, asset_id, LEDGER_SELL, &quote);
    return (buyer != 0 &&
            match_house_can(ledger, asset_id, LEDGER_BUY, quote.ask, ledger->orders[buyer].left)) ||
           (seller != 0 &&
            match_house_can(ledger, asset_id, LEDGER_SELL, quote.bid, ledger->orders[seller].left));
}

/* One side, in price and time, up to a number of orders; returns how many. */
static uint32_t
cross_side(struct ledger *ledger, const struct ledger_command *command, uint8_t side,
           const struct match_quote *quote, uint32_t most)
{
    cnop_price price = side == LEDGER_BUY ? quote->ask : quote->bid;
    uint32_t count = 0;

    while (count < most) {
        uint32_t slot = reached(ledger, command->asset_id, side, quote);

        if (slot == 0 || !serve(ledger, slot, price, command->time_us))
            break;
        count++;
    }
    cnop_assert(count <= most);
    return count;
}

enum cnop_err
cross_apply(struct ledger *ledger, const struct ledger_command *command,
            struct ledger_outcome *outcome)
{
    const struct ledger_asset *asset = ledger_find_asset(ledger, command->asset_id);
    struct match_quote quote;
    uint32_t count;

    if (asset == NULL || command->asset_id == LEDGER_USD)
        return CNOP_E_ASSET_UNKNOWN;
    outcome->posting = (struct ledger_posting){.id = ledger_next_id(ledger),
                                               .time_us = command->time_us,
                                               .price = asset->price,
                                               .price_seq = asset->price_seq,
                                               .asset_id = command->asset_id,
                                               .op = LEDGER_OP_CROSS};
    outcome->mark = asset->price;
    outcome->mark_time_us = asset->price_time_us;
    outcome->fill_first = ledger->fill_count;
    if (!match_is_open(ledger, command->asset_id))
        return CNOP_OK;
    quote = match_quote(ledger, command->asset_id, command->time_us);
    count = cross_side(ledger, command, LEDGER_BUY, &quote, LEDGER_FILL_MAX);
    count += cross_side(ledger, command, LEDGER_SELL, &quote, LEDGER_FILL_MAX - count);
    outcome->fill_count = ledger->fill_count - outcome->fill_first;
    outcome->changed = count > 0;
    return CNOP_OK;
}
