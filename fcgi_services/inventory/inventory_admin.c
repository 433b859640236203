/* SPDX-License-Identifier: MIT */
/* The order of things: database rows first, uncommitted and locked, then the engine, then the
 * commit. An engine that refuses takes the rows back; a commit that fails after the engine agreed
 * is an unknown outcome, told as such. Knows no HTTP and no SQL. */
#include "fcgi_services/inventory/inventory_admin.h"

static struct ledger_command
command_of(enum ledger_op op, const struct inventory_change *change,
           const struct inventory_held *held)
{
    struct ledger_command command = {.op = (uint8_t)op, .asset_id = held->asset_id};

    ledger_command_set_request_id(&command, change->request_id);
    ledger_command_set_reason(&command, change->reason);
    return command;
}

/* Tells the engine, then makes the rows last. */
static enum cnop_err
settle(const struct inventory_desk *desk, const struct ledger_command *command, struct cnop_tx **tx)
{
    struct ledger_outcome outcome;
    enum cnop_err err;

    err = engine_client_call(desk->engine, command, &outcome);
    if (err != CNOP_OK)
        return err == CNOP_E_ASSET_UNKNOWN ? CNOP_E_UNAVAILABLE : err;
    err = inventory_store_commit(tx);
    return err == CNOP_OK ? CNOP_OK : CNOP_E_OUTCOME_UNKNOWN;
}

enum cnop_err
inventory_price_set(const struct inventory_desk *desk, const struct inventory_change *change,
                    cnop_price price, cnop_price *ret_previous)
{
    cnop_cleanup(inventory_store_drop) struct cnop_tx *tx = NULL;
    struct ledger_command command;
    struct inventory_held held;
    enum cnop_err err;

    cnop_assert(price.e10 > 0);
    cnop_assert(change->reason.len > 0);
    err = inventory_store_hold(desk->db, desk->arena, change->symbol, &tx, &held);
    if (err != CNOP_OK)
        return err;
    err = inventory_store_set_price(tx, change, &held, price);
    if (err != CNOP_OK)
        return err;

    command = command_of(LEDGER_OP_PRICE_SET, change, &held);
    command.price = price;
    command.price_seq = held.seq;
    command.price_time_us = change->now_us;
    err = settle(desk, &command, &tx);
    if (err != CNOP_OK)
        return err;
    *ret_previous = held.price;
    return CNOP_OK;
}

enum cnop_err
inventory_halted_set(const struct inventory_desk *desk, const struct inventory_change *change,
                     bool halted)
{
    cnop_cleanup(inventory_store_drop) struct cnop_tx *tx = NULL;
    struct ledger_command command;
    struct inventory_held held;
    enum cnop_err err;

    cnop_assert(change->reason.len > 0);
    err = inventory_store_hold(desk->db, desk->arena, change->symbol, &tx, &held);
    if (err != CNOP_OK)
        return err;
    err = inventory_store_set_halted(tx, change, &held, halted);
    if (err != CNOP_OK)
        return err;
    command = command_of(halted ? LEDGER_OP_HALT : LEDGER_OP_RESUME, change, &held);
    return settle(desk, &command, &tx);
}
