/* SPDX-License-Identifier: MIT */
/* Market orders that meet people on the book. They fill as a whole or not at all, as those that the
 * house fills alone; only one that meets too many people for one command ends with what it has. */
#include "shared/ledger/walk.h"

#include "shared/ledger/fill.h"
#include "shared/ledger/match.h"

/* Cash a buyer by amount can spend before the fee: as with the house, what is left over is the
 * fee. */
static cnop_cash
budget_of(const struct ledger *ledger, const struct ledger_command *command)
{
    __int128 scaled = (__int128)command->amount.e8 * 10000;

    cnop_assert(command->amount.e8 > 0);
    if (command->side == LEDGER_SELL || ledger->config.fee_bps == 0)
        return command->amount;
    return cnop_cash_cent_floor(
        (cnop_cash){(int64_t)(scaled / (10000 + (__int128)ledger->config.fee_bps))});
}

static void
walk(const struct ledger *ledger, const struct ledger_command *command, cnop_qty qty,
     struct match_plan *ret_plan)
{
    const struct match_taker taker = {.account_id = command->account_id,
                                      .time_us = command->time_us,
                                      .qty = qty,
                                      .cash = {qty.e8 > 0 ? 0 : budget_of(ledger, command).e8},
                                      .limit = command->worst_price,
                                      .asset_id = command->asset_id,
                                      .side = command->side,
                                      .self = LEDGER_SELF_OLDEST};

    if (qty.e8 == 0 && taker.cash.e8 == 0) /* less than a cent and its fee */
        *ret_plan = (struct match_plan){.sated = true};
    else
        match_walk(ledger, &taker, ret_plan);
}

/* Why it cannot be filled as a whole. */
static void
check_whole(const struct match_plan *match, const struct ledger_command *command,
            struct market_plan *plan)
{
    if (match->sated || match->stopped == LEDGER_REASON_FILLS)
        return;
    if (match->next.e10 != 0)
        plan_violate(plan, CNOP_E_PRICE_LIMIT_EXCEEDED, match->next.e10, 0,
                     command->worst_price.e10);
    else
        plan_violate(plan, CNOP_E_NO_LIQUIDITY, 0, 0, 0);
}

/* The sums of an order that has filled so much. */
static enum cnop_err
add_up(const struct ledger *ledger, const struct match_plan *match, struct market_plan *plan)
{
    struct ledger_posting *posting = &plan->outcome.posting;
    unsigned __int128 up = (match->exact_e18 + (uint64_t)CNOP_E10 - 1) / (uint64_t)CNOP_E10;
    cnop_cash value;

    if (up > (unsigned __int128)(INT64_MAX / 4))
        return CNOP_E_ORDER_TOO_LARGE;
    plan->value.e8 = (int64_t)(match->exact_e18 / (uint64_t)CNOP_E10);
    posting->total = cnop_cash_cent_floor(plan->value);
    value.e8 = (int64_t)up;
    if (posting->side == LEDGER_BUY && cnop_cash_cent_ceil(value, &posting->total) != CNOP_OK)
        return CNOP_E_ORDER_TOO_LARGE;
    if (cnop_fee_ceil(posting->total, ledger->config.fee_bps, &posting->fee) != CNOP_OK ||
        cnop_cash_cent_ceil(posting->fee, &posting->fee) != CNOP_OK)
        return CNOP_E_ORDER_TOO_LARGE;
    if (posting->qty.e8 == 0)
        return CNOP_OK;
    return cnop_average_price_round(plan->value, posting->qty, &posting->price);
}

enum cnop_err
walk_plan(const struct ledger *ledger, const struct ledger_command *command, cnop_qty qty,
          struct market_plan *plan)
{
    struct ledger_posting *posting = &plan->outcome.posting;
    struct match_plan match;

    cnop_assert(plan->walks);
    walk(ledger, command, qty, &match);
    check_whole(&match, command, plan);
    posting->qty = match.filled;
    if (!match.sated && match.stopped == LEDGER_REASON_FILLS) {
        posting->undone.e8 = qty.e8 > 0 ? qty.e8 - match.filled.e8 : 0;
        posting->status = LEDGER_EXPIRED;
        posting->reason = LEDGER_REASON_FILLS;
    }
    return add_up(ledger, &match, plan);
}

/* An order is one line of both statements, however many fills it has. */
static void
add_lines(struct ledger *ledger, const struct ledger_order *order)
{
    state_balance_open(ledger, order->account_id, LEDGER_USD, order->updated_us)->entries++;
    state_balance_open(ledger, order->account_id, order->asset_id, order->updated_us)->entries++;
}

void
walk_apply(struct ledger *ledger, const struct ledger_command *command,
           struct ledger_outcome *outcome)
{
    struct ledger_posting *posting = &outcome->posting;
    struct ledger_order order = {.id = posting->id,
                                 .account_id = posting->account_id,
                                 .left = posting->qty,
                                 .updated_us = posting->time_us,
                                 .asset_id = posting->asset_id,
                                 .taker_bps = (uint16_t)ledger->config.fee_bps,
                                 .side = posting->side};
    struct match_plan match;
    cnop_qty qty = {
        command->amount.e8 > 0 && !command->close ? 0 : posting->qty.e8 + posting->undone.e8};

    cnop_assert(posting->id > 0);
    walk(ledger, command, qty, &match);
    cnop_assert(match.filled.e8 == posting->qty.e8);
    outcome->fill_first = ledger->fill_count;
    match_carry_out(ledger, &match, posting->time_us, false, &order);
    outcome->fill_count = ledger->fill_count - outcome->fill_first;
    outcome->cost.e8 = order.cost_e8;
    add_lines(ledger, &order);
    cnop_assert(order.left.e8 == 0);
    cnop_assert(ledger_order_settled(&order).e8 == posting->total.e8);
    cnop_assert(ledger_order_fee(&order).e8 == posting->fee.e8);
}
