/* SPDX-License-Identifier: MIT */
/* One asset, one transaction, one engine. */
#include "tests/fakes/inventory_fake.h"

struct inventory_fake inventory_fake;

static struct {
    cnop_price price;
    bool halted;
    unsigned note_count;
} pending;

void
inventory_fake_clear(void)
{
    inventory_fake = (struct inventory_fake){.price = {60000 * CNOP_E10},
                                             .version = 7,
                                             .engine_price = {60000 * CNOP_E10},
                                             .fail_with = CNOP_E_DB_FAILED};
}

static bool
is_to_fail(void)
{
    inventory_fake.call_count++;
    return inventory_fake.call_count == inventory_fake.fail_at;
}

enum cnop_err
inventory_store_list(struct cnop_db *db, struct cnop_arena *arena, struct asset_list *ret_list)
{
    struct asset *item = cnop_arena_alloc(arena, sizeof(*item));

    (void)db;
    inventory_fake.list_count++;
    if (is_to_fail())
        return inventory_fake.fail_with;
    if (item == NULL)
        return CNOP_E_NO_MEMORY;
    *item = (struct asset){.id = 1,
                           .symbol = CNOP_STR("BTC"),
                           .name = CNOP_STR("Bitcoin"),
                           .category = CNOP_STR("major"),
                           .price = inventory_fake.price,
                           .active = true,
                           .halted = inventory_fake.halted};
    *ret_list = (struct asset_list){.items = item, .count = 1, .version = inventory_fake.version};
    return CNOP_OK;
}

enum cnop_err
inventory_store_find_user(struct cnop_db *db, struct cnop_arena *arena, uint64_t user_id)
{
    (void)db;
    (void)arena;
    if (is_to_fail())
        return inventory_fake.fail_with;
    return user_id == 1 ? CNOP_OK : CNOP_E_UNAUTHENTICATED;
}

enum cnop_err
inventory_store_hold(struct cnop_db *db, struct cnop_arena *arena, struct cnop_str symbol,
                     struct cnop_tx **ret_tx, struct inventory_held *ret_held)
{
    (void)db;
    (void)arena;
    if (is_to_fail())
        return inventory_fake.fail_with;
    if (!cnop_str_equal(symbol, CNOP_STR("BTC")))
        return CNOP_E_NOT_FOUND;
    cnop_assert(!inventory_fake.has_open_tx);
    inventory_fake.has_open_tx = true;
    pending.price = inventory_fake.price;
    pending.halted = inventory_fake.halted;
    pending.note_count = 0;
    *ret_held = (struct inventory_held){.price = inventory_fake.price,
                                        .seq = inventory_fake.version + 1,
                                        .asset_id = 1,
                                        .halted = inventory_fake.halted};
    *ret_tx = (struct cnop_tx *)(void *)&pending; /* opaque: never looked into */
    return CNOP_OK;
}

enum cnop_err
inventory_store_set_price(struct cnop_tx *tx, const struct inventory_change *change,
                          const struct inventory_held *held, cnop_price price)
{
    cnop_assert(tx != NULL && change->reason.len > 0 && held->asset_id == 1);
    if (is_to_fail())
        return inventory_fake.fail_with;
    pending.price = price;
    pending.note_count++;
    return CNOP_OK;
}

enum cnop_err
inventory_store_set_halted(struct cnop_tx *tx, const struct inventory_change *change,
                           const struct inventory_held *held, bool halted)
{
    cnop_assert(tx != NULL && change->reason.len > 0 && held->asset_id == 1);
    if (is_to_fail())
        return inventory_fake.fail_with;
    pending.halted = halted;
    pending.note_count++;
    return CNOP_OK;
}

enum cnop_err
inventory_store_commit(struct cnop_tx **tx)
{
    *tx = NULL;
    inventory_fake.has_open_tx = false;
    if (is_to_fail())
        return inventory_fake.fail_with;
    inventory_fake.price = pending.price;
    inventory_fake.halted = pending.halted;
    inventory_fake.note_count += pending.note_count;
    inventory_fake.version++;
    return CNOP_OK;
}

void
inventory_store_drop(struct cnop_tx **tx)
{
    if (*tx != NULL)
        inventory_fake.has_open_tx = false;
    *tx = NULL;
}

enum cnop_err
engine_client_call(struct engine_client *client, const struct ledger_command *command,
                   struct ledger_outcome *outcome)
{
    (void)client;
    *outcome = (struct ledger_outcome){0};
    if (is_to_fail())
        return inventory_fake.fail_with;
    if (command->op == LEDGER_OP_PRICE_SET)
        inventory_fake.engine_price = command->price;
    else
        inventory_fake.engine_halted = command->op == LEDGER_OP_HALT;
    return CNOP_OK;
}

void
ledger_command_set_request_id(struct ledger_command *command, struct cnop_str request_id)
{
    command->request_id_len = (uint8_t)request_id.len;
}

void
ledger_command_set_reason(struct ledger_command *command, struct cnop_str reason)
{
    command->reason_len = (uint8_t)reason.len;
}
