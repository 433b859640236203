/* SPDX-License-Identifier: MIT */
/* Program cnop-insights: its configuration and its routes, put together. Nothing else. */
#include "fcgi_services/insights/insights_env.h"

static const struct cnop_config_key keys[] = {
    CNOP_WEB_CONFIG_ROWS(struct insights_config),
    CNOP_DB_CONFIG_ROWS(struct insights_config, "cnop_ledger"),
    CNOP_CACHE_CONFIG_ROWS(struct insights_config),
    CNOP_CONFIG_ROW_STRING(struct insights_config, cache_key_file, "",
                           "File whose content seals texts kept in the cache; needed with "
                           "provider_url."),
    CNOP_CONFIG_ROW_STRING(struct insights_config, provider_url, "",
                           "Chat-completions URL of a language model; empty: rules only."),
    CNOP_CONFIG_ROW_STRING(struct insights_config, provider_model, "language-model",
                           "Name of the model, sent along and shown as the summary's author."),
    CNOP_CONFIG_ROW_STRING(struct insights_config, provider_key_file, "",
                           "File with the bearer key of the provider; empty: none is sent."),
    CNOP_CONFIG_ROW_DURATION(struct insights_config, provider_timeout, "3s", 100, 10000,
                             "Time the provider may take; then the rules answer."),
};

int
main(int argc, char **argv)
{
    static struct insights_config config;
    static const struct cnop_config_spec spec = {"cnop-insights", keys, CNOP_COUNT(keys)};
    struct cnop_service service = {
        .name = "insights",
        .routes = insights_routes,
        .route_count = insights_route_count,
        .process_init = insights_process_init,
        .thread_init = insights_thread_init,
        .thread_done = insights_thread_done,
        .ready = insights_ready,
        .arg = &config,
    };
    const struct cnop_web_program program = {
        .service = &service, .spec = &spec, .values = &config, .web = &config.web};

    return cnop_web_main(&program, argc, argv);
}
