/* SPDX-License-Identifier: MIT */
/* Makes and drops what a handler thread owns, and keeps the turns. Nothing connects here. */
#include "fcgi_services/ops/ops_env.h"

#include <pthread.h>

#include "shared/base/clock.h"
#include "shared/db/db.h"
#include "shared/http/http_client.h"

#define THREAD_MAX 64 /* the most threads a process may have */
#define PANEL_MAX 128
#define MS_PER_S 1000
#define SEARCH_WAITS 2       /* a list and a histogram are asked for together */
#define SCRAPES_PER_WINDOW 4 /* a rate needs two, and one may be missed */

static pthread_mutex_t turns[PANEL_MAX];
static pthread_mutex_t search_turn = PTHREAD_MUTEX_INITIALIZER;

enum cnop_err
ops_config_validate(void *arg)
{
    const struct ops_config *config = arg;

    if (ops_monitor_url_is_usable(config->prometheus_url) &&
        ops_monitor_url_is_usable(config->alertmanager_url))
        return CNOP_OK;
    fprintf(stderr, "prometheus_url and alertmanager_url must be short http or https addresses\n");
    return CNOP_E_CONFIG;
}

enum cnop_err
ops_process_init(void *arg)
{
    (void)arg;
    cnop_assert(ops_panel_count <= PANEL_MAX);
    for (size_t i = 0; i < ops_panel_count; i++)
        cnop_assert(pthread_mutex_init(&turns[i], NULL) == 0);
    cnop_http_init();
    return CNOP_OK;
}

enum cnop_err
ops_thread_init(void *arg, unsigned thread, void **ret_env)
{
    const struct ops_config *config = arg;
    static struct ops_env envs[THREAD_MAX];
    struct ops_env *env = &envs[thread];
    enum cnop_err err;

    cnop_assert(thread < THREAD_MAX);
    env->monitor_config =
        (struct ops_monitor_config){.prometheus_url = config->prometheus_url,
                                    .alertmanager_url = config->alertmanager_url,
                                    .login_file = config->login_file,
                                    .timeout_ms = (uint32_t)config->monitor_timeout};
    env->window_s = (config->scrape_interval * SCRAPES_PER_WINDOW + MS_PER_S - 1) / MS_PER_S;
    env->log_folder = config->log_folder;
    env->log_bounds = (struct ops_log_bounds){.bytes = config->log_search_mib << 20,
                                              .time_us = (int64_t)config->log_search_time * 1000};
    err = cnop_db_open(&config->db, &env->db);
    if (err != CNOP_OK)
        return err;
    ops_monitor_init(&env->monitor, &env->monitor_config);
    ops_gateway_link_init(&env->gateway, config->gateway_socket);
    *ret_env = env;
    return CNOP_OK;
}

void
ops_thread_done(void *arg)
{
    struct ops_env *env = arg;

    ops_monitor_done(&env->monitor);
    ops_gateway_link_done(&env->gateway);
    cnop_db_close(&env->db);
}

void
ops_ready(void *arg, struct cnop_health *health)
{
    const struct ops_env *env = arg;
    enum cnop_err err = cnop_db_ping(env->db);

    cnop_health_check(health, "database", err, "%s", err == CNOP_OK ? "reached" : "not reached");
    cnop_health_check(health, "monitoring", CNOP_OK, "%s",
                      ops_monitor_is_deployed(&env->monitor) ? "deployed" : "not deployed");
}

/* Waits for a turn, at most so long. */
static enum cnop_err
take(pthread_mutex_t *turn, int64_t wait_us)
{
    int64_t until_us = cnop_clock_wall_us() + wait_us;
    struct timespec until = {.tv_sec = until_us / 1000000, .tv_nsec = until_us % 1000000 * 1000};

    return pthread_mutex_timedlock(turn, &until) == 0 ? CNOP_OK : CNOP_E_OVERLOADED;
}

enum cnop_err
ops_turn_take(const struct ops_env *env, const struct ops_panel *panel)
{
    return take(&turns[panel - ops_panels], (int64_t)env->monitor_config.timeout_ms * 1000);
}

void
ops_turn_give(const struct ops_panel *panel)
{
    cnop_assert(pthread_mutex_unlock(&turns[panel - ops_panels]) == 0);
}

enum cnop_err
ops_search_turn_take(const struct ops_env *env)
{
    return take(&search_turn, env->log_bounds.time_us * SEARCH_WAITS);
}

void
ops_search_turn_give(void)
{
    cnop_assert(pthread_mutex_unlock(&search_turn) == 0);
}
