/* SPDX-License-Identifier: MIT */
/* Double entry: transfers are first checked as a whole, then posted as a whole. The only file that
 * changes balances, apart from loading. */
#include "shared/ledger/state.h"

/* Net effect of a command on one row. Four transfers touch at most eight. */
struct net {
    int64_t account_id;
    int64_t delta_e8;
    uint16_t asset_id;
};

#define NET_MAX (2 * LEDGER_TRANSFER_MAX)

static enum cnop_err
net_add(struct net *nets, size_t *count, int64_t account_id, uint16_t asset_id, int64_t delta_e8)
{
    size_t i;

    cnop_assert(account_id > 0);
    for (i = 0; i < *count; i++) {
        if (nets[i].account_id == account_id && nets[i].asset_id == asset_id)
            break;
    }
    if (i == *count) {
        cnop_assert(*count < NET_MAX);
        nets[i] = (struct net){.account_id = account_id, .asset_id = asset_id};
        ++*count;
    }
    return __builtin_add_overflow(nets[i].delta_e8, delta_e8, &nets[i].delta_e8) ? CNOP_E_OVERFLOW
                                                                                 : CNOP_OK;
}

static enum cnop_err
net_build(const struct ledger_outcome *outcome, struct net nets[NET_MAX], size_t *ret_count)
{
    size_t count = 0;

    cnop_assert(outcome->transfer_count <= LEDGER_TRANSFER_MAX);
    /* An order is a line of the cash statement even when it moves no cash. */
    if (outcome->posting.op == LEDGER_OP_ORDER)
        nets[count++] =
            (struct net){.account_id = outcome->posting.account_id, .asset_id = LEDGER_USD};
    for (uint32_t i = 0; i < outcome->transfer_count; i++) {
        const struct ledger_transfer *transfer = &outcome->transfers[i];
        enum cnop_err err;

        cnop_assert(transfer->amount_e8 > 0);
        cnop_assert(transfer->debit_account != transfer->credit_account);
        err = net_add(nets, &count, transfer->debit_account, transfer->asset_id,
                      -transfer->amount_e8);
        if (err != CNOP_OK)
            return err;
        err = net_add(nets, &count, transfer->credit_account, transfer->asset_id,
                      transfer->amount_e8);
        if (err != CNOP_OK)
            return err;
    }
    *ret_count = count;
    return CNOP_OK;
}

static enum cnop_err
floor_error(const struct net *net)
{
    cnop_assert(net->delta_e8 < 0);
    if (net->account_id < LEDGER_ACCOUNT_FIRST_USER)
        return CNOP_E_NO_LIQUIDITY;
    return net->asset_id == LEDGER_USD ? CNOP_E_INSUFFICIENT_FUNDS : CNOP_E_INSUFFICIENT_HOLDINGS;
}

enum cnop_err
state_check_transfers(const struct ledger *ledger, const struct ledger_outcome *outcome)
{
    struct net nets[NET_MAX];
    size_t count;
    enum cnop_err err;

    cnop_assert(outcome->transfer_count > 0);
    err = net_build(outcome, nets, &count);
    if (err != CNOP_OK)
        return err;
    for (size_t i = 0; i < count; i++) {
        const struct ledger_balance *row =
            ledger_find_balance(ledger, nets[i].account_id, nets[i].asset_id);
        int64_t avail_e8 = row == NULL ? 0 : row->avail_e8;
        int64_t held_e8 = row == NULL ? 0 : row->held_e8;
        int64_t total_e8;

        if (__builtin_add_overflow(avail_e8, nets[i].delta_e8, &avail_e8) ||
            __builtin_add_overflow(avail_e8, held_e8, &total_e8))
            return CNOP_E_OVERFLOW;
        if (nets[i].delta_e8 < 0 && avail_e8 < state_floor(ledger, nets[i].account_id))
            return floor_error(&nets[i]);
    }
    return CNOP_OK;
}

void
state_post_transfers(struct ledger *ledger, const struct ledger_outcome *outcome)
{
    struct net nets[NET_MAX];
    int64_t sums[2] = {0, 0}; /* dollars, everything else: one command moves one other asset */
    size_t count;
    enum cnop_err err;

    cnop_assert(outcome->posting.id > 0);
    cnop_assert(outcome->transfer_count > 0);
    err = net_build(outcome, nets, &count);
    cnop_assert(err == CNOP_OK);
    for (size_t i = 0; i < count; i++) {
        struct ledger_balance *row = state_balance_open(ledger, nets[i].account_id,
                                                        nets[i].asset_id, outcome->posting.time_us);

        row->avail_e8 += nets[i].delta_e8; /* overflow was checked */
        row->ver++;
        row->entries++;
        row->updated_us = outcome->posting.time_us;
        cnop_assert(row->avail_e8 >= row->floor_e8 || nets[i].delta_e8 > 0);
        sums[nets[i].asset_id != LEDGER_USD] += nets[i].delta_e8;
    }
    cnop_assert(sums[0] == 0);
    cnop_assert(sums[1] == 0);
}
