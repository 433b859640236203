/* SPDX-License-Identifier: MIT */
/* Program cnop-auth-relay: every tenth of a second makes sure that each gateway knows every
 * revocation, and once a minute drops what has expired. May stop and start at any time. */
#include "fcgi_services/auth/auth_store_sql.h"
#include "fcgi_services/auth/relay.h"
#include "shared/base/clock.h"
#include "shared/base/log.h"
#include "shared/base/rounds.h"
#include "shared/base/secret.h"
#include "shared/base/span.h"
#include "shared/http/http_client.h"

#define PRUNE_EVERY_US (60 * INT64_C(1000000))

struct relay_config {
    struct cnop_db_config db;
    const char *gateway_sockets;
    const char *log_file;
    uint64_t interval;        /* ms */
    uint64_t gateway_timeout; /* ms */
    uint64_t snapshot_kib;
};

static const struct cnop_config_key relay_config_keys[] = {
    CNOP_DB_CONFIG_ROWS(struct relay_config, "cnop_auth"),
    CNOP_CONFIG_ROW_STRING(struct relay_config, gateway_sockets, NULL,
                           "Control sockets of the gateways, separated by commas."),
    CNOP_CONFIG_ROW_STRING(struct relay_config, log_file, "",
                           "Absolute path of the log; empty writes to stderr."),
    CNOP_CONFIG_ROW_DURATION(struct relay_config, interval, "100ms", 10, 10000,
                             "Time between two looks at a gateway."),
    CNOP_CONFIG_ROW_DURATION(struct relay_config, gateway_timeout, "1s", 10, 60000,
                             "Time an exchange with a gateway may take."),
    CNOP_CONFIG_ROW_U64(struct relay_config, snapshot_kib, "8192", 64, 1048576,
                        "Room for the text of all live revocations, KiB; 1 KiB holds about 14."),
};

static const struct cnop_config_spec relay_config_spec = {
    .program = "cnop-auth-relay",
    .keys = relay_config_keys,
    .key_count = CNOP_COUNT(relay_config_keys),
};

/* Logs changes, not every round: a gateway that is down stays one line. */
static void
note_round(const struct relay_link *link, size_t index, enum cnop_err err, enum relay_action action,
           enum cnop_err *last_err)
{
    struct cnop_log_line line;
    bool changed = err != *last_err;

    *last_err = err;
    if (err != CNOP_OK && !changed)
        return;
    if (err == CNOP_OK && !changed && action != RELAY_SNAPSHOT)
        return;
    cnop_log_begin(&line, err == CNOP_OK ? CNOP_LOG_INFO : CNOP_LOG_WARN, NULL, "relay",
                   err == CNOP_OK ? "gateway is up to date" : "gateway cannot be updated");
    cnop_log_text(&line, "gateway", relay_link_name(link, index));
    cnop_log_text(&line, "error", err == CNOP_OK ? NULL : cnop_err_code(err));
    cnop_log_bool(&line, "snapshot", err == CNOP_OK && action == RELAY_SNAPSHOT);
    cnop_log_end(&line);
}

static void
prune_sometimes(struct auth_store *store, int64_t *next_us)
{
    int64_t now_us = cnop_clock_monotonic_us();

    if (now_us < *next_us)
        return;
    *next_us = now_us + PRUNE_EVERY_US;
    if (auth_store_prune(store, cnop_clock_wall_us()) != CNOP_OK)
        cnop_log_write(CNOP_LOG_WARN, "prune", "expired rows could not be dropped");
}

static void
run(const struct relay_config *config, struct relay_link *link, struct auth_store *store)
{
    enum cnop_err last_err[GATEWAY_MAX] = {CNOP_OK};
    int64_t next_prune_us = 0;

    do {
        for (size_t i = 0; i < relay_link_count(link) && cnop_rounds_go_on(0); i++) {
            enum relay_action action = RELAY_NOTHING;
            enum cnop_err err =
                relay_round(link, i, store, (uint32_t)config->gateway_timeout, &action);

            note_round(link, i, err, action, &last_err[i]);
        }
        prune_sometimes(store, &next_prune_us);
    } while (cnop_rounds_go_on((int64_t)config->interval * 1000));
}

int
main(int argc, char **argv)
{
    struct cnop_arena *arena = cnop_arena_new(CNOP_CONFIG_ARENA_BYTES);
    struct relay_config config;
    struct relay_link *link = NULL;
    struct auth_store *store = NULL;
    struct cnop_span start_up = CNOP_SPAN_OPEN;
    enum cnop_err err;
    int status = 0;

    if (cnop_config_start(&relay_config_spec, argc, argv, arena, &config, &status) !=
        CNOP_CONFIG_RUN) {
        cnop_arena_free(&arena);
        return status;
    }
    if (cnop_log_open("auth", CNOP_LOG_INFO, config.log_file[0] == '\0' ? NULL : config.log_file) !=
        CNOP_OK)
        return 78;
    cnop_secret_init();
    cnop_http_init();
    cnop_rounds_begin();
    cnop_span_enter(&start_up);
    err = relay_link_open(config.gateway_sockets, config.snapshot_kib * 1024, &link);
    if (err == CNOP_OK)
        err = auth_store_open(&config.db, &store);
    if (err != CNOP_OK) {
        cnop_log_start_failed("service_start", err);
        return 78;
    }
    cnop_span_enter(NULL);
    cnop_log_write(CNOP_LOG_INFO, "service_start", "relay started");
    run(&config, link, store);
    relay_link_close(&link);
    auth_store_close(&store);
    cnop_arena_free(&arena);
    return 0;
}
