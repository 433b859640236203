/* SPDX-License-Identifier: MIT */
/* The naive market of the tests; see market_model.h. Shares no arithmetic with the product. */
#include "tests/unit/shared/ledger/market_model_parts.h"

/* ---- figures of one order ---- */

static int64_t
cents_of(__int128 exact, bool up)
{
    return (int64_t)((exact + (up ? CENT18 - 1 : 0)) / CENT18);
}

int64_t
model_settled(const struct model_order *order)
{
    return cents_of(order->exact, order->side == LEDGER_BUY) * CENT8;
}

int64_t
model_fee_of(__int128 fee_sum)
{
    return (int64_t)((fee_sum + 9999) / 10000) * CENT8;
}

int64_t
model_hold_at(const struct model_order *order, int64_t bps)
{
    __int128 whole = order->exact + (__int128)order->price * order->left;
    int64_t cash = cents_of(whole, true) * CENT8 - model_settled(order);

    if (order->side == LEDGER_SELL)
        return order->left;
    return cash + model_fee_of(order->fee_sum + (__int128)(cash / CENT8) * bps) -
           model_fee_of(order->fee_sum);
}

int64_t
model_hold_of(const struct model_order *order)
{
    int64_t bps = order->maker_bps;

    if (order->pending && order->taker_bps > bps)
        bps = order->taker_bps;
    return model_hold_at(order, bps);
}

int64_t
model_held_of(const struct model *model, int user, int asset)
{
    int64_t held = 0;

    for (int i = 0; i < MODEL_ORDERS; i++) {
        const struct model_order *order = &model->orders[i];

        if (order->open && order->user == user &&
            asset == (order->side == LEDGER_BUY ? 0 : order->asset))
            held += model_hold_of(order);
    }
    return held;
}

int64_t
model_avail_of(const struct model *model, int user, int asset)
{
    return model->users[user].total[asset] - model_held_of(model, user, asset);
}

/* ---- prices ---- */

int64_t
model_unit_at(int64_t price)
{
    int64_t unit = 1;

    if (price >= INT64_C(10000000000000))
        return 100000000;
    for (int64_t rest = price; rest > 999999; rest /= 10)
        unit *= 10;
    return unit;
}

bool
model_is_on_grid(int64_t price)
{
    return price % model_unit_at(price) == 0;
}

/* Neither too old nor of a clock that has been set back since. */
bool
model_is_fresh(const struct model *model, int asset, int64_t now)
{
    int64_t then = model->assets[asset].time_us;

    return then > now ? then - now <= 5000000 : now - then <= model->rules.price_max_age_us;
}

/* 0: absent. */
int64_t
model_house_price(const struct model *model, int asset, int taker_side, int64_t now)
{
    const struct model_asset *market = &model->assets[asset];
    __int128 spread = model->rules.house_spread_bps;
    int64_t price;

    if (market->mark == 0 || !model_is_fresh(model, asset, now))
        return 0;
    if (spread == 0)
        return market->mark;
    if (taker_side == LEDGER_SELL) {
        price = (int64_t)(market->mark * (20000 - spread) / 20000);
        return price - price % model_unit_at(price);
    }
    price = (int64_t)((market->mark * (20000 + spread) + 19999) / 20000);
    if (price % model_unit_at(price) == 0)
        return price;
    return price - price % model_unit_at(price) + model_unit_at(price);
}

bool
model_house_can(const struct model *model, int asset, int taker_side, int64_t price, int64_t qty)
{
    const int64_t *house = model->system[LEDGER_ACCOUNT_HOUSE];
    __int128 cost = ((__int128)price * qty + CNOP_E10 - 1) / CNOP_E10;

    if (taker_side == LEDGER_BUY)
        return house[asset] - qty >= model->rules.house_floor_e8;
    return house[0] - cost >= model->rules.house_floor_e8;
}

/* ---- trades ---- */

/* Adds a fill; what the order has settled grows by ret_cash and ret_fee. */
void
model_add_fill(struct model_order *order, int64_t price, int64_t qty, int64_t bps,
               int64_t *ret_cash, int64_t *ret_fee)
{
    int64_t before = model_settled(order), fee = model_fee_of(order->fee_sum);

    order->exact += (__int128)price * qty;
    *ret_cash = model_settled(order) - before;
    order->fee_sum += (__int128)(*ret_cash / CENT8) * bps;
    *ret_fee = model_fee_of(order->fee_sum) - fee;
}

static void
settle_person(struct model *model, struct model_order *order, int64_t price, int64_t qty,
              int64_t *ret_cash)
{
    struct model_user *user = &model->users[order->user];
    int64_t taker_bps = order->taker_bps < model->rules.fee_bps && order->waits_for != 0
                            ? order->taker_bps
                            : model->rules.fee_bps;
    int64_t bps = order->takes                                    ? taker_bps
                  : order->maker_bps < model->rules.maker_fee_bps ? order->maker_bps
                                                                  : model->rules.maker_fee_bps;
    int asset = order->asset;
    int64_t fee, share;

    model_add_fill(order, price, qty, bps, ret_cash, &fee);
    user->entries[0] += order->lines;
    user->entries[asset] += order->lines;
    model->system[LEDGER_ACCOUNT_FEE][0] += fee;
    if (order->side == LEDGER_BUY) {
        user->total[0] -= *ret_cash + fee;
        user->total[asset] += qty;
        user->cost[asset] += *ret_cash + fee;
        order->cost += *ret_cash + fee;
        return;
    }
    /* One who sells what is not there is refused in the end. */
    share = user->total[asset] <= 0
                ? 0
                : (int64_t)((__int128)user->cost[asset] * qty / user->total[asset]);
    if (qty != user->total[asset])
        share -= share % CENT8;
    user->total[0] += *ret_cash - fee;
    user->total[asset] -= qty;
    user->cost[asset] -= share;
    user->realised[asset] += *ret_cash - fee - share;
    order->cost += share;
}

/* other NULL: the house. */
void
model_trade(struct model *model, struct model_order *order, struct model_order *other,
            int64_t price, int64_t qty)
{
    __int128 exact = (__int128)price * qty;
    bool buys = order->side == LEDGER_BUY;
    int64_t mine, theirs;

    settle_person(model, order, price, qty, &mine);
    if (other != NULL) {
        settle_person(model, other, price, qty, &theirs);
    } else {
        theirs = (int64_t)((exact + (buys ? 0 : CNOP_E10 - 1)) / CNOP_E10);
        model->system[LEDGER_ACCOUNT_HOUSE][0] += buys ? theirs : -theirs;
        model->system[LEDGER_ACCOUNT_HOUSE][order->asset] += buys ? -qty : qty;
    }
    model->system[LEDGER_ACCOUNT_ROUNDING][0] += buys ? mine - theirs : theirs - mine;
    order->left -= qty;
    if (order->left == 0)
        order->open = false;
    model->next_id++;
    if (other == NULL)
        return;
    other->left -= qty;
    if (other->left == 0)
        other->open = false;
}

/* The order of a side that is served next; NULL: nobody. */
struct model_order *
model_best_of(struct model *model, int asset, int side)
{
    struct model_order *best = NULL;

    for (int i = 0; i < MODEL_ORDERS; i++) {
        struct model_order *order = &model->orders[i];

        if (!order->open || order->pending || order->asset != asset || order->side != side)
            continue;
        if (best == NULL ||
            (side == LEDGER_BUY ? order->price > best->price : order->price < best->price) ||
            (order->price == best->price && order->place < best->place))
            best = order;
    }
    return best;
}

bool
model_is_worse(int64_t price, int64_t than, int taker_side)
{
    return taker_side == LEDGER_BUY ? price > than : price < than;
}

int64_t
model_wanted(const struct model_order *taker, const struct walk *walk, int64_t price)
{
    __int128 rest = (__int128)walk->cash * CNOP_E10 - taker->exact;

    if (walk->cash == 0)
        return taker->left;
    if (rest <= 0)
        return 0;
    return (int64_t)((rest + (taker->side == LEDGER_SELL ? price - 1 : 0)) / price);
}

/* Trades as long as it goes. */
void
model_take(struct model *model, struct model_order *taker, struct walk *walk, int64_t now)
{
    int64_t house = model_house_price(model, taker->asset, taker->side, now);
    int64_t last = 0;

    for (;;) {
        struct model_order *maker = model_best_of(model, taker->asset, 3 - taker->side);
        bool people =
            maker != NULL && (house == 0 || !model_is_worse(maker->price, house, taker->side));
        int64_t price = people ? maker->price : house;
        int64_t qty;

        if (price == 0) {
            walk->sated = last != 0 ? model_wanted(taker, walk, last) == 0
                                    : walk->cash == 0 && taker->left == 0;
            return;
        }
        qty = model_wanted(taker, walk, price);
        walk->sated = qty == 0;
        walk->beyond =
            !walk->sated && walk->limit != 0 && model_is_worse(price, walk->limit, taker->side);
        if (walk->sated || walk->beyond)
            return;
        if (walk->steps == LEDGER_FILL_MAX) {
            walk->stopped = LEDGER_REASON_FILLS;
            return;
        }
        if (!people) {
            house = 0;
            if (!model_house_can(model, taker->asset, taker->side, price, qty))
                continue;
            if (walk->cash != 0)
                taker->left = qty;
            model_trade(model, taker, NULL, price, qty);
        } else if (maker->user == taker->user) {
            if (walk->self != LEDGER_SELF_NEWEST)
                maker->open = false;
            if (walk->self != LEDGER_SELF_OLDEST)
                walk->stopped = LEDGER_REASON_SELF_TRADE;
            if (walk->stopped != 0)
                return;
            walk->steps++;
            continue;
        } else {
            qty = qty < maker->left ? qty : maker->left;
            if (walk->cash != 0)
                taker->left = qty;
            model_trade(model, taker, maker, price, qty);
        }
        last = price;
        walk->steps++;
        walk->fills++;
    }
}

const struct model_order *
model_any_open(const struct model *model, uint64_t number)
{
    for (uint64_t i = 0; i < MODEL_ORDERS; i++) {
        const struct model_order *order = &model->orders[(number + i) % MODEL_ORDERS];

        if (order->open)
            return order;
    }
    return NULL;
}
