/* SPDX-License-Identifier: MIT */
/* Program cnop-order: the order engine as a service of the runtime. */
#include "fcgi_services/order/engine_env.h"
#include "fcgi_services/order/order_http.h"

int
main(int argc, char **argv)
{
    static struct engine_config config;
    static struct cnop_service service = {.name = "order",
                                          .mode = CNOP_SERVICE_LOOP,
                                          .exclusive = true,
                                          .routes = order_routes,
                                          .metrics = engine_metrics,
                                          .metric_count = ENGINE_METRIC_COUNT,
                                          .arg = &config,
                                          .thread_init = engine_env_open,
                                          .thread_done = engine_env_close,
                                          .on_round_end = engine_env_round_end,
                                          .on_drain = engine_env_drain,
                                          .ready = engine_env_health};
    static const struct cnop_web_program program = {.service = &service,
                                                    .spec = &engine_config_spec,
                                                    .values = &config,
                                                    .web = &config.web,
                                                    .validate = engine_config_validate};

    service.route_count = order_route_count;
    return cnop_web_main(&program, argc, argv);
}
