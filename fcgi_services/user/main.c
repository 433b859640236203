/* SPDX-License-Identifier: MIT */
/* Program cnop-user: wires the user service into the runtime. No logic. */
#include "fcgi_services/user/user_main.h"

int
main(int argc, char **argv)
{
    static struct user_config config;
    struct cnop_service service = {
        .name = "user",
        .routes = user_routes,
        .route_count = user_route_count,
        .arg = &config,
        .process_init = user_main_process_init,
        .thread_init = user_main_thread_init,
        .thread_done = user_main_thread_done,
        .ready = user_main_ready,
    };
    struct cnop_web_program program = {
        .service = &service,
        .spec = &user_config_spec,
        .values = &config,
        .web = &config.web,
        .validate = user_main_validate,
    };

    return cnop_web_main(&program, argc, argv);
}
