/* SPDX-License-Identifier: MIT */
/* The ledger's tables in one block of memory: layout, look-up, undo ring, dirty lists. Knows
 * nothing of rules; never allocates. */
#include "shared/ledger/state.h"

#include <string.h>

#include "shared/base/mix.h"

_Static_assert(sizeof(struct state_undo) == 64, "an undo entry is one cache line");
_Static_assert(sizeof(struct ledger_balance) % 8 == 0, "rows stay aligned for the undo offsets");

static uint64_t
balance_hash(int64_t account_id, uint16_t asset_id)
{
    return cnop_mix64(((uint64_t)account_id << 12) ^ asset_id);
}

static uint32_t
slot_count(uint32_t rows)
{
    uint32_t slots = 64;

    cnop_assert(rows > 0 && rows < (1u << 30));
    while (slots < rows * 2u)
        slots *= 2;
    return slots;
}

/* Where each table begins; the same walk computes the size and lays the memory out. */
struct layout {
    size_t accounts, account_slots, balances, balance_slots, assets, keys, undo;
    size_t dirty_balances, dirty_accounts, total;
};

static size_t
place_table(size_t *cursor, size_t count, size_t size)
{
    size_t place = (*cursor + 63) & ~(size_t)63;

    cnop_assert((size & 3) == 0);
    *cursor = place + count * size;
    return place;
}

static void
lay_out(const struct ledger_config *config, struct layout *ret_layout)
{
    size_t cursor = sizeof(struct ledger);
    struct layout layout;

    cnop_assert(config->max_accounts >= 8 && config->max_accounts < (1u << 30));
    cnop_assert(config->max_balances >= 16 && config->max_balances < (1u << 30));
    cnop_assert(config->recent_keys >= 64);
    cnop_assert((config->recent_keys & (config->recent_keys - 1)) == 0);
    cnop_assert((config->undo_entries & (config->undo_entries - 1)) == 0);
    layout.accounts = place_table(&cursor, config->max_accounts, sizeof(struct ledger_account));
    layout.account_slots = place_table(&cursor, slot_count(config->max_accounts), 4);
    layout.balances = place_table(&cursor, config->max_balances, sizeof(struct ledger_balance));
    layout.balance_slots = place_table(&cursor, slot_count(config->max_balances), 4);
    layout.assets = place_table(&cursor, config->max_assets, sizeof(struct ledger_asset));
    layout.keys = place_table(&cursor, config->recent_keys, sizeof(struct state_key));
    layout.undo = place_table(&cursor, config->undo_entries, sizeof(struct state_undo));
    layout.dirty_balances = place_table(&cursor, config->max_dirty, 4);
    layout.dirty_accounts = place_table(&cursor, config->max_dirty, 4);
    layout.total = (cursor + 63) & ~(size_t)63;
    *ret_layout = layout;
}

size_t
ledger_bytes(const struct ledger_config *config)
{
    struct layout layout;

    lay_out(config, &layout);
    return layout.total;
}

void
ledger_config_default(struct ledger_config *ret_config)
{
    *ret_config = (struct ledger_config){
        .max_accounts = 1000000,
        .max_balances = 4000000,
        .max_assets = 1024,
        .recent_keys = 1u << 20,
        .undo_entries = 1u << 16,
        .max_dirty = 1u << 15,
        .deposit_limit = {10000 * CNOP_E8},
        .withdraw_limit = {5000 * CNOP_E8},
        .min_qty = {CNOP_E8 / 1000},
        .min_notional = {CNOP_E8},
        .max_notional = {10000 * CNOP_E8},
        .fee_bps = 0,
        .price_max_age_us = INT64_C(60) * 1000000,
        .house_floor_e8 = -(INT64_MAX / 4),
    };
}

static void
open_system_accounts(struct ledger *ledger)
{
    static const uint8_t kinds[] = {LEDGER_KIND_WORLD, LEDGER_KIND_HOUSE, LEDGER_KIND_FEE,
                                    LEDGER_KIND_ROUNDING};

    for (size_t i = 0; i < CNOP_COUNT(kinds); i++) {
        const struct ledger_account account = {
            .id = (int64_t)i + 1, .kind = kinds[i], .status = LEDGER_ACTIVE};
        enum cnop_err err = ledger_load_account(ledger, &account);

        cnop_assert(err == CNOP_OK);
    }
}

struct ledger *
ledger_init(void *memory, const struct ledger_config *config)
{
    const struct ledger_asset dollar = {
        .id = LEDGER_USD, .known = true, .active = false, .symbol = "USD", .symbol_len = 3};
    struct ledger *ledger = memory;
    unsigned char *base = memory;
    struct layout layout;
    enum cnop_err err;

    cnop_assert(((uintptr_t)memory & 63) == 0);
    lay_out(config, &layout);
    ledger->config = *config;
    ledger->counters.next_id = 1;
    ledger->accounts = (struct ledger_account *)(void *)(base + layout.accounts);
    ledger->account_slots = (uint32_t *)(void *)(base + layout.account_slots);
    ledger->account_slot_mask = slot_count(config->max_accounts) - 1;
    ledger->balances = (struct ledger_balance *)(void *)(base + layout.balances);
    ledger->balance_slots = (uint32_t *)(void *)(base + layout.balance_slots);
    ledger->balance_slot_mask = slot_count(config->max_balances) - 1;
    ledger->assets = (struct ledger_asset *)(void *)(base + layout.assets);
    ledger->keys = (struct state_key *)(void *)(base + layout.keys);
    ledger->undo = (struct state_undo *)(void *)(base + layout.undo);
    ledger->dirty_balances = (uint32_t *)(void *)(base + layout.dirty_balances);
    ledger->dirty_accounts = (uint32_t *)(void *)(base + layout.dirty_accounts);
    ledger->batch_stamp = 1;
    open_system_accounts(ledger);
    err = ledger_load_asset(ledger, &dollar);
    cnop_assert(err == CNOP_OK);
    return ledger;
}

/* ---- undo ring ---- */

void
state_touch(struct ledger *ledger, const void *place, size_t len)
{
    const unsigned char *from = place;

    cnop_assert(len > 0);
    cnop_assert(from > (const unsigned char *)ledger);
    while (len > 0) {
        size_t part = len < STATE_UNDO_DATA_BYTES ? len : STATE_UNDO_DATA_BYTES;
        size_t offset = (size_t)(from - (const unsigned char *)ledger);
        struct state_undo *entry =
            &ledger->undo[ledger->undo_tail & (ledger->config.undo_entries - 1)];

        cnop_assert(ledger->undo_tail - ledger->undo_head < ledger->config.undo_entries);
        entry->offset8 = (uint32_t)(offset / 8);
        entry->skip = (uint16_t)(offset % 8);
        entry->len = (uint16_t)part;
        memcpy(entry->data, from, part);
        ledger->undo_tail++;
        from += part;
        len -= part;
    }
}

uint64_t
ledger_mark(const struct ledger *ledger)
{
    cnop_assert(ledger->undo_head <= ledger->undo_tail);
    return ledger->undo_tail;
}

void
ledger_rollback(struct ledger *ledger, uint64_t mark)
{
    cnop_assert(mark >= ledger->undo_head);
    cnop_assert(mark <= ledger->undo_tail);
    while (ledger->undo_tail > mark) {
        const struct state_undo *entry;

        ledger->undo_tail--;
        entry = &ledger->undo[ledger->undo_tail & (ledger->config.undo_entries - 1)];
        memcpy((unsigned char *)ledger + (size_t)entry->offset8 * 8 + entry->skip, entry->data,
               entry->len);
    }
}

void
ledger_forget(struct ledger *ledger, uint64_t mark)
{
    cnop_assert(mark >= ledger->undo_head);
    cnop_assert(mark <= ledger->undo_tail);
    ledger->undo_head = mark;
}

/* The largest command opens six rows: far fewer than these. */
#define ROOM_UNDO 64
#define ROOM_ROWS 8

bool
ledger_has_room(const struct ledger *ledger)
{
    cnop_assert(ledger->undo_head <= ledger->undo_tail);
    return ledger->undo_tail - ledger->undo_head + ROOM_UNDO <= ledger->config.undo_entries &&
           ledger->counters.account_count + ROOM_ROWS <= ledger->config.max_accounts &&
           ledger->counters.balance_count + ROOM_ROWS <= ledger->config.max_balances &&
           ledger->dirty_balance_count + ROOM_ROWS <= ledger->config.max_dirty &&
           ledger->dirty_account_count + ROOM_ROWS <= ledger->config.max_dirty;
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
    ledger->accounts[*slot - 1] = *account;
    ledger->accounts[*slot - 1].stamp = 0;
    ledger->accounts[*slot - 1].dirty = 0;
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
ledger_load_cold(struct ledger *ledger, int64_t opened_before_us)
{
    for (uint32_t i = 0; i < ledger->counters.account_count; i++) {
        struct ledger_account *account = &ledger->accounts[i];

        if (account->created_us < opened_before_us)
            account->cold = true;
    }
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
state_floor(const struct ledger *ledger, int64_t account_id)
{
    cnop_assert(account_id > 0);
    if (account_id == LEDGER_ACCOUNT_WORLD)
        return -INT64_MAX;
    if (account_id == LEDGER_ACCOUNT_HOUSE)
        return ledger->config.house_floor_e8;
    return 0;
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
    ledger->balances[*slot - 1].floor_e8 = state_floor(ledger, balance->account_id);
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

/* ---- ids, batches ---- */

int64_t
state_take_id(struct ledger *ledger)
{
    cnop_assert(ledger->counters.next_id >= 1);
    cnop_assert(ledger->counters.next_id < INT64_MAX);
    state_touch(ledger, &ledger->counters, sizeof(ledger->counters));
    return ledger->counters.next_id++;
}

void
ledger_load_next_id(struct ledger *ledger, int64_t next_id)
{
    cnop_assert(next_id >= 1);
    ledger->counters.next_id = next_id;
}

int64_t
ledger_next_id(const struct ledger *ledger)
{
    return ledger->counters.next_id;
}

void
ledger_batch_begin(struct ledger *ledger)
{
    ledger->dirty_balance_count = 0;
    ledger->dirty_account_count = 0;
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
