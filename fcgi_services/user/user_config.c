/* SPDX-License-Identifier: MIT */
/* The key table of cnop-user. */
#include "fcgi_services/user/user_main.h"

static const struct cnop_config_key user_config_keys[] = {
    CNOP_WEB_CONFIG_ROWS(struct user_config),
    CNOP_DB_CONFIG_ROWS(struct user_config, "cnop_user"),
    CNOP_CONFIG_ROW_PATH(struct user_config, engine_socket, NULL,
                         "Command socket of the order engine."),
    CNOP_CONFIG_ROW_DURATION(struct user_config, engine_timeout, "5s", 10, 60000,
                             "Time a deposit, withdrawal or gift may take."),
    CNOP_CONFIG_ROW_SECRET(struct user_config, order_id_key_file, NULL,
                           "Key of public ids, 16 bytes; the same file for all services."),
    CNOP_CONFIG_ROW_PATH(struct user_config, gift_phrases, NULL,
                         "Phrases that earn a gift, and their amounts."),
    CNOP_CONFIG_ROW_STRING(struct user_config, consolation, "8.88",
                           "Gift for any other phrase, US dollars."),
    CNOP_CONFIG_ROW_STRING(struct user_config, deposit_limit, "10000",
                           "Daily deposit limit to show; the engine enforces its own."),
    CNOP_CONFIG_ROW_STRING(struct user_config, withdraw_limit, "5000",
                           "Daily withdrawal limit to show; the engine enforces its own."),
    CNOP_CONFIG_ROW_STRING(struct user_config, max_notional, "10000",
                           "Largest order value to show; the engine enforces its own."),
};

const struct cnop_config_spec user_config_spec = {
    .program = "cnop-user",
    .keys = user_config_keys,
    .key_count = CNOP_COUNT(user_config_keys),
};
