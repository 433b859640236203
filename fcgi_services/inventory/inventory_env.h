/* SPDX-License-Identifier: MIT */
/* What a handler thread of the inventory service owns, and the service's configuration. */
#ifndef CNOP_INVENTORY_INVENTORY_ENV_H
#define CNOP_INVENTORY_INVENTORY_ENV_H

#include "fcgi_services/inventory/asset_encode.h"
#include "fcgi_services/inventory/asset_source.h"
#include "shared/config/cache_config.h"
#include "shared/config/db_config.h"
#include "shared/engine_client/client.h"
#include "shared/web/web.h"

struct cnop_cache;
struct cnop_db;

struct inventory_config {
    struct cnop_web_config web;
    struct cnop_db_config db;
    struct cnop_cache_config cache;
    const char *cache_key_file;
    const char *engine_socket;
    uint64_t engine_timeout; /* ms */
    const char *min_quantity;
    const char *min_notional;
    const char *max_notional;
    /* Derived by inventory_config_validate. */
    struct asset_rules rules;
};

/* Turns the decimal texts into rules. CONFIG: one is no amount (said on stderr). */
cnop_must_check enum cnop_err inventory_config_validate(void *values);

struct inventory_env {
    struct cnop_db *db;
    struct cnop_cache *cache;
    struct asset_cache asset_cache;
    struct asset_source assets;
    struct engine_client engine;
    struct asset_rules rules;
};

/* Hooks of the runtime, see struct cnop_service; arg is the configuration. */
enum cnop_err inventory_thread_init(void *arg, unsigned thread, void **ret_env);
void inventory_thread_done(void *env);
void inventory_ready(void *env, struct cnop_health *health);

extern const struct cnop_route inventory_routes[];
extern const size_t inventory_route_count;

#endif
