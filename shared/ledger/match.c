/* SPDX-License-Identifier: MIT */
/* Walks through books, and trades; see match.h. */
#include "shared/ledger/match.h"

#include "shared/ledger/book.h"
#include "shared/ledger/fill.h"
#include "shared/ledger/grid.h"

#define HALF_BPS_WHOLE 20000 /* half of the spread, in halves of 1/10000 */

/* ---- the house ---- */

struct match_quote
match_quote_of(const struct ledger *ledger, uint16_t asset_id)
{
    const struct ledger_asset *asset = &ledger->assets[asset_id];
    __int128 mark = asset->price.e10, spread = ledger->config.house_spread_bps;
    struct match_quote quote = {.bid = {0}};
    __int128 ask;

    cnop_assert(asset_id != LEDGER_USD);
    cnop_assert(mark >= 0);
    if (spread == 0 || mark == 0)
        return (struct match_quote){.bid = asset->price, .ask = asset->price};
    ask = (mark * (HALF_BPS_WHOLE + spread) + HALF_BPS_WHOLE - 1) / HALF_BPS_WHOLE;
    if (ask > INT64_MAX / 2)
        return quote;
    quote.ask = grid_ceil((cnop_price){(int64_t)ask});
    quote.bid.e10 = (int64_t)(mark * (HALF_BPS_WHOLE - spread) / HALF_BPS_WHOLE);
    if (quote.bid.e10 > 0)
        quote.bid = grid_floor(quote.bid);
    return quote;
}

bool
ledger_price_is_fresh(int64_t price_time_us, int64_t now_us, int64_t max_age_us)
{
    int64_t age_us = now_us - price_time_us;

    cnop_assert(max_age_us >= 0);
    return age_us <= max_age_us && age_us >= -LEDGER_PRICE_AHEAD_MAX_US;
}

bool
match_is_fresh(const struct ledger *ledger, uint16_t asset_id, int64_t time_us)
{
    cnop_assert(asset_id != LEDGER_USD);
    return ledger_price_is_fresh(ledger->assets[asset_id].price_time_us, time_us,
                                 ledger->config.price_max_age_us);
}

struct match_quote
match_quote(const struct ledger *ledger, uint16_t asset_id, int64_t time_us)
{
    if (!match_is_fresh(ledger, asset_id, time_us))
        return (struct match_quote){.bid = {0}};
    return match_quote_of(ledger, asset_id);
}

bool
match_house_can(const struct ledger *ledger, uint16_t asset_id, uint8_t side, cnop_price price,
                cnop_qty qty)
{
    const struct ledger_balance *cash =
        ledger_find_balance(ledger, LEDGER_ACCOUNT_HOUSE, LEDGER_USD);
    const struct ledger_balance *units =
        ledger_find_balance(ledger, LEDGER_ACCOUNT_HOUSE, asset_id);
    int64_t floor_e8 = state_floor(ledger, LEDGER_ACCOUNT_HOUSE);
    bool buy = side == LEDGER_BUY;
    int64_t cash_e8 = cash == NULL ? 0 : cash->avail_e8;
    int64_t units_e8 = units == NULL ? 0 : units->avail_e8;
    cnop_cash value;

    cnop_assert(qty.e8 > 0);
    if ((buy ? cnop_notional_floor(price, qty, &value) : cnop_notional_ceil(price, qty, &value)) !=
            CNOP_OK ||
        value.e8 > FILL_VALUE_MAX_E8)
        return false;
    if (__builtin_add_overflow(cash_e8, buy ? value.e8 : -value.e8, &cash_e8) ||
        __builtin_add_overflow(units_e8, buy ? -qty.e8 : qty.e8, &units_e8))
        return false;
    return (buy ? units_e8 : cash_e8) >= floor_e8;
}

struct ledger_quote
ledger_house_quote(const struct ledger *ledger, uint16_t asset_id)
{
    static const cnop_qty least = {1};
    struct match_quote quote = match_quote_of(ledger, asset_id);
    bool sells =
        quote.ask.e10 > 0 && match_house_can(ledger, asset_id, LEDGER_BUY, quote.ask, least);
    bool buys =
        quote.bid.e10 > 0 && match_house_can(ledger, asset_id, LEDGER_SELL, quote.bid, least);

    return (struct ledger_quote){.bid = {buys ? quote.bid.e10 : 0},
                                 .ask = {sells ? quote.ask.e10 : 0}};
}

bool
match_is_open(const struct ledger *ledger, uint16_t asset_id)
{
    const struct ledger_asset *asset = &ledger->assets[asset_id];

    return asset->known && asset->active && !asset->halted;
}

/* ---- the walk ---- */

static bool
is_better(cnop_price one, cnop_price other, uint8_t taker_side)
{
    return taker_side == LEDGER_BUY ? one.e10 < other.e10 : one.e10 > other.e10;
}

static uint8_t
other_side(uint8_t side)
{
    cnop_assert(side == LEDGER_BUY || side == LEDGER_SELL);
    return side == LEDGER_BUY ? LEDGER_SELL : LEDGER_BUY;
}

static cnop_price
price_for(const struct match_quote *quote, uint8_t taker_side)
{
    return taker_side == LEDGER_BUY ? quote->ask : quote->bid;
}

bool
match_meets_people(const struct ledger *ledger, const struct ledger_command *order)
{
    uint32_t slot = book_front(ledger, order->asset_id, (enum book_lane)other_side(order->side));
    struct match_quote quote;
    cnop_price house;

    if (slot == 0)
        return false;
    quote = match_quote(ledger, order->asset_id, order->time_us);
    house = price_for(&quote, order->side);
    return house.e10 == 0 || !is_better(house, ledger->orders[slot].price, order->side);
}

/* How much of it the taker would still trade at a price. */
static cnop_qty
wanted(const struct match_taker *taker, const struct match_plan *plan, cnop_price price)
{
    unsigned __int128 budget = (unsigned __int128)(uint64_t)taker->cash.e8 * (uint64_t)CNOP_E10;
    unsigned __int128 units;

    cnop_assert(price.e10 > 0);
    if (taker->cash.e8 == 0)
        return (cnop_qty){taker->qty.e8 - plan->filled.e8};
    if (plan->exact_e18 >= budget)
        return (cnop_qty){0};
    units = budget - plan->exact_e18;
    if (taker->side == LEDGER_SELL)
        units += (uint64_t)price.e10 - 1;
    units /= (uint64_t)price.e10;
    return (cnop_qty){units > INT64_MAX ? INT64_MAX : (int64_t)units};
}

/* Nobody is left: whether the cash has been spent, as far as one step of quantity goes at the last
 * price, or has come in. */
static bool
is_spent(const struct match_taker *taker, const struct match_plan *plan)
{
    uint32_t i = plan->count;

    cnop_assert(taker->cash.e8 > 0);
    while (i > 0 && plan->steps[i - 1].reason != 0)
        i--;
    return i > 0 && wanted(taker, plan, plan->steps[i - 1].price).e8 == 0;
}

static void
add_step(struct match_plan *plan, const struct match_step *step)
{
    cnop_assert(plan->count < LEDGER_FILL_MAX);
    plan->steps[plan->count++] = *step;
    if (step->reason != 0)
        return;
    cnop_assert(step->qty.e8 > 0);
    plan->filled.e8 += step->qty.e8;
    plan->exact_e18 += (unsigned __int128)(uint64_t)step->price.e10 * (uint64_t)step->qty.e8;
}

/* The next to trade is the taker's own. False: the taker may not go on. */
static bool
meet_oneself(const struct match_taker *taker, uint32_t slot, struct match_plan *plan)
{
    if (taker->self != LEDGER_SELF_NEWEST)
        add_step(plan, &(struct match_step){.slot = slot, .reason = LEDGER_REASON_SELF_TRADE});
    if (taker->self == LEDGER_SELF_OLDEST)
        return true;
    plan->stopped = LEDGER_REASON_SELF_TRADE;
    return false;
}

/* One resting order. False: the walk ends. */
static bool
meet_order(const struct ledger *ledger, const struct match_taker *taker, uint32_t slot,
           struct match_plan *plan)
{
    const struct ledger_order *maker = &ledger->orders[slot];
    cnop_qty qty = wanted(taker, plan, maker->price);

    if (maker->account_id == taker->account_id)
        return meet_oneself(taker, slot, plan);
    if (qty.e8 > maker->left.e8)
        qty = maker->left;
    if (fill_is_countable(ledger, maker, maker->price, qty))
        add_step(plan, &(struct match_step){.slot = slot, .price = maker->price, .qty = qty});
    else
        add_step(plan, &(struct match_step){.slot = slot, .reason = LEDGER_REASON_OVERFLOW});
    return true;
}

void
match_walk(const struct ledger *ledger, const struct match_taker *taker,
           struct match_plan *ret_plan)
{
    struct match_quote quote = match_quote(ledger, taker->asset_id, taker->time_us);
    cnop_price house = price_for(&quote, taker->side);
    uint32_t slot = book_front(ledger, taker->asset_id, (enum book_lane)other_side(taker->side));
    struct match_plan *plan = ret_plan;

    cnop_assert((taker->qty.e8 > 0) != (taker->cash.e8 > 0));
    plan->count = 0;
    plan->filled.e8 = 0;
    plan->exact_e18 = 0;
    plan->stopped = 0;
    plan->sated = false;
    plan->next.e10 = 0;
    while (slot != 0 || house.e10 != 0) {
        bool people = slot != 0 && (house.e10 == 0 ||
                                    !is_better(house, ledger->orders[slot].price, taker->side));
        cnop_price price = people ? ledger->orders[slot].price : house;
        cnop_qty qty = wanted(taker, plan, price);

        plan->sated = qty.e8 == 0;
        if (taker->limit.e10 != 0 && is_better(taker->limit, price, taker->side))
            plan->next = price;
        if (plan->sated || plan->next.e10 != 0)
            return;
        if (plan->count == LEDGER_FILL_MAX) {
            plan->stopped = LEDGER_REASON_FILLS;
            return;
        }
        if (people && !meet_order(ledger, taker, slot, plan))
            return;
        if (!people && match_house_can(ledger, taker->asset_id, taker->side, price, qty))
            add_step(plan, &(struct match_step){.price = price, .qty = qty});
        if (people)
            slot = book_behind(ledger, slot);
        else
            house.e10 = 0; /* it has traded all that is wanted, or can trade nothing */
    }
    plan->sated = taker->cash.e8 == 0 ? plan->filled.e8 == taker->qty.e8 : is_spent(taker, plan);
}

/* ---- carrying out ---- */

static unsigned
lesser(unsigned one, unsigned other)
{
    return one < other ? one : other;
}

static struct fill_side
resting_side(const struct ledger *ledger, struct ledger_order *order)
{
    return (struct fill_side){.order = order,
                              .resting = true,
                              .line = true,
                              .rate_bps = lesser(order->maker_bps, ledger->config.maker_fee_bps)};
}

/* After a trade: less is left, or it is done. */
static void
go_on(struct ledger *ledger, uint32_t slot, cnop_qty qty, int64_t time_us)
{
    struct ledger_order *order = &ledger->orders[slot];

    book_reduce(ledger, slot, qty);
    order->status = order->left.e8 == 0 ? LEDGER_COMPLETED : LEDGER_PARTIAL;
    order->updated_us = time_us;
    order->ver++;
    book_note(ledger, slot);
    if (order->left.e8 > 0)
        return;
    cnop_assert(order->hold_e8 == 0);
    book_remove(ledger, slot);
}

static void
trade(struct ledger *ledger, const struct match_step *step, const struct fill_terms *terms,
      const struct fill_side *taker)
{
    bool taker_buys = terms->taker_side == LEDGER_BUY;
    struct fill_side maker = {.order = NULL};

    if (step->slot != 0)
        maker = resting_side(ledger, book_write(ledger, step->slot));
    fill_trade(ledger, terms, taker_buys ? taker : &maker, taker_buys ? &maker : taker);
    if (step->slot != 0)
        go_on(ledger, step->slot, step->qty, terms->time_us);
}

void
match_carry_out(struct ledger *ledger, const struct match_plan *plan, int64_t time_us, bool line,
                struct ledger_order *taker)
{
    const struct fill_side side = {
        .order = taker, .line = line, .rate_bps = lesser(taker->taker_bps, ledger->config.fee_bps)};

    cnop_assert(plan->count <= LEDGER_FILL_MAX);
    for (uint32_t i = 0; i < plan->count; i++) {
        const struct match_step *step = &plan->steps[i];
        const struct fill_terms terms = {.price = step->price,
                                         .qty = step->qty,
                                         .time_us = time_us,
                                         .asset_id = taker->asset_id,
                                         .taker_side = taker->side};

        if (step->reason != 0) {
            match_end(ledger, step->slot, LEDGER_CANCELLED, step->reason, time_us);
            continue;
        }
        trade(ledger, step, &terms, &side);
        taker->left.e8 -= step->qty.e8;
        cnop_assert(taker->left.e8 >= 0);
    }
}

void
match_fill_by_house(struct ledger *ledger, uint32_t slot, cnop_price price, int64_t time_us)
{
    const struct ledger_order *order = &ledger->orders[slot];
    const struct match_step step = {.price = price, .qty = order->left, .slot = slot};
    const struct fill_side house = {.order = NULL};
    const struct fill_terms terms = {.price = price,
                                     .qty = order->left,
                                     .time_us = time_us,
                                     .asset_id = order->asset_id,
                                     .taker_side = other_side(order->side)};

    cnop_assert(slot != 0);
    trade(ledger, &step, &terms, &house);
}

/* ---- ending ---- */

void
match_end(struct ledger *ledger, uint32_t slot, enum ledger_status status,
          enum ledger_reason reason, int64_t time_us)
{
    struct ledger_order *order = book_write(ledger, slot);

    cnop_assert(status == LEDGER_CANCELLED || status == LEDGER_EXPIRED);
    cnop_assert(reason != LEDGER_REASON_NONE);
    fill_release(ledger, order, order->hold_e8, order->left, time_us);
    order->hold_e8 = 0;
    order->status = (uint8_t)status;
    order->reason = (uint8_t)reason;
    order->updated_us = time_us;
    order->ver++;
    book_note(ledger, slot);
    book_remove(ledger, slot);
}

void
match_end_all(struct ledger *ledger, int64_t account_id, enum ledger_reason reason, int64_t time_us)
{
    const struct ledger_account *account = ledger_find_account(ledger, account_id);
    uint32_t count = account == NULL ? 0 : account->order_count;

    cnop_assert(count <= LEDGER_ACCOUNT_ORDERS);
    for (uint32_t i = 0; i < count; i++)
        match_end(ledger, account->order_first, LEDGER_CANCELLED, reason, time_us);
    cnop_assert(account == NULL || account->order_first == 0);
}
