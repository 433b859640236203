/* SPDX-License-Identifier: MIT */
/* Configuration of the order engine: one key table. */
#ifndef CNOP_ORDER_ENGINE_CONFIG_H
#define CNOP_ORDER_ENGINE_CONFIG_H

#include "shared/config/db_config.h"
#include "shared/ledger/ledger.h"
#include "shared/web/web.h"

struct engine_config {
    struct cnop_web_config web;
    struct cnop_db_config db;
    const char *command_socket;
    const char *money_uids;
    const char *market_uids;
    const char *admin_uids;
    const char *order_id_key_file;
    const char *orders_file;
    const char *board_file;
    uint64_t max_accounts;
    uint64_t max_balances;
    uint64_t recent_keys;
    uint64_t boot_keys;
    uint64_t queue_jobs;
    uint64_t queue_age;     /* ms */
    uint64_t price_max_age; /* ms */
    uint64_t commit_giveup; /* ms */
    uint64_t blocked_pause; /* ms */
    const char *deposit_limit;
    const char *withdraw_limit;
    const char *min_quantity;
    const char *min_notional;
    const char *max_notional;
    const char *house_max_short;
    bool price_limit;
    bool any_disk;
    uint64_t verify_share; /* percent */
    uint64_t verify_pause; /* ms */
    uint64_t fee_bps;
    uint64_t maker_fee_bps;
    uint64_t house_spread_bps;
    uint64_t max_open_orders;
    uint64_t max_account_orders;
    const char *gateway_sockets;
    uint64_t gateway_timeout; /* ms */
    uint64_t event_catch_up;
    uint64_t event_keep; /* ms */
    /* Derived by engine_config_validate. */
    struct ledger_config ledger;
};

extern const struct cnop_config_spec engine_config_spec;

/* Turns the decimal texts into the ledger's rules. CONFIG: one is no amount, or a list of user ids
 * holds something else (said on stderr). */
cnop_must_check enum cnop_err engine_config_validate(void *values);

#endif
