/* SPDX-License-Identifier: MIT */
/* Program cnop-order: the order engine as a service of the runtime. Routes and hooks only. */
#include "fcgi_services/order/command_socket.h"
#include "fcgi_services/order/engine_metrics.h"
#include "fcgi_services/order/order_http.h"
#include "fcgi_services/order/order_json.h"
#include "fcgi_services/order/whole_cents.h"

static const struct cnop_route routes[] = {
#define ROUTE CNOP_ROUTE_ROW
#include "conf/routes/order.def"
#undef ROUTE
};

static enum cnop_err
open_env(void *arg, unsigned thread, void **ret_env)
{
    static struct order_env env;
    const struct engine_config *config = arg;
    enum cnop_err err;

    cnop_assert(thread == 0); /* one loop, one owner of the ledger */
    err = order_id_key_load(config->order_id_key_file, &env.id_key);
    if (err == CNOP_OK)
        err = engine_open(config, &env.engine);
    if (err == CNOP_OK)
        err = command_socket_open(env.engine);
    if (err != CNOP_OK)
        return err;
    whole_cents_start(env.engine);
    *ret_env = &env;
    return CNOP_OK;
}

static void
close_env(void *arg)
{
    struct order_env *env = arg;

    engine_close(env->engine);
}

static void
on_round_end(void *arg)
{
    struct order_env *env = arg;

    engine_round_end(env->engine);
}

static void
on_drain(void *arg)
{
    struct order_env *env = arg;

    command_socket_drain();
    engine_drain(env->engine);
}

static void
check_health(void *arg, struct cnop_health *health)
{
    const struct order_env *env = arg;
    struct engine_status status = engine_status(env->engine);
    bool refusing = engine_room(env->engine) == 0;

    cnop_health_check(health, "database", status.database_lost ? CNOP_E_DB_FAILED : CNOP_OK,
                      "epoch %llu, journal at %llu", (unsigned long long)status.epoch,
                      (unsigned long long)status.seq);
    cnop_health_check(health, "engine", refusing ? CNOP_E_OVERLOADED : CNOP_OK,
                      "%u commands wait, the oldest for %lld us", status.waiting_count,
                      (long long)status.oldest_us);
}

int
main(int argc, char **argv)
{
    static struct engine_config config;
    static const struct cnop_service service = {.name = "order",
                                                .mode = CNOP_SERVICE_LOOP,
                                                .exclusive = true,
                                                .routes = routes,
                                                .route_count = CNOP_COUNT(routes),
                                                .metrics = engine_metrics,
                                                .metric_count = ENGINE_METRIC_COUNT,
                                                .arg = &config,
                                                .thread_init = open_env,
                                                .thread_done = close_env,
                                                .on_round_end = on_round_end,
                                                .on_drain = on_drain,
                                                .ready = check_health};
    static const struct cnop_web_program program = {.service = &service,
                                                    .spec = &engine_config_spec,
                                                    .values = &config,
                                                    .web = &config.web,
                                                    .validate = engine_config_validate};

    return cnop_web_main(&program, argc, argv);
}
