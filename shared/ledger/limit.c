/* SPDX-License-Identifier: MIT */
/* Limit orders: the rules they are accepted by, what they trade at once, and what rests. The plan
 * is computed first, without a change; only a plan without violations is carried out. */
#include "shared/ledger/limit.h"

#include "shared/ledger/book.h"
#include "shared/ledger/fill.h"
#include "shared/ledger/grid.h"

/* A limit farther from the mark is a slip: buyers between a tenth and the double of it, sellers
 * between the half and ten times. A stop price may lie that far on either side. */
#define BAND_NEAR 2
#define BAND_FAR 10
#define BPS_WHOLE 10000

static void
violate(struct limit_plan *plan, enum cnop_err err, int64_t have_e8, int64_t need_e8,
        int64_t limit_e8)
{
    cnop_assert(plan->violation_count < LEDGER_VIOLATION_MAX);
    plan->violations[plan->violation_count++] = (struct ledger_violation){
        .err = err, .have_e8 = have_e8, .need_e8 = need_e8, .limit_e8 = limit_e8};
}

/* ---- rules ---- */

static void
check_market(const struct ledger *ledger, const struct ledger_command *command,
             struct limit_plan *plan)
{
    const struct ledger_account *account = ledger_find_account(ledger, command->account_id);
    const struct ledger_asset *asset = &ledger->assets[command->asset_id];

    cnop_assert(asset->known);
    if (account != NULL && account->status == LEDGER_FROZEN)
        violate(plan, CNOP_E_ACCOUNT_FROZEN, 0, 0, 0);
    if (!asset->active)
        violate(plan, CNOP_E_ASSET_INACTIVE, 0, 0, 0);
    else if (asset->halted)
        violate(plan, CNOP_E_MARKET_HALTED, 0, 0, 0);
    if (asset->price.e10 <= 0)
        violate(plan, CNOP_E_PRICE_STALE, 0, 0, 0); /* there was none yet */
    if (command->post_only && !ledger_tif_may_rest(command->tif))
        violate(plan, CNOP_E_ORDER_COMBINATION, 0, 0, 0);
    if (command->tif == LEDGER_GTD &&
        (command->expires_us <= command->time_us ||
         command->expires_us - command->time_us > LEDGER_EXPIRY_MAX_US))
        violate(plan, CNOP_E_EXPIRY_INVALID, 0, 0, 0);
}

static struct ledger_band
band_of(cnop_price mark, int64_t down_by, int64_t up_by)
{
    struct ledger_band band = {.lowest = {(mark.e10 + down_by - 1) / down_by}};

    cnop_assert(mark.e10 > 0);
    if (__builtin_mul_overflow(mark.e10, up_by, &band.highest.e10))
        band.highest.e10 = INT64_MAX;
    return band;
}

struct ledger_band
ledger_price_band(cnop_price mark, uint8_t side)
{
    bool buy = side == LEDGER_BUY;

    return band_of(mark, buy ? BAND_FAR : BAND_NEAR, buy ? BAND_NEAR : BAND_FAR);
}

static void
check_band(struct limit_plan *plan, cnop_price price, struct ledger_band band)
{
    if (price.e10 < band.lowest.e10 || price.e10 > band.highest.e10)
        violate(plan, CNOP_E_PRICE_OUT_OF_BAND, price.e10, band.lowest.e10, band.highest.e10);
}

static void
check_price(const struct ledger *ledger, const struct ledger_command *command,
            struct limit_plan *plan)
{
    bool waits = command->trigger != 0;
    cnop_price mark = waits ? command->stop : ledger->assets[command->asset_id].price;

    cnop_assert(command->price.e10 > 0);
    if (grid_step(command->price) == 0)
        violate(plan, CNOP_E_PRICE_TICK, command->price.e10, 0, 0);
    if (mark.e10 > 0)
        check_band(plan, command->price, ledger_price_band(mark, command->side));
}

bool
limit_is_reached(const struct ledger_order *order, cnop_price mark)
{
    cnop_assert(order->trigger != 0);
    return book_rises(order) ? mark.e10 >= order->stop.e10 : mark.e10 <= order->stop.e10;
}

/* What it waits for. */
static void
check_stop(const struct ledger *ledger, const struct ledger_command *command,
           struct limit_plan *plan)
{
    cnop_price mark = ledger->assets[command->asset_id].price, stop = command->stop;

    cnop_assert(stop.e10 > 0);
    if (!ledger_tif_may_rest(command->tif) || command->post_only)
        violate(plan, CNOP_E_ORDER_COMBINATION, 0, 0, 0);
    if (grid_step(stop) == 0)
        violate(plan, CNOP_E_PRICE_TICK, stop.e10, 0, 0);
    if (mark.e10 <= 0)
        return;
    check_band(plan, stop, band_of(mark, BAND_FAR, BAND_FAR));
    if (limit_is_reached(&plan->order, mark))
        violate(plan, CNOP_E_TRIGGER_ALREADY_MET, stop.e10, mark.e10, 0);
}

static int64_t
available(const struct ledger *ledger, int64_t account_id, uint16_t asset_id)
{
    const struct ledger_balance *row = ledger_find_balance(ledger, account_id, asset_id);

    return row == NULL ? 0 : row->avail_e8;
}

/* Least and most, at the limit. Selling all that is available is never too small. */
static void
check_size(const struct ledger *ledger, const struct ledger_command *command,
           struct limit_plan *plan)
{
    const struct ledger_config *config = &ledger->config;
    bool whole = command->side == LEDGER_SELL &&
                 command->qty.e8 == available(ledger, command->account_id, command->asset_id);
    cnop_cash value, up;

    cnop_assert(command->qty.e8 > 0);
    if (cnop_notional_floor(command->price, command->qty, &value) != CNOP_OK ||
        cnop_notional_ceil(command->price, command->qty, &up) != CNOP_OK ||
        up.e8 > FILL_VALUE_MAX_E8) {
        violate(plan, CNOP_E_ORDER_TOO_LARGE, 0, INT64_MAX, config->max_notional.e8);
        return;
    }
    if (!whole && command->qty.e8 < config->min_qty.e8)
        violate(plan, CNOP_E_ORDER_TOO_SMALL, 0, command->qty.e8, config->min_qty.e8);
    else if (!whole && value.e8 < config->min_notional.e8)
        violate(plan, CNOP_E_ORDER_TOO_SMALL, 0, value.e8, config->min_notional.e8);
    if (up.e8 > config->max_notional.e8)
        violate(plan, CNOP_E_ORDER_TOO_LARGE, 0, up.e8, config->max_notional.e8);
}

/* Whether it may rest at all, whatever it trades at once. */
static void
check_room(const struct ledger *ledger, const struct ledger_command *command,
           struct limit_plan *plan)
{
    const struct ledger_account *account = ledger_find_account(ledger, command->account_id);
    uint32_t count = account == NULL ? 0 : account->order_count;

    if (!ledger_tif_may_rest(command->tif))
        return;
    if (count >= ledger->config.max_account_orders)
        violate(plan, CNOP_E_TOO_MANY_OPEN_ORDERS, count, 0, ledger->config.max_account_orders);
    if (!book_has_room(ledger))
        violate(plan, CNOP_E_BOOK_FULL, 0, 0, 0);
}

/* ---- funds ---- */

static void
check_buyer(const struct ledger *ledger, struct limit_plan *plan)
{
    const struct ledger_order *order = &plan->order;
    const struct ledger_balance *units =
        ledger_find_balance(ledger, order->account_id, order->asset_id);
    int64_t cash_e8 = available(ledger, order->account_id, LEDGER_USD) + plan->own_hold_e8;
    int64_t units_e8 = units == NULL ? 0 : units->avail_e8 + units->held_e8;
    unsigned taker_bps = ledger->config.fee_bps, rate_bps = order->maker_bps;
    int64_t need_e8;

    if ((plan->match.count > 0 || order->status == LEDGER_PENDING) && taker_bps > rate_bps)
        rate_bps = taker_bps;
    need_e8 = fill_hold(order, rate_bps);
    if (cash_e8 < need_e8)
        violate(plan, CNOP_E_INSUFFICIENT_FUNDS, cash_e8, need_e8, 0);
    /* Nobody's units may pass 64 bits, whatever of their purchases is filled. */
    if (units != NULL && __builtin_add_overflow(units_e8, units->coming_e8, &units_e8))
        units_e8 = INT64_MAX;
    if (order->qty.e8 > INT64_MAX - units_e8)
        violate(plan, CNOP_E_OVERFLOW, units_e8, order->qty.e8, 0);
}

static void
check_seller(const struct ledger *ledger, struct limit_plan *plan)
{
    const struct ledger_order *order = &plan->order;
    const struct ledger_balance *cash = ledger_find_balance(ledger, order->account_id, LEDGER_USD);
    int64_t units_e8 = available(ledger, order->account_id, order->asset_id) + plan->own_hold_e8;

    if (units_e8 < order->left.e8)
        violate(plan, CNOP_E_INSUFFICIENT_HOLDINGS, units_e8, order->left.e8, 0);
    if (cash != NULL && cash->avail_e8 + cash->held_e8 > INT64_MAX / 4)
        violate(plan, CNOP_E_OVERFLOW, cash->avail_e8, 0, 0);
}

/* ---- the plan ---- */

/* As if all of it were filled at its limit, by the larger rate. */
static void
foresee(const struct ledger *ledger, struct limit_plan *plan)
{
    struct ledger_posting *posting = &plan->outcome.posting;
    struct ledger_order filled = plan->order;
    unsigned rate_bps =
        ledger->config.fee_bps > filled.maker_bps ? ledger->config.fee_bps : filled.maker_bps;
    bool buy = filled.side == LEDGER_BUY;

    fill_add(&filled, filled.price, filled.qty, rate_bps, &posting->total, &posting->fee);
    posting->cash_after.e8 += (buy ? -posting->total.e8 : posting->total.e8) - posting->fee.e8;
    plan->qty_after.e8 += buy ? filled.qty.e8 : -filled.qty.e8;
}

static void
plan_trades(const struct ledger *ledger, const struct ledger_command *command,
            struct limit_plan *plan)
{
    const struct match_taker taker = {.account_id = command->account_id,
                                      .time_us = command->time_us,
                                      .qty = plan->order.left,
                                      .limit = command->price,
                                      .asset_id = command->asset_id,
                                      .side = command->side,
                                      .self = command->self};

    if (command->trigger == 0)
        match_walk(ledger, &taker, &plan->match);
    else
        plan->match = (struct match_plan){.count = 0};
    if (command->post_only && (plan->match.count > 0 || plan->match.stopped != 0))
        violate(plan, CNOP_E_POST_ONLY_WOULD_TAKE, 0, 0, 0);
    if (command->side == LEDGER_BUY)
        check_buyer(ledger, plan);
    else
        check_seller(ledger, plan);
}

static void
begin(const struct ledger *ledger, const struct ledger_command *command, struct limit_plan *plan)
{
    const struct ledger_asset *asset = &ledger->assets[command->asset_id];

    plan->violation_count = 0;
    plan->own_hold_e8 = 0;
    plan->outcome = (struct ledger_outcome){
        .posting = {.account_id = command->account_id,
                    .qty = command->qty,
                    .price = command->price,
                    .price_seq = asset->price_seq,
                    .time_us = command->time_us,
                    .asset_id = command->asset_id,
                    .op = LEDGER_OP_LIMIT,
                    .side = command->side,
                    .tif = command->tif,
                    .expires_us = ledger_expiry_of(command),
                    .stop = command->stop,
                    .flags = ledger_flags(command->post_only, command->self, command->trigger)},
        .mark = asset->price,
        .mark_time_us = asset->price_time_us};
    plan->order = (struct ledger_order){.account_id = command->account_id,
                                        .price = command->price,
                                        .stop = command->stop,
                                        .qty = command->qty,
                                        .left = command->qty,
                                        .created_us = command->time_us,
                                        .expires_us = ledger_expiry_of(command),
                                        .updated_us = command->time_us,
                                        .ver = 1,
                                        .asset_id = command->asset_id,
                                        .maker_bps = (uint16_t)ledger->config.maker_fee_bps,
                                        .taker_bps = (uint16_t)ledger->config.fee_bps,
                                        .side = command->side,
                                        .status = command->trigger == 0 ? 0 : LEDGER_PENDING,
                                        .self = command->self,
                                        .trigger = command->trigger,
                                        .tif = command->tif,
                                        .post_only = command->post_only};
    plan->outcome.posting.cash_after.e8 = state_total(ledger, command->account_id, LEDGER_USD);
    plan->qty_after.e8 = state_free(ledger, command->account_id, command->asset_id);
}

/* The limit of an order that has none but what protects its owner. */
static cnop_price
protected_price(cnop_price stop, uint8_t side)
{
    __int128 bps = LEDGER_PROTECTION_BPS;

    cnop_assert(stop.e10 > 0);
    if (side == LEDGER_BUY)
        return grid_floor((cnop_price){(int64_t)(stop.e10 * (BPS_WHOLE + bps) / BPS_WHOLE)});
    return grid_ceil(
        (cnop_price){(int64_t)((stop.e10 * (BPS_WHOLE - bps) + BPS_WHOLE - 1) / BPS_WHOLE)});
}

enum cnop_err
limit_plan(const struct ledger *ledger, const struct ledger_command *command,
           struct limit_plan *plan)
{
    struct ledger_command limited;

    if (command->trigger != 0 && command->price.e10 == 0) {
        limited = *command;
        limited.price = protected_price(command->stop, command->side);
        command = &limited;
    }
    cnop_assert(command->account_id >= LEDGER_ACCOUNT_FIRST_USER);
    cnop_assert(command->side == LEDGER_BUY || command->side == LEDGER_SELL);
    cnop_assert(command->tif >= LEDGER_IOC && command->tif <= LEDGER_DAY);
    cnop_assert(command->self <= LEDGER_SELF_BOTH);
    if (ledger_find_asset(ledger, command->asset_id) == NULL || command->asset_id == LEDGER_USD)
        return CNOP_E_ASSET_UNKNOWN;
    begin(ledger, command, plan);
    check_market(ledger, command, plan);
    check_price(ledger, command, plan);
    if (command->trigger != 0)
        check_stop(ledger, command, plan);
    check_size(ledger, command, plan);
    for (uint32_t i = 0; i < plan->violation_count; i++) {
        if (plan->violations[i].need_e8 == INT64_MAX)
            return CNOP_OK; /* not even to be counted */
    }
    check_room(ledger, command, plan);
    plan_trades(ledger, command, plan);
    foresee(ledger, plan);
    return CNOP_OK;
}

void
limit_plan_amended(const struct ledger *ledger, uint32_t slot, const struct ledger_command *command,
                   bool stays, struct limit_plan *plan)
{
    const struct ledger_order *order = &ledger->orders[slot];
    bool pending = order->status == LEDGER_PENDING;
    const struct ledger_command as_new = {.op = LEDGER_OP_LIMIT,
                                          .account_id = order->account_id,
                                          .time_us = command->time_us,
                                          .qty = command->qty.e8 > 0 ? command->qty : order->qty,
                                          .price = command->price.e10 > 0 ? command->price
                                                                          : order->price,
                                          .stop = order->stop,
                                          .asset_id = order->asset_id,
                                          .side = order->side,
                                          .tif = LEDGER_GTC,
                                          .self = order->self,
                                          .trigger = pending ? order->trigger : 0,
                                          .post_only = order->post_only};

    cnop_assert(slot != 0);
    begin(ledger, &as_new, plan);
    plan->order = *order;
    plan->order.left.e8 = as_new.qty.e8 - (order->qty.e8 - order->left.e8);
    plan->order.qty = as_new.qty;
    plan->order.price = as_new.price;
    plan->order.maker_bps = (uint16_t)ledger->config.maker_fee_bps;
    plan->order.taker_bps = (uint16_t)ledger->config.fee_bps;
    plan->order.updated_us = command->time_us;
    plan->order.ver++;
    plan->own_hold_e8 = order->hold_e8;
    check_market(ledger, &as_new, plan);
    check_size(ledger, &as_new, plan);
    if (stays || (plan->violation_count > 0 && plan->violations[0].need_e8 == INT64_MAX))
        return;
    check_price(ledger, &as_new, plan);
    if (!book_has_room(ledger))
        violate(plan, CNOP_E_BOOK_FULL, 0, 0, 0);
    if (plan->violation_count == 0)
        plan_trades(ledger, &as_new, plan);
}

/* ---- carrying it out ---- */

/* What becomes of the rest: on the book, or given up, and why. */
static void
settle_rest(const struct limit_plan *plan, struct ledger_posting *posting)
{
    bool rests = ledger_tif_may_rest(posting->tif) && plan->match.stopped == 0;

    posting->status = LEDGER_COMPLETED;
    if (posting->left.e8 == 0)
        return;
    if (plan->order.status == LEDGER_PENDING) {
        posting->status = LEDGER_PENDING;
        return;
    }
    if (rests) {
        posting->status = posting->qty.e8 > 0 ? LEDGER_PARTIAL : LEDGER_QUEUED;
        return;
    }
    posting->undone = posting->left;
    posting->left.e8 = 0;
    posting->status =
        plan->match.stopped == LEDGER_REASON_SELF_TRADE ? LEDGER_CANCELLED : LEDGER_EXPIRED;
    posting->reason = plan->match.stopped;
    if (posting->reason == 0)
        posting->reason = posting->tif == LEDGER_FOK ? LEDGER_REASON_FOK : LEDGER_REASON_IOC;
}

void
limit_rest(struct ledger *ledger, struct ledger_order *order, int64_t prio, int64_t time_us)
{
    bool buy = order->side == LEDGER_BUY;

    cnop_assert(order->left.e8 > 0);
    order->prio = (uint64_t)prio;
    order->hold_e8 = fill_hold(order, fill_hold_bps(order));
    fill_move_hold(ledger, order->account_id, buy ? LEDGER_USD : order->asset_id, order->hold_e8,
                   time_us);
    if (buy)
        state_balance_open(ledger, order->account_id, order->asset_id, time_us)->coming_e8 +=
            order->left.e8;
    if (order->status != LEDGER_PENDING)
        order->status = order->fill_count > 0 ? LEDGER_PARTIAL : LEDGER_QUEUED;
    book_note(ledger, book_add(ledger, order));
}

static void
carry_out(struct ledger *ledger, struct limit_plan *plan, struct ledger_outcome *outcome)
{
    struct ledger_posting *posting = &outcome->posting;
    struct ledger_order *order = &plan->order;
    bool all = plan->match.filled.e8 == order->qty.e8;

    posting->id = state_take_id(ledger);
    order->id = posting->id;
    (void)state_account_open(ledger, order->account_id, order->created_us);
    outcome->fill_first = ledger->fill_count;
    if (posting->tif != LEDGER_FOK || all)
        match_carry_out(ledger, &plan->match, order->created_us, true, order);
    outcome->fill_count = ledger->fill_count - outcome->fill_first;
    posting->qty.e8 = order->qty.e8 - order->left.e8;
    posting->left = order->left;
    posting->total = ledger_order_settled(order);
    posting->fee = ledger_order_fee(order);
    settle_rest(plan, posting);
    if (posting->left.e8 > 0)
        limit_rest(ledger, order, order->id, order->created_us);
    posting->hold_e8 = order->hold_e8;
    posting->cash_after.e8 = state_total(ledger, order->account_id, LEDGER_USD);
    outcome->cost.e8 = order->cost_e8;
    outcome->changed = true;
}

enum cnop_err
limit_apply(struct ledger *ledger, const struct ledger_command *command,
            struct ledger_outcome *outcome)
{
    struct limit_plan plan;
    enum cnop_err err = limit_plan(ledger, command, &plan);

    if (err != CNOP_OK)
        return err;
    *outcome = plan.outcome;
    if (plan.violation_count > 0) {
        outcome->have_e8 = plan.violations[0].have_e8;
        outcome->need_e8 = plan.violations[0].need_e8;
        outcome->limit_e8 = plan.violations[0].limit_e8;
        return plan.violations[0].err;
    }
    carry_out(ledger, &plan, outcome);
    return CNOP_OK;
}
