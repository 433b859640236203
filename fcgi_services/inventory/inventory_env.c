/* SPDX-License-Identifier: MIT */
/* Makes and drops what a handler thread owns, and tells whether it works. Nothing connects here:
 * database, cache and engine may come later and go in between. */
#include "fcgi_services/inventory/inventory_env.h"

#include "shared/cache/cache.h"
#include "shared/db/db.h"

#define THREAD_MAX 64 /* the most threads a process may have */

static bool
read_cash(const char *name, const char *text, cnop_cash *ret_cash)
{
    if (cnop_cash_parse(cnop_str_from(text), ret_cash) == CNOP_OK)
        return true;
    fprintf(stderr, "%s: \"%s\" is not a decimal amount\n", name, text);
    return false;
}

enum cnop_err
inventory_config_validate(void *values)
{
    struct inventory_config *config = values;

    if (cnop_qty_parse(cnop_str_from(config->min_quantity), &config->rules.min_qty) != CNOP_OK) {
        fprintf(stderr, "min_quantity: \"%s\" is not a decimal amount\n", config->min_quantity);
        return CNOP_E_CONFIG;
    }
    if (!read_cash("min_notional", config->min_notional, &config->rules.min_value) ||
        !read_cash("max_notional", config->max_notional, &config->rules.max_value))
        return CNOP_E_CONFIG;
    return CNOP_OK;
}

enum cnop_err
inventory_thread_init(void *arg, unsigned thread, void **ret_env)
{
    const struct inventory_config *config = arg;
    static struct inventory_env envs[THREAD_MAX];
    struct inventory_env *env = &envs[thread];
    enum cnop_err err;

    cnop_assert(thread < THREAD_MAX);
    env->cache = cnop_cache_open(&config->cache);
    err = asset_cache_init(&env->asset_cache, env->cache, config->cache_key_file);
    if (err != CNOP_OK)
        return err;
    err = cnop_db_open(&config->db, &env->db);
    if (err != CNOP_OK)
        return err;
    asset_source_init(&env->assets, env->db, &env->asset_cache);
    engine_client_init(&env->engine, config->engine_socket, (uint32_t)config->engine_timeout);
    env->rules = config->rules;
    *ret_env = env;
    return CNOP_OK;
}

void
inventory_thread_done(void *arg)
{
    struct inventory_env *env = arg;

    engine_client_done(&env->engine);
    asset_source_done(&env->assets);
    cnop_db_close(&env->db);
    cnop_cache_close(&env->cache);
}

void
inventory_ready(void *arg, struct cnop_health *health)
{
    struct inventory_env *env = arg;
    const struct asset_list *list;
    size_t priced_count = 0;
    enum cnop_err err = cnop_db_ping(env->db);

    cnop_health_check(health, "database", err, "%s", err == CNOP_OK ? "reached" : "not reached");
    err = asset_source_get(&env->assets, &list);
    for (size_t i = 0; err == CNOP_OK && i < list->count; i++)
        priced_count += list->items[i].price.e10 > 0 ? 1 : 0;
    if (err == CNOP_OK && priced_count == 0)
        err = CNOP_E_UNAVAILABLE;
    cnop_health_check(health, "catalogue", err, "%zu assets with a price", priced_count);
    cnop_health_check(health, "cache", CNOP_OK, "%s",
                      cnop_cache_is_up(env->cache) ? "reached" : "bypassed");
}
