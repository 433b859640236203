/* SPDX-License-Identifier: MIT */
/* Accounts, balances and assets: look-up, opening, loading, and which rows a batch has changed.
 * Every change goes through the undo ring first. */
#include "shared/ledger/state.h"

#include <string.h>

#include "shared/base/mix.h"
#include "shared/ledger/due.h"

static uint64_t
balance_hash(int64_t account_id, uint16_t asset_id)
{
    return cnop_mix64(((uint64_t)account_id << 12) ^ asset_id);
}

/* ---- accounts ---- */

/* Slot that holds the account, or the free one where it belongs. */
static uint32_t *
account_slot(const struct ledger *ledger, int64_t account_id)
{
    uint32_t slot = (uint32_t)cnop_mix64((uint64_t)account_id) & ledger->account_slot_mask;

    cnop_assert(ledger->counters.account_count <= ledger->config.max_accounts);
    while (ledger->account_slots[slot] != 0 &&
           ledger->accounts[ledger->account_slots[slot] - 1].id != account_id)
        slot = (slot + 1) & ledger->account_slot_mask;
    return &ledger->account_slots[slot];
}

const struct ledger_account *
ledger_find_account(const struct ledger *ledger, int64_t account_id)
{
    uint32_t index = *account_slot(ledger, account_id);

    return index == 0 ? NULL : &ledger->accounts[index - 1];
}

struct ledger_account *
state_account_write(struct ledger *ledger, int64_t account_id, unsigned dirty)
{
    uint32_t index = *account_slot(ledger, account_id);
    struct ledger_account *account;

    cnop_assert(index != 0);
    account = &ledger->accounts[index - 1];
    state_touch(ledger, account, sizeof(*account));
    if (dirty == 0)
        return account;
    if (account->stamp != ledger->batch_stamp) {
        account->stamp = ledger->batch_stamp;
        account->dirty = 0;
        ledger->dirty_accounts[ledger->dirty_account_count++] = index - 1;
    }
    account->dirty = (uint8_t)(account->dirty | dirty);
    return account;
}

struct ledger_account *
state_account_open(struct ledger *ledger, int64_t account_id, int64_t time_us)
{
    uint32_t *slot = account_slot(ledger, account_id);
    struct ledger_account *account;

    cnop_assert(account_id >= LEDGER_ACCOUNT_FIRST_USER);
    if (*slot != 0)
        return &ledger->accounts[*slot - 1];
    cnop_assert(ledger->counters.account_count < ledger->config.max_accounts);
    account = &ledger->accounts[ledger->counters.account_count];
    state_touch(ledger, slot, sizeof(*slot));
    state_touch(ledger, &ledger->counters, sizeof(ledger->counters));
    state_touch(ledger, account, sizeof(*account));
    *account = (struct ledger_account){.id = account_id,
                                       .created_us = time_us,
                                       .changed_us = time_us,
                                       .kind = LEDGER_KIND_USER,
                                       .status = LEDGER_ACTIVE};
    ledger->counters.account_count++;
    *slot = ledger->counters.account_count;
    return state_account_write(ledger, account_id, STATE_DIRTY_ROW);
}

enum cnop_err
ledger_load_account(struct ledger *ledger, const struct ledger_account *account)
{
    uint32_t *slot = account_slot(ledger, account->id);

    cnop_assert(account->id > 0);
    cnop_assert(account->kind >= LEDGER_KIND_WORLD && account->kind <= LEDGER_KIND_USER);
    if (*slot == 0) {
        if (ledger->counters.account_count >= ledger->config.max_accounts)
            return CNOP_E_OVERLOADED;
        *slot = ++ledger->counters.account_count;
    }
    cnop_assert(ledger->accounts[*slot - 1].due_place == 0);
    ledger->accounts[*slot - 1] = *account;
    ledger->accounts[*slot - 1].stamp = 0;
    ledger->accounts[*slot - 1].dirty = 0;
    if (account->switch_us != 0) {
        due_add(ledger, DUE_ACCOUNTS, *slot - 1);
        ledger_forget(ledger, ledger_mark(ledger));
    }
    return CNOP_OK;
}

void
ledger_load_limit(struct ledger *ledger, int64_t account_id, enum ledger_limit limit,
                  int32_t utc_day, int64_t used_e8)
{
    uint32_t index = *account_slot(ledger, account_id);

    cnop_assert(used_e8 >= 0);
    cnop_assert(index != 0);
    cnop_assert(limit < LEDGER_LIMIT_COUNT);
    ledger->accounts[index - 1].used_day[limit] = utc_day;
    ledger->accounts[index - 1].used_e8[limit] = used_e8;
}

void
ledger_load_cold(struct ledger *ledger)
{
    cnop_assert(ledger->counters.account_count <= ledger->config.max_accounts);
    for (uint32_t i = 0; i < ledger->counters.account_count; i++)
        ledger->accounts[i].cold = true;
}

uint32_t
ledger_account_count(const struct ledger *ledger)
{
    cnop_assert(ledger->counters.account_count >= LEDGER_ACCOUNT_ROUNDING);
    return ledger->counters.account_count;
}

/* ---- balances ---- */

static uint32_t *
balance_slot(const struct ledger *ledger, int64_t account_id, uint16_t asset_id)
{
    uint32_t slot = (uint32_t)balance_hash(account_id, asset_id) & ledger->balance_slot_mask;

    cnop_assert(ledger->counters.balance_count <= ledger->config.max_balances);
    while (ledger->balance_slots[slot] != 0) {
        const struct ledger_balance *row = &ledger->balances[ledger->balance_slots[slot] - 1];

        if (row->account_id == account_id && row->asset_id == asset_id)
            break;
        slot = (slot + 1) & ledger->balance_slot_mask;
    }
    return &ledger->balance_slots[slot];
}

const struct ledger_balance *
ledger_find_balance(const struct ledger *ledger, int64_t account_id, uint16_t asset_id)
{
    uint32_t index = *balance_slot(ledger, account_id, asset_id);

    return index == 0 ? NULL : &ledger->balances[index - 1];
}

/* World and house may owe; nobody else may. */
int64_t
state_total(const struct ledger *ledger, int64_t account_id, uint16_t asset_id)
{
    const struct ledger_balance *row = ledger_find_balance(ledger, account_id, asset_id);

    return row == NULL ? 0 : row->avail_e8 + row->held_e8;
}

int64_t
state_free(const struct ledger *ledger, int64_t account_id, uint16_t asset_id)
{
    const struct ledger_balance *row = ledger_find_balance(ledger, account_id, asset_id);

    return row == NULL ? 0 : row->avail_e8;
}

int64_t
state_floor(const struct ledger *ledger, int64_t account_id)
{
    cnop_assert(account_id > 0);
    if (account_id == LEDGER_ACCOUNT_WORLD)
        return -INT64_MAX;
    if (account_id == LEDGER_ACCOUNT_HOUSE)
        return ledger->config.house_floor_e8;
    return 0;
}

/* Of a row: one that is lower already, by rules of before, may only rise. */
static int64_t
floor_of_row(const struct ledger *ledger, const struct ledger_balance *row)
{
    int64_t floor_e8 = state_floor(ledger, row->account_id);

    if (row->account_id == LEDGER_ACCOUNT_HOUSE && row->avail_e8 < floor_e8)
        return row->avail_e8;
    return floor_e8;
}

struct ledger_balance *
state_balance_open(struct ledger *ledger, int64_t account_id, uint16_t asset_id, int64_t time_us)
{
    uint32_t *slot = balance_slot(ledger, account_id, asset_id);
    struct ledger_balance *row;

    cnop_assert(account_id > 0);
    if (*slot == 0) {
        cnop_assert(ledger->counters.balance_count < ledger->config.max_balances);
        state_touch(ledger, slot, sizeof(*slot));
        state_touch(ledger, &ledger->counters, sizeof(ledger->counters));
        row = &ledger->balances[ledger->counters.balance_count];
        state_touch(ledger, row, sizeof(*row));
        *row = (struct ledger_balance){.account_id = account_id,
                                       .asset_id = asset_id,
                                       .floor_e8 = state_floor(ledger, account_id),
                                       .created_us = time_us,
                                       .updated_us = time_us};
        *slot = ++ledger->counters.balance_count;
    } else {
        row = &ledger->balances[*slot - 1];
        state_touch(ledger, row, sizeof(*row));
        row->floor_e8 = floor_of_row(ledger, row);
    }
    if (row->stamp != ledger->batch_stamp) {
        row->stamp = ledger->batch_stamp;
        ledger->dirty_balances[ledger->dirty_balance_count++] = *slot - 1;
    }
    return row;
}

enum cnop_err
ledger_load_balance(struct ledger *ledger, const struct ledger_balance *balance)
{
    uint32_t *slot = balance_slot(ledger, balance->account_id, balance->asset_id);

    cnop_assert(balance->account_id > 0);
    cnop_assert(balance->held_e8 >= 0);
    if (*slot == 0) {
        if (ledger->counters.balance_count >= ledger->config.max_balances)
            return CNOP_E_OVERLOADED;
        *slot = ++ledger->counters.balance_count;
    }
    ledger->balances[*slot - 1] = *balance;
    ledger->balances[*slot - 1].stamp = 0;
    ledger->balances[*slot - 1].floor_e8 = floor_of_row(ledger, balance);
    return CNOP_OK;
}

uint32_t
ledger_balance_count(const struct ledger *ledger)
{
    return ledger->counters.balance_count;
}

/* ---- assets ---- */

const struct ledger_asset *
ledger_find_asset(const struct ledger *ledger, uint16_t asset_id)
{
    if (asset_id >= ledger->config.max_assets || !ledger->assets[asset_id].known)
        return NULL;
    return &ledger->assets[asset_id];
}

const struct ledger_asset *
ledger_find_symbol(const struct ledger *ledger, struct cnop_str symbol)
{
    cnop_assert(symbol.len > 0);
    for (uint32_t i = 0; i < ledger->config.max_assets; i++) {
        const struct ledger_asset *asset = &ledger->assets[i];

        if (asset->known && asset->symbol_len == symbol.len &&
            memcmp(asset->symbol, symbol.ptr, symbol.len) == 0)
            return asset;
    }
    return NULL;
}

enum cnop_err
ledger_load_asset(struct ledger *ledger, const struct ledger_asset *asset)
{
    cnop_assert(asset->symbol_len <= LEDGER_SYMBOL_BYTES);
    if (asset->id >= ledger->config.max_assets)
        return CNOP_E_OVERLOADED;
    ledger->assets[asset->id] = *asset;
    return CNOP_OK;
}

/* ---- what a batch has changed ---- */

void
ledger_batch_begin(struct ledger *ledger)
{
    ledger->dirty_balance_count = 0;
    ledger->dirty_account_count = 0;
    ledger->fill_count = 0;
    ledger->order_row_count = 0;
    ledger->batch_stamp++;
    cnop_assert(ledger->batch_stamp != 0); /* 2^32 batches: more than a century at 1,000 a second
                                              would need a restart in between */
}

const struct ledger_balance *
ledger_dirty_balance(const struct ledger *ledger, uint32_t index)
{
    cnop_assert(index < ledger->dirty_balance_count);
    return &ledger->balances[ledger->dirty_balances[index]];
}

uint32_t
ledger_dirty_balance_count(const struct ledger *ledger)
{
    cnop_assert(ledger->dirty_balance_count <= ledger->config.max_dirty);
    return ledger->dirty_balance_count;
}

const struct ledger_account *
ledger_dirty_account(const struct ledger *ledger, uint32_t index, bool *ret_row, bool *ret_limits)
{
    const struct ledger_account *account;

    cnop_assert(index < ledger->dirty_account_count);
    account = &ledger->accounts[ledger->dirty_accounts[index]];
    *ret_row = (account->dirty & STATE_DIRTY_ROW) != 0;
    *ret_limits = (account->dirty & STATE_DIRTY_LIMITS) != 0;
    return account;
}

uint32_t
ledger_dirty_account_count(const struct ledger *ledger)
{
    cnop_assert(ledger->dirty_account_count <= ledger->config.max_dirty);
    return ledger->dirty_account_count;
}
