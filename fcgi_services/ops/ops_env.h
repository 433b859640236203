/* SPDX-License-Identifier: MIT */
/* What a handler thread of the operations service owns, and the service's configuration. */
#ifndef CNOP_OPS_OPS_ENV_H
#define CNOP_OPS_OPS_ENV_H

#include "fcgi_services/ops/gateway_link.h"
#include "fcgi_services/ops/log_search.h"
#include "fcgi_services/ops/monitor.h"
#include "fcgi_services/ops/panel.h"
#include "shared/config/db_config.h"
#include "shared/web/web.h"

struct cnop_db;

struct ops_config {
    struct cnop_web_config web;
    struct cnop_db_config db;
    const char *prometheus_url;
    const char *alertmanager_url;
    const char *login_file;
    uint64_t monitor_timeout; /* ms */
    uint64_t scrape_interval; /* ms */
    const char *gateway_socket;
    const char *log_folder;
    uint64_t log_search_mib;
    uint64_t log_search_time; /* ms */
};

struct ops_env {
    struct cnop_db *db;
    struct ops_monitor_config monitor_config;
    struct ops_monitor monitor;
    struct ops_gateway_link gateway;
    uint64_t window_s; /* shortest over which a rate means something */
    const char *log_folder;
    struct ops_log_bounds log_bounds;
};

extern const struct cnop_route ops_routes[];
extern const size_t ops_route_count;

/* Hooks of the runtime; arg is the configuration. */
enum cnop_err ops_config_validate(void *arg);
enum cnop_err ops_process_init(void *arg);
enum cnop_err ops_thread_init(void *arg, unsigned thread, void **ret_env);
void ops_thread_done(void *env);
void ops_ready(void *env, struct cnop_health *health);

/* A panel is asked for by one thread of the process at a time. OVERLOADED: it was not its turn for
 * as long as an answer of the monitor may take. */
cnop_must_check enum cnop_err ops_turn_take(const struct ops_env *env,
                                            const struct ops_panel *panel);
void ops_turn_give(const struct ops_panel *panel);

/* The logs are searched by one thread of the process at a time. OVERLOADED: it was not its turn for
 * twice as long as a search may take. */
cnop_must_check enum cnop_err ops_search_turn_take(const struct ops_env *env);
void ops_search_turn_give(void);

#endif
