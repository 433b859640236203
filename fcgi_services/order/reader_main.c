/* SPDX-License-Identifier: MIT */
/* Program cnop-order-read: reads of the order domain as a service of the runtime. */
#include "fcgi_services/order/order_json.h"
#include "fcgi_services/order/reader_http.h"
#include "shared/db/db.h"

static const struct cnop_route routes[] = {
#define ROUTE CNOP_ROUTE_ROW
#include "conf/routes/order_read.def"
#undef ROUTE
};

static const struct cnop_config_key keys[] = {
    CNOP_WEB_CONFIG_ROWS(struct reader_config),
    CNOP_DB_CONFIG_ROWS(struct reader_config, "cnop_ledger"),
    CNOP_CONFIG_ROW_SECRET(struct reader_config, order_id_key_file, NULL,
                           "File with the 16-byte key that makes order ids unguessable."),
    CNOP_CONFIG_ROW_STRING(
        struct reader_config, board_file, "",
        "Absolute path of the file in which the engine shows the markets; empty: "
        "they are unavailable."),
    CNOP_CONFIG_ROW_DURATION(struct reader_config, proof_max_age, "2s", 0, 3600000,
                             "Age up to which the ledger's proof is answered from memory."),
};

static enum cnop_err
open_env(void *arg, unsigned thread, void **ret_env)
{
    const struct reader_config *config = arg;
    struct cnop_arena *arena = cnop_arena_new(sizeof(struct reader_env) + 64);
    struct reader_env *env = cnop_arena_alloc(arena, sizeof(*env));
    enum cnop_err err;

    (void)thread;
    cnop_assert(env != NULL);
    env->config = config;
    err = order_id_key_load(config->order_id_key_file, &env->id_key);
    if (err == CNOP_OK)
        err = cnop_db_open(&config->db, &env->db);
    if (err == CNOP_OK)
        *ret_env = env; /* lives as long as the thread */
    return err;
}

static void
close_env(void *arg)
{
    struct reader_env *env = arg;

    cnop_assert(env != NULL);
    board_view_done(&env->board);
    cnop_db_close(&env->db);
}

static void
check_health(void *arg, struct cnop_health *health)
{
    struct reader_env *env = arg;

    cnop_health_check(health, "database", cnop_db_ping(env->db), "reached");
}

int
main(int argc, char **argv)
{
    static struct reader_config config;
    static const struct cnop_config_spec spec = {
        .program = "cnop-order-read", .keys = keys, .key_count = CNOP_COUNT(keys)};
    static const struct cnop_service service = {.name = "order_read",
                                                .mode = CNOP_SERVICE_THREADS,
                                                .routes = routes,
                                                .route_count = CNOP_COUNT(routes),
                                                .arg = &config,
                                                .thread_init = open_env,
                                                .thread_done = close_env,
                                                .ready = check_health};
    static const struct cnop_web_program program = {
        .service = &service, .spec = &spec, .values = &config, .web = &config.web};

    return cnop_web_main(&program, argc, argv);
}
