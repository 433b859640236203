/* SPDX-License-Identifier: MIT */
/* What a handler thread of the insights service owns, and the service's configuration. */
#ifndef CNOP_INSIGHTS_INSIGHTS_ENV_H
#define CNOP_INSIGHTS_INSIGHTS_ENV_H

#include "fcgi_services/insights/provider.h"
#include "shared/config/cache_config.h"
#include "shared/config/db_config.h"
#include "shared/web/web.h"

struct cnop_cache;
struct cnop_db;

struct insights_config {
    struct cnop_web_config web;
    struct cnop_db_config db;
    struct cnop_cache_config cache;
    const char *cache_key_file; /* needed with a provider only */
    const char *provider_url;
    const char *provider_model;
    const char *provider_key_file;
    uint64_t provider_timeout; /* ms */
};

struct insights_env {
    struct cnop_db *db;
    struct cnop_cache *cache;
    struct provider_config provider_config;
    struct provider provider;
    unsigned char seal_key[16]; /* of texts kept in the cache */
};

/* Hooks of the runtime, see struct cnop_service; arg is the configuration. */
enum cnop_err insights_process_init(void *arg);
enum cnop_err insights_thread_init(void *arg, unsigned thread, void **ret_env);
void insights_thread_done(void *env);
void insights_ready(void *env, struct cnop_health *health);

extern const struct cnop_route insights_routes[];
extern const size_t insights_route_count;

#endif
