/* SPDX-License-Identifier: MIT */
/* Commands that trade nothing: prices, halts, freezes, the list of assets. Prices are not part of
 * what a rollback restores: commands that are run again see the newest price. */
#include "shared/ledger/match.h"

#include <string.h>

static enum cnop_err
set_price(struct ledger *ledger, const struct ledger_command *command,
          struct ledger_outcome *outcome)
{
    bool by_operator = command->op == LEDGER_OP_PRICE_SET;
    struct ledger_asset *asset = &ledger->assets[command->asset_id];
    uint64_t seq = command->price_seq;

    cnop_assert(command->price.e10 > 0);
    if (by_operator && seq == 0)
        seq = asset->price_seq + 1;
    if (seq < asset->price_seq || (!by_operator && seq == asset->price_seq))
        return CNOP_E_CONFLICT;
    asset->price = command->price;
    asset->price_seq = seq;
    /* A feed whose clock runs ahead must not keep prices fresh for longer. */
    asset->price_time_us = command->price_time_us != 0 && command->price_time_us < command->time_us
                               ? command->price_time_us
                               : command->time_us;
    outcome->posting.price = asset->price;
    outcome->posting.price_seq = seq;
    outcome->changed = by_operator;
    return CNOP_OK;
}

static enum cnop_err
set_halted(struct ledger *ledger, const struct ledger_command *command,
           struct ledger_outcome *outcome)
{
    struct ledger_asset *asset = &ledger->assets[command->asset_id];
    bool halted = command->op == LEDGER_OP_HALT;

    cnop_assert(asset->known);
    cnop_assert(outcome->transfer_count == 0);
    if (asset->halted == halted)
        return CNOP_OK;
    state_touch(ledger, &asset->halted, sizeof(asset->halted));
    asset->halted = halted;
    outcome->changed = true;
    return CNOP_OK;
}

static enum cnop_err
set_asset(struct ledger *ledger, const struct ledger_command *command,
          struct ledger_outcome *outcome)
{
    struct ledger_asset *asset = &ledger->assets[command->asset_id];

    cnop_assert(command->symbol_len > 0);
    cnop_assert(command->symbol_len <= LEDGER_SYMBOL_BYTES);
    if (asset->known && asset->active == command->active &&
        cnop_str_equal(cnop_str_make(asset->symbol, asset->symbol_len),
                       cnop_str_make(command->symbol, command->symbol_len)))
        return CNOP_OK; /* the feed tells its whole list again whenever in doubt */
    state_touch(ledger, &asset->id, sizeof(*asset) - offsetof(struct ledger_asset, id));
    asset->id = command->asset_id;
    asset->known = true;
    asset->active = command->active;
    asset->symbol_len = command->symbol_len;
    memcpy(asset->symbol, command->symbol, sizeof(asset->symbol));
    outcome->changed = true;
    return CNOP_OK;
}

/* Orders that were away from the books when the account was frozen: their rows were in doubt. */
static bool
has_left_overs(const struct ledger_account *account)
{
    cnop_assert(account->id >= LEDGER_ACCOUNT_FIRST_USER);
    return account->status == LEDGER_FROZEN && account->order_count > 0;
}

static enum cnop_err
set_status(struct ledger *ledger, const struct ledger_command *command,
           struct ledger_outcome *outcome)
{
    uint8_t status = command->op == LEDGER_OP_FREEZE ? LEDGER_FROZEN : LEDGER_ACTIVE;
    const struct ledger_account *known = ledger_find_account(ledger, command->account_id);
    struct ledger_account *account;

    cnop_assert(command->account_id >= LEDGER_ACCOUNT_FIRST_USER);
    if (known != NULL && known->status == status && !has_left_overs(known)) {
        outcome->posting.time_us = known->changed_us;
        return CNOP_OK;
    }
    (void)state_account_open(ledger, command->account_id, command->time_us);
    account = state_account_write(ledger, command->account_id, STATE_DIRTY_ROW);
    account->status = status;
    account->changed_us = command->time_us;
    outcome->changed = true;
    if (status == LEDGER_FROZEN)
        match_end_all(ledger, command->account_id, LEDGER_REASON_FROZEN, command->time_us);
    return CNOP_OK;
}

enum cnop_err
admin_apply(struct ledger *ledger, const struct ledger_command *command,
            struct ledger_outcome *outcome)
{
    cnop_assert(command->op >= LEDGER_OP_TICK);
    cnop_assert(command->op <= LEDGER_OP_ASSET);
    outcome->posting.op = command->op;
    outcome->posting.account_id = command->account_id;
    outcome->posting.asset_id = command->asset_id;
    outcome->posting.time_us = command->time_us;
    if (command->op == LEDGER_OP_FREEZE || command->op == LEDGER_OP_UNFREEZE)
        return set_status(ledger, command, outcome);
    if (command->asset_id == LEDGER_USD || command->asset_id >= ledger->config.max_assets)
        return CNOP_E_ASSET_UNKNOWN;
    if (command->op == LEDGER_OP_ASSET)
        return set_asset(ledger, command, outcome);
    if (!ledger->assets[command->asset_id].known)
        return CNOP_E_ASSET_UNKNOWN;
    if (command->op == LEDGER_OP_HALT || command->op == LEDGER_OP_RESUME)
        return set_halted(ledger, command, outcome);
    return set_price(ledger, command, outcome);
}
