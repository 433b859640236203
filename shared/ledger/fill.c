/* SPDX-License-Identifier: MIT */
/* Sums, holds and trades; see fill.h. */
#include "shared/ledger/fill.h"

#define BPS_WHOLE 10000

/* ---- sums of one order ---- */

/* Whole cents of an exact sum: what a buyer has paid for it, a seller received. */
static int64_t
to_cents(int64_t exact_e8, int64_t exact_e18, uint8_t side)
{
    cnop_cash cents = {0};

    cnop_assert(exact_e8 >= 0);
    cnop_assert(exact_e18 >= 0 && exact_e18 < CNOP_E10);
    if (side == LEDGER_SELL)
        return cnop_cash_cent_floor((cnop_cash){exact_e8}).e8;
    if (cnop_cash_cent_ceil((cnop_cash){exact_e8 + (exact_e18 > 0)}, &cents) != CNOP_OK)
        cnop_assert(false && "sums are bounded when an order is accepted");
    return cents.e8;
}

static int64_t
fee_of(int64_t fee_cent_bps)
{
    cnop_assert(fee_cent_bps >= 0);
    return (fee_cent_bps + BPS_WHOLE - 1) / BPS_WHOLE * CNOP_CENT_E8;
}

cnop_cash
ledger_order_settled(const struct ledger_order *order)
{
    return (cnop_cash){to_cents(order->exact_e8, order->exact_e18, order->side)};
}

cnop_cash
ledger_order_fee(const struct ledger_order *order)
{
    return (cnop_cash){fee_of(order->fee_cent_bps)};
}

static void
add_exact(int64_t *e8, int64_t *e18, cnop_price price, cnop_qty qty)
{
    unsigned __int128 sum = (unsigned __int128)(uint64_t)price.e10 * (uint64_t)qty.e8;

    cnop_assert(price.e10 > 0);
    cnop_assert(qty.e8 >= 0);
    sum += (uint64_t)*e18;
    *e8 += (int64_t)(sum / (uint64_t)CNOP_E10);
    *e18 = (int64_t)(sum % (uint64_t)CNOP_E10);
    cnop_assert(*e8 >= 0);
}

void
fill_add(struct ledger_order *order, cnop_price price, cnop_qty qty, unsigned rate_bps,
         cnop_cash *ret_cash, cnop_cash *ret_fee)
{
    int64_t settled = ledger_order_settled(order).e8, fee = ledger_order_fee(order).e8;

    cnop_assert(qty.e8 > 0);
    add_exact(&order->exact_e8, &order->exact_e18, price, qty);
    ret_cash->e8 = ledger_order_settled(order).e8 - settled;
    order->fee_cent_bps += ret_cash->e8 / CNOP_CENT_E8 * (int64_t)rate_bps;
    ret_fee->e8 = ledger_order_fee(order).e8 - fee;
    order->fill_count++;
}

int64_t
fill_hold(const struct ledger_order *order, unsigned rate_bps)
{
    int64_t exact_e8 = order->exact_e8, exact_e18 = order->exact_e18;
    int64_t cash_e8, fee_cent_bps;

    if (order->side == LEDGER_SELL)
        return order->left.e8;
    add_exact(&exact_e8, &exact_e18, order->price, order->left);
    cash_e8 = to_cents(exact_e8, exact_e18, LEDGER_BUY) - ledger_order_settled(order).e8;
    fee_cent_bps = order->fee_cent_bps + cash_e8 / CNOP_CENT_E8 * (int64_t)rate_bps;
    return cash_e8 + fee_of(fee_cent_bps) - ledger_order_fee(order).e8;
}

unsigned
fill_hold_bps(const struct ledger_order *order)
{
    bool may_take = order->status == LEDGER_PENDING && order->taker_bps > order->maker_bps;

    return may_take ? order->taker_bps : order->maker_bps;
}

bool
fill_is_countable(const struct ledger *ledger, const struct ledger_order *order, cnop_price price,
                  cnop_qty qty)
{
    unsigned __int128 value =
        (unsigned __int128)(uint64_t)price.e10 * (uint64_t)qty.e8 / (uint64_t)CNOP_E10;

    cnop_assert(price.e10 > 0 && qty.e8 > 0);
    if (value >= (unsigned __int128)FILL_VALUE_MAX_E8)
        return false;
    /* One step makes at most LEDGER_FILL_MAX of them: a quarter in 64 bits and another. */
    return order->exact_e8 <= INT64_MAX / 4 &&
           (order->side == LEDGER_BUY ||
            state_total(ledger, order->account_id, LEDGER_USD) <= INT64_MAX / 4);
}

cnop_cash
fill_house_cash(cnop_price price, cnop_qty qty, bool pays)
{
    cnop_cash cash = {0};
    enum cnop_err err =
        pays ? cnop_notional_ceil(price, qty, &cash) : cnop_notional_floor(price, qty, &cash);

    cnop_assert(err == CNOP_OK);
    return cash;
}

/* ---- balances ---- */

/* What one balance gains; line: and that it is a line of the account's statement. */
struct gain {
    int64_t account_id;
    int64_t delta_e8;
    uint16_t asset_id;
    bool line;
};

static void
add_to(struct ledger *ledger, const struct ledger_fill *fill, const struct gain *gain, int64_t *sum)
{
    struct ledger_balance *row =
        state_balance_open(ledger, gain->account_id, gain->asset_id, fill->time_us);
    bool beyond = __builtin_add_overflow(row->avail_e8, gain->delta_e8, &row->avail_e8);

    cnop_assert(!beyond);
    cnop_assert(row->avail_e8 >= row->floor_e8);
    row->ver++;
    row->entries += gain->line;
    row->updated_us = fill->time_us;
    *sum += gain->delta_e8;
}

void
fill_move_hold(struct ledger *ledger, int64_t account_id, uint16_t asset_id, int64_t delta_e8,
               int64_t time_us)
{
    struct ledger_balance *row = state_balance_open(ledger, account_id, asset_id, time_us);

    row->avail_e8 -= delta_e8;
    row->held_e8 += delta_e8;
    row->ver++;
    row->updated_us = time_us;
    cnop_assert(row->avail_e8 >= row->floor_e8);
    cnop_assert(row->held_e8 >= 0);
}

void
fill_release(struct ledger *ledger, const struct ledger_order *order, int64_t hold_e8, cnop_qty qty,
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

/* What a resting order holds becomes what its rest needs; the difference is free to be spent. */
static void
release(struct ledger *ledger, const struct fill_side *side, cnop_qty qty, int64_t time_us)
{
    struct ledger_order rest = *side->order;
    bool buy = rest.side == LEDGER_BUY;
    int64_t need_e8;

    cnop_assert(side->resting);
    rest.left.e8 -= qty.e8;
    need_e8 = fill_hold(&rest, rest.maker_bps);
    cnop_assert(need_e8 <= rest.hold_e8);
    fill_move_hold(ledger, rest.account_id, buy ? LEDGER_USD : rest.asset_id,
                   need_e8 - rest.hold_e8, time_us);
    side->order->hold_e8 = need_e8;
}

/* ---- a trade ---- */

static void
settle_buyer(struct ledger *ledger, struct ledger_fill *fill, const struct fill_side *side,
             int64_t sums[2])
{
    bool line = side->order == NULL || side->line;
    struct ledger_balance *units;

    if (side->order == NULL) {
        fill->buyer = LEDGER_ACCOUNT_HOUSE;
        fill->pay = fill_house_cash(fill->price, fill->qty, true);
    } else {
        fill->buyer = side->order->account_id;
        fill->buy_order = side->order->id;
        fill_add(side->order, fill->price, fill->qty, side->rate_bps, &fill->pay, &fill->buy_fee);
        side->order->cost_e8 += fill->pay.e8 + fill->buy_fee.e8;
    }
    if (side->resting)
        release(ledger, side, fill->qty, fill->time_us);
    add_to(ledger, fill,
           &(struct gain){fill->buyer, -fill->pay.e8 - fill->buy_fee.e8, LEDGER_USD, line},
           &sums[0]);
    add_to(ledger, fill, &(struct gain){fill->buyer, fill->qty.e8, fill->asset_id, line}, &sums[1]);
    fill->buy_cash_after.e8 = state_total(ledger, fill->buyer, LEDGER_USD);
    if (side->order == NULL)
        return;
    units = state_balance_open(ledger, fill->buyer, fill->asset_id, fill->time_us);
    units->cost_e8 += fill->pay.e8 + fill->buy_fee.e8;
    if (side->resting)
        units->coming_e8 -= fill->qty.e8;
    cnop_assert(units->coming_e8 >= 0);
}

/* Average cost: the share goes along in whole cents, the last sale takes the rest. */
static void
move_cost(struct ledger *ledger, struct ledger_fill *fill)
{
    struct ledger_balance *units =
        state_balance_open(ledger, fill->seller, fill->asset_id, fill->time_us);
    const cnop_qty held_before = {units->avail_e8 + units->held_e8 + fill->qty.e8};

    fill->sell_cost = cnop_cash_share_floor((cnop_cash){units->cost_e8}, fill->qty, held_before);
    if (fill->qty.e8 < held_before.e8)
        fill->sell_cost = cnop_cash_cent_floor(fill->sell_cost);
    units->realised_e8 += fill->receive.e8 - fill->sell_fee.e8 - fill->sell_cost.e8;
    units->cost_e8 -= fill->sell_cost.e8;
    cnop_assert(units->cost_e8 >= 0);
}

static void
settle_seller(struct ledger *ledger, struct ledger_fill *fill, const struct fill_side *side,
              int64_t sums[2])
{
    bool line = side->order == NULL || side->line;

    if (side->order == NULL) {
        fill->seller = LEDGER_ACCOUNT_HOUSE;
        fill->receive = fill_house_cash(fill->price, fill->qty, false);
    } else {
        fill->seller = side->order->account_id;
        fill->sell_order = side->order->id;
        fill_add(side->order, fill->price, fill->qty, side->rate_bps, &fill->receive,
                 &fill->sell_fee);
    }
    if (side->resting)
        release(ledger, side, fill->qty, fill->time_us);
    add_to(ledger, fill,
           &(struct gain){fill->seller, fill->receive.e8 - fill->sell_fee.e8, LEDGER_USD, line},
           &sums[0]);
    add_to(ledger, fill, &(struct gain){fill->seller, -fill->qty.e8, fill->asset_id, line},
           &sums[1]);
    fill->sell_cash_after.e8 = state_total(ledger, fill->seller, LEDGER_USD);
    if (side->order == NULL)
        return;
    move_cost(ledger, fill);
    side->order->cost_e8 += fill->sell_cost.e8;
}

void
fill_trade(struct ledger *ledger, const struct fill_terms *terms, const struct fill_side *buyer,
           const struct fill_side *seller)
{
    struct ledger_fill fill = {.trade_id = state_take_id(ledger),
                               .price = terms->price,
                               .qty = terms->qty,
                               .time_us = terms->time_us,
                               .asset_id = terms->asset_id,
                               .taker_side = terms->taker_side,
                               .buy_line = buyer->line,
                               .sell_line = seller->line};
    struct gain fees, rest;
    int64_t sums[2] = {0, 0}; /* dollars, the asset */

    cnop_assert(terms->qty.e8 > 0);
    cnop_assert(buyer->order != NULL || seller->order != NULL);
    settle_buyer(ledger, &fill, buyer, sums);
    settle_seller(ledger, &fill, seller, sums);
    fees = (struct gain){LEDGER_ACCOUNT_FEE, fill.buy_fee.e8 + fill.sell_fee.e8, LEDGER_USD, true};
    rest = (struct gain){LEDGER_ACCOUNT_ROUNDING, fill.pay.e8 - fill.receive.e8, LEDGER_USD, true};
    if (fees.delta_e8 != 0)
        add_to(ledger, &fill, &fees, &sums[0]);
    if (rest.delta_e8 != 0)
        add_to(ledger, &fill, &rest, &sums[0]);
    cnop_assert(sums[0] == 0);
    cnop_assert(sums[1] == 0);
    cnop_assert(ledger->fill_count < ledger->config.max_fills);
    ledger->fills[ledger->fill_count++] = fill;
    state_touch(ledger, &ledger->books[terms->asset_id].last_price, sizeof(cnop_price));
    ledger->books[terms->asset_id].last_price = terms->price;
}

/* ---- its transfers ---- */

uint32_t
ledger_fill_transfers(const struct ledger_fill *fill,
                      struct ledger_transfer transfers[LEDGER_FILL_TRANSFER_MAX])
{
    int64_t rest_e8 = fill->pay.e8 - fill->receive.e8;
    int64_t moved_e8 = rest_e8 > 0 ? fill->receive.e8 : fill->pay.e8;
    int64_t rounding = LEDGER_ACCOUNT_ROUNDING, fee = LEDGER_ACCOUNT_FEE;
    const struct ledger_transfer all[LEDGER_FILL_TRANSFER_MAX] = {
        {fill->buyer, fill->seller, moved_e8, LEDGER_USD, LEDGER_TRANSFER_CASH},
        {fill->seller, fill->buyer, fill->qty.e8, fill->asset_id, LEDGER_TRANSFER_ASSET},
        {rest_e8 > 0 ? fill->buyer : rounding, rest_e8 > 0 ? rounding : fill->seller,
         rest_e8 > 0 ? rest_e8 : -rest_e8, LEDGER_USD, LEDGER_TRANSFER_ROUNDING},
        {fill->buyer, fee, fill->buy_fee.e8, LEDGER_USD, LEDGER_TRANSFER_FEE},
        {fill->seller, fee, fill->sell_fee.e8, LEDGER_USD, LEDGER_TRANSFER_FEE},
    };
    uint32_t count = 0;

    cnop_assert(fill->buyer != fill->seller);
    for (size_t i = 0; i < CNOP_COUNT(all); i++) {
        if (all[i].amount_e8 != 0)
            transfers[count++] = all[i];
    }
    return count;
}
