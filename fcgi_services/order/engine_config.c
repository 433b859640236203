/* SPDX-License-Identifier: MIT */
/* Key table of the order engine and the checks that span keys. */
#include "fcgi_services/order/engine_config.h"

#include <stdio.h>

#include "fcgi_services/order/command_socket.h"

#define ROW_STRING(field, default_, doc_)                                                          \
    CNOP_CONFIG_ROW_STRING(struct engine_config, field, default_, doc_)
#define ROW_U64(field, default_, min_, max_, doc_)                                                 \
    CNOP_CONFIG_ROW_U64(struct engine_config, field, default_, min_, max_, doc_)
#define ROW_DURATION(field, default_, min_, max_, doc_)                                            \
    CNOP_CONFIG_ROW_DURATION(struct engine_config, field, default_, min_, max_, doc_)

static const struct cnop_config_key keys[] = {
    CNOP_WEB_CONFIG_ROWS(struct engine_config),
    CNOP_DB_CONFIG_ROWS(struct engine_config, "cnop_ledger"),
    CNOP_CONFIG_ROW_PATH(struct engine_config, command_socket, NULL,
                         "Unix socket for commands of the other services."),
    ROW_STRING(money_uids, "",
               "Numeric user ids, with commas between, that may deposit, withdraw and give, "
               "besides ours."),
    ROW_STRING(market_uids, "", "Numeric user ids that may send prices, halts and assets."),
    ROW_STRING(admin_uids, "", "Numeric user ids that may freeze accounts."),
    CNOP_CONFIG_ROW_SECRET(struct engine_config, order_id_key_file, NULL,
                           "File with the 16-byte key that makes order ids unguessable."),
    ROW_STRING(orders_file, "",
               "Absolute path of a file that gets a line for each accepted order; empty: none is "
               "written. Refused and failed orders are in the log in any case."),
    ROW_STRING(
        board_file, "",
        "Absolute path of the file in which the reader of the markets sees books and trades; "
        "empty: none is written."),
    ROW_U64(max_accounts, "1000000", 64, 100000000, "Accounts the engine has room for."),
    ROW_U64(max_balances, "4000000", 256, 400000000, "Balances the engine has room for."),
    ROW_U64(recent_keys, "1048576", 64, 67108864,
            "Idempotency keys kept in memory; a power of two. Older ones are looked up."),
    ROW_U64(boot_keys, "100000", 0, 10000000, "Newest orders whose keys are loaded at the start."),
    ROW_U64(queue_jobs, "4096", 128, 65536, "Commands that may wait; more are refused with 503."),
    ROW_DURATION(queue_age, "250ms", 10, 60000,
                 "Age of the oldest waiting command from which new ones are refused with 503."),
    ROW_DURATION(price_max_age, "60s", 100, 86400000, "Age from which a price cannot be traded."),
    ROW_DURATION(commit_giveup, "1500ms", 100, 2000,
                 "Time after which commands of a commit without an answer are told that their "
                 "outcome is unknown; a second more when nothing else happens."),
    ROW_DURATION(blocked_pause, "5s", 100, 60000,
                 "Time an account is refused whose rows somebody else keeps locked."),
    ROW_STRING(deposit_limit, "10000", "US dollars an account may deposit in a UTC day."),
    ROW_STRING(withdraw_limit, "5000", "US dollars an account may withdraw in a UTC day."),
    ROW_STRING(min_quantity, "0.001", "Least quantity of an order by quantity."),
    ROW_STRING(min_notional, "1",
               "Least value of an order, US dollars; a sale of everything may be worth less."),
    ROW_STRING(max_notional, "10000", "Largest value of an order, inclusive, US dollars."),
    ROW_STRING(house_max_short, "20000000000",
               "Units of an asset, or US dollars, that the house may be short of."),
    CNOP_CONFIG_ROW_BOOL(struct engine_config, price_limit, "on",
                         "Whether `price` of a market order is the worst price it accepts; off: "
                         "it is ignored."),
    CNOP_CONFIG_ROW_BOOL(struct engine_config, any_disk, "off",
                         "Whether to start on a server that may lose acknowledged commits with its "
                         "power (innodb_flush_log_at_trx_commit, innodb_doublewrite, sync_binlog): "
                         "for tests only."),
    ROW_U64(verify_share, "5", 0, 100,
            "Percent of the time that the verification of stored rows may run; 0: never."),
    ROW_DURATION(verify_pause, "10s", 0, 86400000, "Pause between two passes of the verification."),
    ROW_U64(fee_bps, "0", 0, 1000,
            "Fee of market orders and of whoever takes, hundredths of a percent."),
    ROW_U64(maker_fee_bps, "0", 0, 1000, "Fee of orders that rested, hundredths of a percent."),
    ROW_U64(
        house_spread_bps, "0", 0, 1000,
        "Distance between the house's two prices, hundredths of a percent; 0: it buys and sells "
        "at the inventory's price."),
    ROW_U64(max_open_orders, "100000", 64, 10000000, "Orders that the books have room for."),
    ROW_U64(max_account_orders, "200", 1, LEDGER_ACCOUNT_ORDERS,
            "Orders that an account may have on the books."),
    ROW_STRING(gateway_sockets, "",
               "Control sockets of the gateways that get the events of the ledger, separated by "
               "commas; empty: none does."),
    ROW_DURATION(gateway_timeout, "1s", 10, 60000, "Time an exchange with a gateway may take."),
    ROW_U64(event_catch_up, "20000", 0, 10000000,
            "Events that a gateway which has none, or only older ones, is brought from the table."),
    ROW_DURATION(event_keep, "24h", 60000, 2592000000,
                 "Time for which events can be read again from the table."),
};

const struct cnop_config_spec engine_config_spec = {
    .program = "cnop-order", .keys = keys, .key_count = CNOP_COUNT(keys)};

static bool
read_cash(const char *name, const char *text, cnop_cash *ret_cash)
{
    cnop_assert(text != NULL);
    if (cnop_cash_parse(cnop_str_from(text), ret_cash) == CNOP_OK)
        return true;
    fprintf(stderr, "%s: \"%s\" is not a decimal amount\n", name, text);
    return false;
}

static bool
read_qty(const char *name, const char *text, cnop_qty *ret_qty)
{
    cnop_assert(text != NULL);
    if (cnop_qty_parse(cnop_str_from(text), ret_qty) == CNOP_OK)
        return true;
    fprintf(stderr, "%s: \"%s\" is not a decimal\n", name, text);
    return false;
}

static bool
check_uids(const char *name, const char *uids)
{
    bool is_listed;

    cnop_assert(uids != NULL);
    if (command_socket_read_uids(uids, 0, &is_listed) == CNOP_OK)
        return true;
    fprintf(stderr, "%s: \"%s\" is not a list of numeric user ids\n", name, uids);
    return false;
}

enum cnop_err
engine_config_validate(void *values)
{
    struct engine_config *config = values;
    struct ledger_config *ledger = &config->ledger;
    cnop_qty short_max;

    cnop_assert(config->queue_jobs > 0);
    ledger_config_default(ledger);
    if (!read_cash("deposit_limit", config->deposit_limit, &ledger->deposit_limit) ||
        !read_cash("withdraw_limit", config->withdraw_limit, &ledger->withdraw_limit) ||
        !read_cash("min_notional", config->min_notional, &ledger->min_notional) ||
        !read_cash("max_notional", config->max_notional, &ledger->max_notional))
        return CNOP_E_CONFIG;
    if (!read_qty("min_quantity", config->min_quantity, &ledger->min_qty) ||
        !read_qty("house_max_short", config->house_max_short, &short_max))
        return CNOP_E_CONFIG;
    if (!check_uids("money_uids", config->money_uids) ||
        !check_uids("market_uids", config->market_uids) ||
        !check_uids("admin_uids", config->admin_uids))
        return CNOP_E_CONFIG;
    if ((config->recent_keys & (config->recent_keys - 1)) != 0) {
        fprintf(stderr, "recent_keys: must be a power of two\n");
        return CNOP_E_CONFIG;
    }
    if (ledger->max_notional.e8 <= 0 || ledger->max_notional.e8 > INT64_MAX / 4) {
        fprintf(stderr, "max_notional: must be above 0, and not too large\n");
        return CNOP_E_CONFIG;
    }
    ledger->max_accounts = (uint32_t)config->max_accounts;
    ledger->max_balances = (uint32_t)config->max_balances;
    ledger->recent_keys = (uint32_t)config->recent_keys;
    ledger->house_floor_e8 = -short_max.e8;
    ledger->fee_bps = (unsigned)config->fee_bps;
    ledger->maker_fee_bps = (unsigned)config->maker_fee_bps;
    ledger->house_spread_bps = (unsigned)config->house_spread_bps;
    ledger->max_open_orders = (uint32_t)config->max_open_orders;
    ledger->max_levels = ledger->max_open_orders / 2 + 64;
    ledger->max_nodes = ledger->max_levels + 4096;
    ledger->max_account_orders = (uint32_t)config->max_account_orders;
    ledger->price_max_age_us = (int64_t)config->price_max_age * 1000;
    return CNOP_OK;
}
