/* SPDX-License-Identifier: MIT */
/* The naive ledger of the tests; see auditor.h. Shares no arithmetic with the product. */
#include "tests/unit/shared/ledger/auditor.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define DAY_US INT64_C(86400000000)
#define AHEAD_US                                                                                   \
    INT64_C(5000000) /* a price from further ahead is from before a step of the clock */

static int64_t
divide(__int128 value, int64_t by, bool up)
{
    __int128 result = value / by;

    if (up && value % by != 0)
        result++;
    return (int64_t)result;
}

static struct auditor_user *
user_of(struct auditor *auditor, const struct ledger_command *command)
{
    return &auditor->users[command->account_id - LEDGER_ACCOUNT_FIRST_USER];
}

static struct auditor_answer
refuse(enum cnop_err err)
{
    return (struct auditor_answer){.err = err};
}

static struct auditor_answer
cash(struct auditor *auditor, const struct ledger_command *command)
{
    struct auditor_user *user = user_of(auditor, command);
    bool in = command->op != LEDGER_OP_WITHDRAW;
    int kind = command->op == LEDGER_OP_WITHDRAW;
    int64_t limit = kind ? auditor->rules.withdraw_limit.e8 : auditor->rules.deposit_limit.e8;
    int32_t day = (int32_t)(command->time_us / DAY_US);
    int64_t amount = command->amount.e8;
    bool counts = user->day[kind] == day || user->day[kind] == day + 1;
    int64_t used = counts ? user->used[kind] : 0;

    if (user->frozen)
        return refuse(CNOP_E_ACCOUNT_FROZEN);
    if (amount % 1000000 != 0)
        return refuse(CNOP_E_AMOUNT_PRECISION);
    if (command->op != LEDGER_OP_GIFT && used + amount > limit)
        return refuse(CNOP_E_DAILY_LIMIT);
    if (!in && user->holdings[0].amount < amount)
        return refuse(CNOP_E_INSUFFICIENT_FUNDS);
    if (command->op != LEDGER_OP_GIFT) {
        user->used[kind] = used + amount;
        if (!counts)
            user->day[kind] = day;
    }
    user->holdings[0].amount += in ? amount : -amount;
    user->holdings[0].entries++;
    auditor->system[LEDGER_ACCOUNT_WORLD][0] -= in ? amount : -amount;
    return (struct auditor_answer){.id = auditor->next_id++, .total = amount};
}

/* price * quantity has 18 decimals; a cent is 10^16 of its units, a unit of cash 10^10. */
#define CENT INT64_C(10000000000000000)
#define CENT_E8 INT64_C(1000000)

/* Quantity that was asked for; more than can be counted: ORDER_TOO_LARGE. */
static struct auditor_answer
size_order(const struct auditor *auditor, const struct auditor_holding *thing,
           const struct ledger_command *command)
{
    int64_t price = auditor->assets[command->asset_id].price;
    __int128 fee_bps = auditor->rules.fee_bps;
    __int128 qty = command->qty.e8;

    if (command->close)
        qty = thing->amount;
    else if (command->amount.e8 > 0 && command->side == LEDGER_BUY)
        qty = (__int128)command->amount.e8 * 10000 / (10000 + fee_bps) / CENT_E8 * CENT / price;
    else if (command->amount.e8 > 0)
        qty = ((__int128)command->amount.e8 * CNOP_E10 + price - 1) / price;
    if (qty > INT64_MAX)
        return refuse(CNOP_E_ORDER_TOO_LARGE);
    return (struct auditor_answer){.qty = (int64_t)qty};
}

/* What an order comes to, before anybody looks at funds. */
static struct auditor_answer
price_order(const struct auditor *auditor, const struct auditor_holding *thing,
            const struct ledger_command *command)
{
    const struct ledger_config *rules = &auditor->rules;
    struct auditor_answer answer = size_order(auditor, thing, command);
    __int128 exact = (__int128)auditor->assets[command->asset_id].price * answer.qty;
    bool by_qty = !command->close && command->amount.e8 == 0;
    bool buy = command->side == LEDGER_BUY;
    bool whole = !buy && answer.qty > 0 && answer.qty == thing->amount;
    __int128 value = by_qty ? exact / CNOP_E10 : command->amount.e8;

    if (answer.err != CNOP_OK || exact / CNOP_E10 >= INT64_MAX - CENT_E8)
        return refuse(CNOP_E_ORDER_TOO_LARGE);
    answer.total = divide(exact, CENT, buy) * CENT_E8;
    answer.fee = divide((__int128)answer.total / CENT_E8 * rules->fee_bps, 10000, true) * CENT_E8;
    if (!whole && by_qty && answer.qty < rules->min_qty.e8)
        answer.err = CNOP_E_ORDER_TOO_SMALL;
    else if (!whole && !command->close &&
             (value < rules->min_notional.e8 || answer.qty == 0 || answer.total == 0))
        answer.err = CNOP_E_ORDER_TOO_SMALL;
    else if (!command->close && answer.total > rules->max_notional.e8)
        answer.err = CNOP_E_ORDER_TOO_LARGE;
    else if (command->close && command->amount.e8 > 0 && answer.total >= command->amount.e8)
        answer.err = CNOP_E_ORDER_TOO_LARGE;
    return answer;
}

static enum cnop_err
order_refusal(const struct auditor *auditor, const struct auditor_user *user,
              const struct ledger_command *command)
{
    const struct auditor_asset *asset = &auditor->assets[command->asset_id];

    if (user->frozen)
        return CNOP_E_ACCOUNT_FROZEN;
    if (!asset->active)
        return CNOP_E_ASSET_INACTIVE;
    if (asset->halted)
        return CNOP_E_MARKET_HALTED;
    if (asset->price == 0 || command->time_us - asset->time_us > auditor->rules.price_max_age_us ||
        asset->time_us - command->time_us > AHEAD_US)
        return CNOP_E_PRICE_STALE;
    if (command->worst_price.e10 != 0 && command->side == LEDGER_BUY &&
        asset->price > command->worst_price.e10)
        return CNOP_E_PRICE_LIMIT_EXCEEDED;
    if (command->side == LEDGER_SELL && asset->price < command->worst_price.e10)
        return CNOP_E_PRICE_LIMIT_EXCEEDED;
    return CNOP_OK;
}

static struct auditor_answer
order(struct auditor *auditor, const struct ledger_command *command)
{
    struct auditor_user *user = user_of(auditor, command);
    struct auditor_holding *money = &user->holdings[0];
    struct auditor_holding *thing = &user->holdings[command->asset_id];
    int64_t *house = auditor->system[LEDGER_ACCOUNT_HOUSE];
    bool buy = command->side == LEDGER_BUY;
    struct auditor_answer answer = refuse(order_refusal(auditor, user, command));
    int64_t down, up;

    if (answer.err != CNOP_OK)
        return answer;
    answer = price_order(auditor, thing, command);
    if (answer.err != CNOP_OK)
        return answer;
    if (buy && money->amount < answer.total + answer.fee)
        return refuse(CNOP_E_INSUFFICIENT_FUNDS);
    if (!buy && (__int128)money->amount + answer.total - answer.fee > INT64_MAX)
        return refuse(CNOP_E_OVERFLOW);
    if (!buy && (thing->amount < answer.qty || thing->amount == 0))
        return refuse(CNOP_E_INSUFFICIENT_HOLDINGS);
    if (buy && (__int128)thing->amount + answer.qty > INT64_MAX)
        return refuse(CNOP_E_OVERFLOW);
    if (buy && (__int128)house[command->asset_id] - answer.qty < INT64_MIN)
        return refuse(CNOP_E_OVERFLOW);
    if (buy && house[command->asset_id] - answer.qty < auditor->rules.house_floor_e8)
        return refuse(CNOP_E_NO_LIQUIDITY);
    down = divide((__int128)auditor->assets[command->asset_id].price * answer.qty, CNOP_E10, false);
    up = divide((__int128)auditor->assets[command->asset_id].price * answer.qty, CNOP_E10, true);
    if (!buy && (__int128)house[0] - up < INT64_MIN)
        return refuse(CNOP_E_OVERFLOW);
    if (!buy && house[0] - up < auditor->rules.house_floor_e8)
        return refuse(CNOP_E_NO_LIQUIDITY);

    auditor->system[LEDGER_ACCOUNT_ROUNDING][0] += buy ? answer.total - down : up - answer.total;
    auditor->system[LEDGER_ACCOUNT_FEE][0] += answer.fee;
    money->entries++;
    thing->entries++;
    if (buy) {
        money->amount -= answer.total + answer.fee;
        house[0] += down;
        thing->amount += answer.qty;
        house[command->asset_id] -= answer.qty;
        thing->cost += answer.total + answer.fee;
    } else {
        int64_t share = divide((__int128)thing->cost * answer.qty, thing->amount, false);

        if (answer.qty != thing->amount)
            share -= share % CENT_E8;
        money->amount += answer.total - answer.fee;
        house[0] -= up;
        thing->amount -= answer.qty;
        house[command->asset_id] += answer.qty;
        thing->cost -= share;
        thing->realised += answer.total - answer.fee - share;
    }
    answer.id = auditor->next_id;
    auditor->next_id += 2; /* the order and its trade */
    return answer;
}

static struct auditor_answer
fill_up(struct auditor *auditor, const struct ledger_command *command)
{
    struct auditor_user *user = user_of(auditor, command);
    int64_t *house = &auditor->system[LEDGER_ACCOUNT_HOUSE][0];
    int64_t missing = user->holdings[0].amount % CENT_E8;

    if (missing == 0)
        return refuse(CNOP_OK);
    missing = CENT_E8 - missing;
    if (user->frozen)
        return refuse(CNOP_E_ACCOUNT_FROZEN);
    if (*house - missing < auditor->rules.house_floor_e8)
        return refuse(CNOP_E_NO_LIQUIDITY);
    *house -= missing;
    user->holdings[0].amount += missing;
    user->holdings[0].entries++;
    return (struct auditor_answer){.id = auditor->next_id++, .total = missing};
}

static struct auditor_answer
admin(struct auditor *auditor, const struct ledger_command *command)
{
    struct auditor_asset *asset = &auditor->assets[command->asset_id];

    if (command->op == LEDGER_OP_FREEZE || command->op == LEDGER_OP_UNFREEZE)
        user_of(auditor, command)->frozen = command->op == LEDGER_OP_FREEZE;
    else if (command->op == LEDGER_OP_HALT || command->op == LEDGER_OP_RESUME)
        asset->halted = command->op == LEDGER_OP_HALT;
    else if (command->op == LEDGER_OP_ASSET)
        asset->active = command->active;
    else if (command->op == LEDGER_OP_TICK && command->price_seq <= asset->seq)
        return refuse(CNOP_E_CONFLICT);
    else if (command->op == LEDGER_OP_PRICE_SET && command->price_seq != 0 &&
             command->price_seq < asset->seq)
        return refuse(CNOP_E_CONFLICT);
    else {
        asset->price = command->price.e10;
        asset->seq = command->price_seq == 0 ? asset->seq + 1 : command->price_seq;
        asset->time_us = command->time_us;
        if (command->price_time_us != 0 && command->price_time_us < command->time_us)
            asset->time_us = command->price_time_us;
    }
    return refuse(CNOP_OK);
}

struct auditor_answer
auditor_apply(struct auditor *auditor, const struct ledger_command *command, int key)
{
    bool is_order = command->op == LEDGER_OP_ORDER;
    bool is_cash = command->op == LEDGER_OP_DEPOSIT || command->op == LEDGER_OP_WITHDRAW ||
                   command->op == LEDGER_OP_GIFT;
    struct auditor_key *known = NULL;
    struct auditor_answer answer;

    if (command->op == LEDGER_OP_SETTLE)
        return fill_up(auditor, command);
    if (!is_order && !is_cash)
        return admin(auditor, command);
    if (key >= 0)
        known = &user_of(auditor, command)->keys[!is_order][key];
    if (known != NULL && known->used) {
        if (known->op != command->op ||
            memcmp(known->fingerprint, command->fingerprint, LEDGER_FINGERPRINT_BYTES) != 0)
            return refuse(CNOP_E_IDEMPOTENCY_MISMATCH);
        return (struct auditor_answer){
            .replayed = true, .id = known->id, .total = known->total, .qty = known->qty};
    }
    answer = is_order ? order(auditor, command) : cash(auditor, command);
    if (answer.err == CNOP_OK && known != NULL) {
        *known = (struct auditor_key){.used = true,
                                      .op = command->op,
                                      .id = answer.id,
                                      .total = answer.total,
                                      .qty = answer.qty};
        memcpy(known->fingerprint, command->fingerprint, LEDGER_FINGERPRINT_BYTES);
    }
    return answer;
}

static int64_t
amount_of(const struct ledger *ledger, int64_t account_id, uint16_t asset_id)
{
    const struct ledger_balance *row = ledger_find_balance(ledger, account_id, asset_id);

    return row == NULL ? 0 : row->avail_e8 + row->held_e8;
}

static bool
holding_differs(const struct ledger *ledger, const struct auditor_holding *holding,
                int64_t account_id, uint16_t asset_id)
{
    const struct ledger_balance *row = ledger_find_balance(ledger, account_id, asset_id);
    static const struct ledger_balance none;

    if (row == NULL)
        row = &none;
    if (row->avail_e8 == holding->amount && row->held_e8 == 0 && row->cost_e8 == holding->cost &&
        row->realised_e8 == holding->realised && row->entries == holding->entries)
        return false;
    printf("# account %" PRId64 " asset %u: %" PRId64 " cost %" PRId64 " realised %" PRId64
           ", auditor %" PRId64 " %" PRId64 " %" PRId64 "\n",
           account_id, asset_id, row->avail_e8, row->cost_e8, row->realised_e8, holding->amount,
           holding->cost, holding->realised);
    return true;
}

bool
auditor_differs(const struct auditor *auditor, const struct ledger *ledger)
{
    for (uint16_t asset = 0; asset < AUDITOR_ASSETS; asset++) {
        __int128 sum = 0;

        for (int i = 0; i < AUDITOR_USERS; i++) {
            const struct auditor_holding *holding = &auditor->users[i].holdings[asset];

            if (holding_differs(ledger, holding, LEDGER_ACCOUNT_FIRST_USER + i, asset))
                return true;
            sum += holding->amount;
        }
        for (int system = 1; system < 5; system++) {
            if (amount_of(ledger, system, asset) != auditor->system[system][asset]) {
                printf("# system account %d asset %u differs\n", system, asset);
                return true;
            }
            sum += auditor->system[system][asset];
        }
        if (sum != 0) {
            printf("# asset %u does not sum to zero\n", asset);
            return true;
        }
    }
    return ledger_next_id(ledger) != auditor->next_id;
}
