/* SPDX-License-Identifier: MIT */
/* Market orders: what an order would cost and break, and its execution. The plan
 * is computed first, without a change; only a plan without violations is carried out. */
#include "shared/ledger/order.h"

#include "shared/ledger/match.h"
#include "shared/ledger/walk.h"

/* Who may trade what now. False: there is no price to compute with. */
static bool
check_market(const struct ledger *ledger, const struct ledger_command *command,
             const struct ledger_asset *asset, struct market_plan *plan)
{
    const struct ledger_account *account = ledger_find_account(ledger, command->account_id);

    cnop_assert(asset->id != LEDGER_USD);
    if (account != NULL && account->status == LEDGER_FROZEN)
        plan_violate(plan, CNOP_E_ACCOUNT_FROZEN, 0, 0, 0);
    if (!asset->active)
        plan_violate(plan, CNOP_E_ASSET_INACTIVE, 0, 0, 0);
    else if (asset->halted)
        plan_violate(plan, CNOP_E_MARKET_HALTED, 0, 0, 0);
    if (asset->price.e10 <= 0 || !match_is_fresh(ledger, asset->id, command->time_us))
        plan_violate(plan, CNOP_E_PRICE_STALE, 0, 0, 0);
    return asset->price.e10 > 0;
}

/* Quantity of an order by amount. A buyer spends exactly the amount: the most that can be had for
 * it, its fee included. A seller receives exactly the amount: the least that brings it. */
static enum cnop_err
qty_of_amount(const struct ledger *ledger, const struct ledger_command *command, cnop_price price,
              cnop_qty *ret_qty)
{
    const cnop_qty step = {1};
    cnop_cash budget = command->amount;

    cnop_assert(command->amount.e8 > 0);
    cnop_assert(price.e10 > 0);
    if (command->side == LEDGER_SELL)
        return cnop_qty_for_cash_ceil(budget, price, ret_qty);
    if (ledger->config.fee_bps > 0) {
        __int128 scaled = (__int128)budget.e8 * 10000;

        budget.e8 = (int64_t)(scaled / (10000 + (__int128)ledger->config.fee_bps));
    }
    return cnop_qty_for_cash_floor(cnop_cash_cent_floor(budget), price, step, ret_qty);
}

static int64_t
available(const struct ledger *ledger, int64_t account_id, uint16_t asset_id)
{
    const struct ledger_balance *row = ledger_find_balance(ledger, account_id, asset_id);

    return row == NULL ? 0 : row->avail_e8;
}

/* The house's price against the worst one the customer takes. */
static void
check_price(const struct ledger_command *command, struct market_plan *plan)
{
    int64_t worst_e10 = command->worst_price.e10;
    int64_t price_e10 = plan->outcome.posting.price.e10;

    cnop_assert(price_e10 > 0);
    if (worst_e10 != 0 &&
        (command->side == LEDGER_BUY ? price_e10 > worst_e10 : price_e10 < worst_e10))
        plan_violate(plan, CNOP_E_PRICE_LIMIT_EXCEEDED, price_e10, 0, worst_e10);
}

/* Selling all that is available is never too small: nothing may be stranded. It may bring less
 * than a cent, which is then nothing. */
static void
check_least(const struct ledger *ledger, const struct ledger_command *command,
            struct market_plan *plan)
{
    const struct ledger_posting *posting = &plan->outcome.posting;
    cnop_cash least = ledger->config.min_notional;
    cnop_cash value = command->amount.e8 > 0 ? command->amount : plan->value;

    if (posting->side == LEDGER_SELL && posting->qty.e8 > 0 &&
        posting->qty.e8 == available(ledger, posting->account_id, posting->asset_id))
        return;
    if (command->amount.e8 == 0 && command->qty.e8 < ledger->config.min_qty.e8)
        plan_violate(plan, CNOP_E_ORDER_TOO_SMALL, 0, command->qty.e8, ledger->config.min_qty.e8);
    else if (posting->qty.e8 <= 0 || posting->total.e8 < CNOP_CENT_E8 || value.e8 < least.e8)
        plan_violate(plan, CNOP_E_ORDER_TOO_SMALL, 0, value.e8, least.e8);
}

static void
check_most(const struct ledger *ledger, const struct ledger_command *command,
           struct market_plan *plan)
{
    int64_t total_e8 = plan->outcome.posting.total.e8;
    int64_t most_e8 = ledger->config.max_notional.e8;

    cnop_assert(most_e8 > 0);
    if (command->close && command->amount.e8 > 0 && total_e8 >= command->amount.e8)
        plan_violate(plan, CNOP_E_ORDER_TOO_LARGE, 0, total_e8, command->amount.e8);
    else if (!command->close && total_e8 > most_e8)
        plan_violate(plan, CNOP_E_ORDER_TOO_LARGE, 0, total_e8, most_e8);
}

static void
add_transfer(struct ledger_outcome *outcome, const struct ledger_transfer *transfer)
{
    cnop_assert(transfer->amount_e8 >= 0);
    cnop_assert(transfer->debit_account != transfer->credit_account);
    if (transfer->amount_e8 == 0)
        return;
    cnop_assert(outcome->transfer_count < LEDGER_TRANSFER_MAX);
    outcome->transfers[outcome->transfer_count++] = *transfer;
}

/* Cash, asset, what rounding left over, fee. The house settles to 10^-8 and the customer in whole
 * cents: the difference, always the customer's, is booked and never vanishes. */
static void
plan_transfers(struct ledger_outcome *outcome, cnop_cash house)
{
    const struct ledger_posting *posting = &outcome->posting;
    int64_t customer = posting->account_id;
    bool buy = posting->side == LEDGER_BUY;
    int64_t cash_from = buy ? customer : LEDGER_ACCOUNT_HOUSE;
    int64_t cash_to = buy ? LEDGER_ACCOUNT_HOUSE : customer;
    int64_t moved_e8 = buy ? house.e8 : posting->total.e8;
    int64_t rest_e8 = buy ? posting->total.e8 - house.e8 : house.e8 - posting->total.e8;

    cnop_assert(rest_e8 >= 0);
    outcome->transfer_count = 0;
    add_transfer(outcome, &(struct ledger_transfer){cash_from, cash_to, moved_e8, LEDGER_USD,
                                                    LEDGER_TRANSFER_CASH});
    add_transfer(outcome, &(struct ledger_transfer){cash_to, cash_from, posting->qty.e8,
                                                    posting->asset_id, LEDGER_TRANSFER_ASSET});
    add_transfer(outcome, &(struct ledger_transfer){cash_from, LEDGER_ACCOUNT_ROUNDING, rest_e8,
                                                    LEDGER_USD, LEDGER_TRANSFER_ROUNDING});
    add_transfer(outcome, &(struct ledger_transfer){customer, LEDGER_ACCOUNT_FEE, posting->fee.e8,
                                                    LEDGER_USD, LEDGER_TRANSFER_FEE});
}

/* What the customer pays or receives: whole cents, up when paying, down when receiving. */
static enum cnop_err
settle(const struct ledger *ledger, struct market_plan *plan)
{
    struct ledger_posting *posting = &plan->outcome.posting;
    cnop_cash up;

    if (cnop_notional_floor(posting->price, posting->qty, &plan->value) != CNOP_OK ||
        cnop_notional_ceil(posting->price, posting->qty, &up) != CNOP_OK)
        return CNOP_E_ORDER_TOO_LARGE;
    posting->total = cnop_cash_cent_floor(plan->value);
    if (posting->side == LEDGER_BUY && cnop_cash_cent_ceil(up, &posting->total) != CNOP_OK)
        return CNOP_E_ORDER_TOO_LARGE;
    if (cnop_fee_ceil(posting->total, ledger->config.fee_bps, &posting->fee) != CNOP_OK ||
        cnop_cash_cent_ceil(posting->fee, &posting->fee) != CNOP_OK)
        return CNOP_E_ORDER_TOO_LARGE;
    plan_transfers(&plan->outcome, posting->side == LEDGER_BUY ? plan->value : up);
    return CNOP_OK;
}

/* Price, quantity, total, fee and transfers. ORDER_TOO_LARGE: not even computable. */
static enum cnop_err
compute(const struct ledger *ledger, const struct ledger_command *command, struct market_plan *plan)
{
    struct ledger_posting *posting = &plan->outcome.posting;

    cnop_assert(posting->price.e10 > 0);
    posting->qty = command->qty;
    if (command->close)
        posting->qty.e8 = available(ledger, command->account_id, command->asset_id);
    if (plan->walks && (posting->qty.e8 > 0 || !command->close))
        return walk_plan(ledger, command, posting->qty, plan);
    if (!command->close && command->amount.e8 > 0 &&
        qty_of_amount(ledger, command, posting->price, &posting->qty) != CNOP_OK)
        return CNOP_E_ORDER_TOO_LARGE;
    return settle(ledger, plan);
}

/* Nobody's units may pass 64 bits, whatever of their purchases on the book is filled. */
static bool
leaves_room(const struct ledger_balance *units, cnop_qty qty)
{
    int64_t most_e8 = qty.e8;

    return units == NULL || units->coming_e8 == 0 ||
           (!__builtin_add_overflow(most_e8, units->avail_e8 + units->held_e8, &most_e8) &&
            !__builtin_add_overflow(most_e8, units->coming_e8, &most_e8));
}

/* What the account has, and would have, also of an order beyond the cap: a preview tells it. */
static void
check_funds(const struct ledger *ledger, struct market_plan *plan)
{
    struct ledger_posting *posting = &plan->outcome.posting;
    const struct ledger_balance *cash =
        ledger_find_balance(ledger, posting->account_id, LEDGER_USD);
    int64_t cash_e8 = cash == NULL ? 0 : cash->avail_e8;
    int64_t held_cash_e8 = cash == NULL ? 0 : cash->held_e8;
    const struct ledger_balance *units =
        ledger_find_balance(ledger, posting->account_id, posting->asset_id);
    int64_t qty_e8 = units == NULL ? 0 : units->avail_e8;
    int64_t need_e8;
    enum cnop_err err;

    cnop_assert(posting->total.e8 >= 0);
    cnop_assert(posting->fee.e8 >= 0);
    if (__builtin_add_overflow(posting->total.e8, posting->fee.e8, &need_e8))
        need_e8 = INT64_MAX;
    if (posting->side == LEDGER_BUY) {
        posting->cash_after.e8 = cash_e8 + held_cash_e8 - need_e8;
        if (cash_e8 < need_e8)
            plan_violate(plan, CNOP_E_INSUFFICIENT_FUNDS, cash_e8, need_e8, 0);
        if (__builtin_add_overflow(qty_e8, posting->qty.e8, &plan->qty_after.e8) ||
            !leaves_room(units, posting->qty))
            plan_violate(plan, CNOP_E_OVERFLOW, qty_e8, posting->qty.e8, 0);
    } else {
        if (__builtin_add_overflow(cash_e8 + held_cash_e8, posting->total.e8 - posting->fee.e8,
                                   &posting->cash_after.e8))
            plan_violate(plan, CNOP_E_OVERFLOW, cash_e8, posting->total.e8, 0);
        plan->qty_after.e8 = qty_e8 - posting->qty.e8;
        if (qty_e8 < posting->qty.e8 || qty_e8 == 0)
            plan_violate(plan, CNOP_E_INSUFFICIENT_HOLDINGS, qty_e8, posting->qty.e8, 0);
    }
    if (plan->violation_count > 0 || plan->walks)
        return;
    err = state_check_transfers(ledger, &plan->outcome);
    if (err != CNOP_OK)
        plan_violate(plan, err, 0, 0, 0);
}

/* The mark itself where the house has no spread. */
static cnop_price
house_price(const struct ledger *ledger, const struct ledger_command *command)
{
    const struct ledger_asset *asset = &ledger->assets[command->asset_id];
    struct match_quote quote = match_quote_of(ledger, command->asset_id);
    cnop_price price = command->side == LEDGER_BUY ? quote.ask : quote.bid;

    return price.e10 > 0 ? price : asset->price;
}

enum cnop_err
order_plan(const struct ledger *ledger, const struct ledger_command *command,
           struct market_plan *plan)
{
    const struct ledger_asset *asset = ledger_find_asset(ledger, command->asset_id);
    struct ledger_posting *posting = &plan->outcome.posting;

    cnop_assert(command->account_id >= LEDGER_ACCOUNT_FIRST_USER);
    cnop_assert(command->side == LEDGER_BUY || command->side == LEDGER_SELL);
    cnop_assert(!command->close || command->side == LEDGER_SELL);
    cnop_assert(command->close || (command->qty.e8 > 0) != (command->amount.e8 > 0));
    *plan = (struct market_plan){0};
    if (asset == NULL || command->asset_id == LEDGER_USD)
        return CNOP_E_ASSET_UNKNOWN;
    *posting = (struct ledger_posting){.account_id = command->account_id,
                                       .quote_qty = {command->close ? 0 : command->amount.e8},
                                       .price = asset->price,
                                       .price_seq = asset->price_seq,
                                       .time_us = command->time_us,
                                       .asset_id = command->asset_id,
                                       .op = LEDGER_OP_ORDER,
                                       .side = command->side,
                                       .tif = LEDGER_IOC,
                                       .status = LEDGER_COMPLETED};
    plan->outcome.mark = asset->price;
    plan->outcome.mark_time_us = asset->price_time_us;
    plan->qty_after.e8 = state_free(ledger, command->account_id, command->asset_id);
    posting->cash_after.e8 = state_total(ledger, command->account_id, LEDGER_USD);
    if (!check_market(ledger, command, asset, plan))
        return CNOP_OK;
    plan->walks = match_meets_people(ledger, command);
    if (!plan->walks) {
        posting->price = house_price(ledger, command);
        check_price(command, plan);
    }
    if (compute(ledger, command, plan) != CNOP_OK) {
        posting->total = (cnop_cash){0};
        plan_violate(plan, CNOP_E_ORDER_TOO_LARGE, 0, INT64_MAX, ledger->config.max_notional.e8);
        return CNOP_OK;
    }
    if (!command->close)
        check_least(ledger, command, plan);
    check_most(ledger, command, plan);
    check_funds(ledger, plan);
    return CNOP_OK;
}

/* Average cost: a purchase adds what it cost, a sale takes its share along, in whole cents so that
 * profits shown add up; the last sale takes the rest. */
static cnop_cash
move_position(struct ledger *ledger, const struct ledger_posting *posting)
{
    struct ledger_balance *row =
        state_balance_open(ledger, posting->account_id, posting->asset_id, posting->time_us);
    cnop_cash cost;

    cnop_assert(posting->id > 0);
    if (posting->side == LEDGER_BUY) {
        cost.e8 = posting->total.e8 + posting->fee.e8;
        row->cost_e8 += cost.e8;
    } else {
        /* The sale is already posted: what was held before is more by the quantity sold. */
        const cnop_qty held_before = {row->avail_e8 + row->held_e8 + posting->qty.e8};

        cost = cnop_cash_share_floor((cnop_cash){row->cost_e8}, posting->qty, held_before);
        if (posting->qty.e8 < held_before.e8)
            cost = cnop_cash_cent_floor(cost);
        row->realised_e8 += posting->total.e8 - posting->fee.e8 - cost.e8;
        row->cost_e8 -= cost.e8;
    }
    cnop_assert(row->cost_e8 >= 0);
    return cost;
}

enum cnop_err
order_apply(struct ledger *ledger, const struct ledger_command *command,
            struct ledger_outcome *outcome)
{
    struct market_plan plan;
    struct ledger_posting *posting = &outcome->posting;
    enum cnop_err err;

    err = order_plan(ledger, command, &plan);
    *outcome = plan.outcome;
    if (err != CNOP_OK)
        return err;
    if (plan.violation_count > 0) {
        outcome->have_e8 = plan.violations[0].have_e8;
        outcome->need_e8 = plan.violations[0].need_e8;
        outcome->limit_e8 = plan.violations[0].limit_e8;
        return plan.violations[0].err;
    }

    cnop_assert(posting->total.e8 % CNOP_CENT_E8 == 0);
    cnop_assert(posting->fee.e8 % CNOP_CENT_E8 == 0);
    outcome->changed = true;
    posting->id = state_take_id(ledger);
    if (plan.walks) {
        walk_apply(ledger, command, outcome);
        return CNOP_OK;
    }
    outcome->trade_id = state_take_id(ledger);
    cnop_assert(outcome->trade_id == posting->id + 1);
    state_post_transfers(ledger, outcome);
    outcome->cost = move_position(ledger, posting);
    return CNOP_OK;
}
