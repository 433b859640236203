/* SPDX-License-Identifier: MIT */
/* Program cnop-auth: wires the auth service into the runtime. No logic. */
#include "fcgi_services/auth/auth_main.h"

int
main(int argc, char **argv)
{
    static struct auth_config config;
    struct cnop_service service = {
        .name = "auth",
        .routes = auth_routes,
        .route_count = auth_route_count,
        .metrics = auth_metrics,
        .metric_count = auth_metric_count,
        .arg = &config,
        .process_init = auth_service_process_init,
        .thread_init = auth_service_thread_init,
        .thread_done = auth_service_thread_done,
        .ready = auth_service_ready,
    };
    struct cnop_web_program program = {
        .service = &service,
        .spec = &auth_config_spec,
        .values = &config,
        .web = &config.web,
    };

    auth_service_prepare();
    return cnop_web_main(&program, argc, argv);
}
