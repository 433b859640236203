/* SPDX-License-Identifier: MIT */
/* Program cnop-inventory: its configuration and its routes, put together. Nothing else. */
#include "fcgi_services/inventory/inventory_env.h"

static const struct cnop_config_key keys[] = {
    CNOP_WEB_CONFIG_ROWS(struct inventory_config),
    CNOP_DB_CONFIG_ROWS(struct inventory_config, "cnop_market"),
    CNOP_CACHE_CONFIG_ROWS(struct inventory_config),
    CNOP_CONFIG_ROW_SECRET(struct inventory_config, cache_key_file, NULL,
                           "File whose content seals what this service and the feed keep in the "
                           "cache."),
    CNOP_CONFIG_ROW_PATH(struct inventory_config, engine_socket, NULL,
                         "Command socket of the order engine."),
    CNOP_CONFIG_ROW_DURATION(struct inventory_config, engine_timeout, "2s", 10, 10000,
                             "Time an operator's change may take in the order engine."),
    CNOP_CONFIG_ROW_STRING(struct inventory_config, min_quantity, "0.001",
                           "Least quantity of an order to show; the engine enforces its own."),
    CNOP_CONFIG_ROW_STRING(struct inventory_config, min_notional, "1",
                           "Least value of an order to show, US dollars."),
    CNOP_CONFIG_ROW_STRING(struct inventory_config, max_notional, "10000",
                           "Largest value of an order to show, US dollars."),
};

int
main(int argc, char **argv)
{
    static struct inventory_config config;
    static const struct cnop_config_spec spec = {"cnop-inventory", keys, CNOP_COUNT(keys)};
    struct cnop_service service = {
        .name = "inventory",
        .routes = inventory_routes,
        .route_count = inventory_route_count,
        .thread_init = inventory_thread_init,
        .thread_done = inventory_thread_done,
        .ready = inventory_ready,
        .arg = &config,
    };
    const struct cnop_web_program program = {
        .service = &service,
        .spec = &spec,
        .values = &config,
        .web = &config.web,
        .validate = inventory_config_validate,
    };

    return cnop_web_main(&program, argc, argv);
}
