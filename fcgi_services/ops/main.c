/* SPDX-License-Identifier: MIT */
/* Program cnop-ops: its configuration and its routes, put together. Nothing else. */
#include "fcgi_services/ops/ops_env.h"

static const struct cnop_config_key keys[] = {
    CNOP_WEB_CONFIG_ROWS(struct ops_config),
    CNOP_DB_CONFIG_ROWS(struct ops_config, "cnop_audit"),
    CNOP_CONFIG_ROW_STRING(struct ops_config, prometheus_url, "http://127.0.0.1:9090",
                           "Address of Prometheus, without a path."),
    CNOP_CONFIG_ROW_STRING(struct ops_config, alertmanager_url, "http://127.0.0.1:9093",
                           "Address of Alertmanager, without a path."),
    CNOP_CONFIG_ROW_PATH(struct ops_config, login_file, NULL,
                         "File with the password of both monitors' account `operator`; while it "
                         "is missing, monitoring counts as not deployed."),
    CNOP_CONFIG_ROW_DURATION(struct ops_config, monitor_timeout, "3s", 100, 5000,
                             "Time the monitors may take for one request; another one for the same "
                             "panel waits as long."),
    CNOP_CONFIG_ROW_DURATION(struct ops_config, scrape_interval, "15s", 1000, 3600000,
                             "How often Prometheus looks; rates span four times as long."),
    CNOP_CONFIG_ROW_PATH(struct ops_config, gateway_socket, NULL,
                         "Control socket of the gateway of this host."),
    CNOP_CONFIG_ROW_PATH(struct ops_config, log_folder, NULL,
                         "Folder with the logs of all programs, or with a folder for each."),
    CNOP_CONFIG_ROW_U64(struct ops_config, log_search_mib, "1024", 1, 65536,
                        "What a search of the logs may look at, MiB; its answer says how far it "
                        "came."),
    CNOP_CONFIG_ROW_DURATION(struct ops_config, log_search_time, "2s", 10, 2000,
                             "Time a search of the logs may take; another one waits twice as "
                             "long."),
};

int
main(int argc, char **argv)
{
    static struct ops_config config;
    static const struct cnop_config_spec spec = {"cnop-ops", keys, CNOP_COUNT(keys)};
    struct cnop_service service = {
        .name = "ops",
        .routes = ops_routes,
        .route_count = ops_route_count,
        .process_init = ops_process_init,
        .thread_init = ops_thread_init,
        .thread_done = ops_thread_done,
        .ready = ops_ready,
        .arg = &config,
    };
    const struct cnop_web_program program = {.service = &service,
                                             .spec = &spec,
                                             .values = &config,
                                             .web = &config.web,
                                             .validate = ops_config_validate};

    return cnop_web_main(&program, argc, argv);
}
