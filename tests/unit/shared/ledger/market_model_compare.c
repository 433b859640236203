/* SPDX-License-Identifier: MIT */
/* The naive market against the ledger: every balance, every order. */
#include "tests/unit/shared/ledger/market_model_parts.h"

#include <inttypes.h>
#include <stdio.h>

static bool
balance_differs(const struct model *model, const struct ledger *ledger, int user, int asset)
{
    const struct model_user *of = &model->users[user];
    const struct ledger_balance *row =
        ledger_find_balance(ledger, LEDGER_ACCOUNT_FIRST_USER + user, (uint16_t)asset);
    static const struct ledger_balance none;
    int64_t held = model_held_of(model, user, asset);

    if (row == NULL)
        row = &none;
    if (row->avail_e8 == of->total[asset] - held && row->held_e8 == held &&
        row->cost_e8 == of->cost[asset] && row->realised_e8 == of->realised[asset] &&
        row->entries == of->entries[asset])
        return false;
    printf("# user %d asset %d: %" PRId64 " held %" PRId64 " cost %" PRId64 " realised %" PRId64
           " lines %" PRIu64 ", model %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %" PRIu64
           "\n",
           user, asset, row->avail_e8, row->held_e8, row->cost_e8, row->realised_e8, row->entries,
           of->total[asset] - held, held, of->cost[asset], of->realised[asset], of->entries[asset]);
    return true;
}

static bool
order_differs(const struct model_order *order, const struct ledger_order *row)
{
    if (row != NULL && row->left.e8 == order->left && row->qty.e8 == order->qty &&
        row->price.e10 == order->price && row->expires_us == order->expires &&
        row->prio == (uint64_t)order->place && (row->status == LEDGER_PENDING) == order->pending &&
        row->trigger == order->waits_for &&
        (order->waits_for == 0 || row->stop.e10 == order->stop) &&
        row->hold_e8 == model_hold_of(order) &&
        ledger_order_settled(row).e8 == model_settled(order) &&
        ledger_order_fee(row).e8 == model_fee_of(order->fee_sum) && row->cost_e8 == order->cost)
        return false;
    printf("# order %" PRId64 " differs\n", order->id);
    return true;
}

static bool
orders_differ(const struct model *model, const struct ledger *ledger)
{
    uint32_t count = 0;

    for (int i = 0; i < MODEL_ORDERS; i++) {
        const struct model_order *order = &model->orders[i];

        if (!order->open)
            continue;
        count++;
        if (order_differs(order, ledger_find_order(ledger, order->id)))
            return true;
    }
    if (count == ledger_open_order_count(ledger))
        return false;
    printf("# %u open orders, model %u\n", ledger_open_order_count(ledger), count);
    return true;
}

/* When the first switch is due, and whose. */
static bool
switch_differs(const struct model *model, const struct ledger *ledger)
{
    int64_t first = INT64_MAX, account_id = 0, found_id, found;

    for (int user = MODEL_USERS - 1; user >= 0; user--) {
        int64_t at = model->users[user].switch_at;

        if (at != 0 && at <= first) {
            first = at;
            account_id = LEDGER_ACCOUNT_FIRST_USER + user;
        }
    }
    found = ledger_next_switch(ledger, &found_id);
    if (found == first && found_id == account_id)
        return false;
    printf("# the first switch differs\n");
    return true;
}

bool
model_differs(const struct model *model, const struct ledger *ledger)
{
    if (switch_differs(model, ledger))
        return true;
    for (int asset = 0; asset < MODEL_ASSETS; asset++) {
        __int128 sum = 0;

        for (int user = 0; user < MODEL_USERS; user++) {
            if (balance_differs(model, ledger, user, asset))
                return true;
            sum += model->users[user].total[asset];
        }
        for (int64_t system = 1; system < 5; system++) {
            const struct ledger_balance *row = ledger_find_balance(ledger, system, (uint16_t)asset);

            if ((row == NULL ? 0 : row->avail_e8) != model->system[system][asset]) {
                printf("# system account %" PRId64 " asset %d differs\n", system, asset);
                return true;
            }
            sum += model->system[system][asset];
        }
        if (sum != 0)
            return true;
    }
    if (model->system[LEDGER_ACCOUNT_ROUNDING][0] < 0)
        return true;
    return orders_differ(model, ledger) || ledger_next_id(ledger) != model->next_id;
}
