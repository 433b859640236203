/* SPDX-License-Identifier: MIT */
/* The ledger's tables in one block of memory: their layout, and the ledger before its first row.
 * Knows nothing of rules; never allocates. */
#include "shared/ledger/state.h"

_Static_assert(sizeof(struct ledger_balance) % 8 == 0, "rows stay aligned for the undo offsets");

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
    size_t accounts, account_slots, balances, balance_slots, assets, keys;
    size_t books, orders, order_slots, due[2], levels, nodes;
    size_t undo, dirty_balances, dirty_accounts, fills, order_rows, total;
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
    cnop_assert(config->max_open_orders > 0 && config->max_open_orders < (1u << 30));
    cnop_assert(config->max_account_orders <= LEDGER_ACCOUNT_ORDERS);
    layout.accounts = place_table(&cursor, config->max_accounts, sizeof(struct ledger_account));
    layout.account_slots = place_table(&cursor, slot_count(config->max_accounts), 4);
    layout.balances = place_table(&cursor, config->max_balances, sizeof(struct ledger_balance));
    layout.balance_slots = place_table(&cursor, slot_count(config->max_balances), 4);
    layout.assets = place_table(&cursor, config->max_assets, sizeof(struct ledger_asset));
    layout.keys = place_table(&cursor, config->recent_keys, sizeof(struct state_key));
    layout.books = place_table(&cursor, config->max_assets, sizeof(struct book));
    layout.orders = place_table(&cursor, config->max_open_orders + 1u, sizeof(struct ledger_order));
    layout.order_slots = place_table(&cursor, slot_count(config->max_open_orders), 4);
    layout.due[0] = place_table(&cursor, config->max_open_orders + 1u, 4);
    layout.due[1] = place_table(&cursor, config->max_accounts + 1u, 4);
    layout.levels = place_table(&cursor, config->max_levels + 1u, sizeof(struct book_level));
    layout.nodes = place_table(&cursor, config->max_nodes + 1u, sizeof(struct book_node));
    layout.undo = place_table(&cursor, config->undo_entries, sizeof(struct state_undo));
    layout.dirty_balances = place_table(&cursor, config->max_dirty, 4);
    layout.dirty_accounts = place_table(&cursor, config->max_dirty, 4);
    layout.fills = place_table(&cursor, config->max_fills, sizeof(struct ledger_fill));
    layout.order_rows = place_table(&cursor, config->max_order_rows, sizeof(struct ledger_order));
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
        .max_open_orders = 100000,
        .max_levels = 50000,
        .max_nodes = 60000,
        .max_fills = 4096,
        .max_order_rows = 8192,
        .max_account_orders = LEDGER_ACCOUNT_ORDERS,
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
    ledger->books = (struct book *)(void *)(base + layout.books);
    ledger->orders = (struct ledger_order *)(void *)(base + layout.orders);
    ledger->order_slots = (uint32_t *)(void *)(base + layout.order_slots);
    ledger->order_slot_mask = slot_count(config->max_open_orders) - 1;
    for (size_t kind = 0; kind < CNOP_COUNT(layout.due); kind++)
        ledger->due[kind] = (uint32_t *)(void *)(base + layout.due[kind]);
    ledger->levels = (struct book_level *)(void *)(base + layout.levels);
    ledger->nodes = (struct book_node *)(void *)(base + layout.nodes);
    ledger->undo = (struct state_undo *)(void *)(base + layout.undo);
    ledger->dirty_balances = (uint32_t *)(void *)(base + layout.dirty_balances);
    ledger->dirty_accounts = (uint32_t *)(void *)(base + layout.dirty_accounts);
    ledger->fills = (struct ledger_fill *)(void *)(base + layout.fills);
    ledger->order_rows = (struct ledger_order *)(void *)(base + layout.order_rows);
    ledger->batch_stamp = 1;
    open_system_accounts(ledger);
    err = ledger_load_asset(ledger, &dollar);
    cnop_assert(err == CNOP_OK);
    return ledger;
}
