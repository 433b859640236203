/* SPDX-License-Identifier: MIT */
/* Program cnop-feed: the loop around the price feed. Ticks at a steady pace, backs off while the
 * database is away, and ends on TERM. With --seed it fills catalogue and history once and exits. */
#include "fcgi_services/inventory/feed_run.h"

#include "shared/base/clock.h"
#include "shared/base/log.h"
#include "shared/base/rounds.h"
#include "shared/base/secret.h"
#include "shared/base/span.h"

#define EXIT_FAILED 70
#define EXIT_CONFIG 78
#define BACKOFF_FIRST_MS 250
#define BACKOFF_MAX_MS 5000

static const char *const log_levels[] = {"debug", "info", "warn", "error", "critical", NULL};

static const struct cnop_config_key keys[] = {
    CNOP_DB_CONFIG_ROWS(struct feed_config, "cnop_market"),
    CNOP_CACHE_CONFIG_ROWS(struct feed_config),
    CNOP_CONFIG_ROW_SECRET(struct feed_config, cache_key_file, NULL,
                           "File whose content seals what this program and cnop-inventory keep in "
                           "the cache."),
    CNOP_CONFIG_ROW_PATH(struct feed_config, engine_socket, NULL,
                         "Command socket of the order engine."),
    CNOP_CONFIG_ROW_DURATION(struct feed_config, engine_timeout, "1s", 10, 10000,
                             "Time the order engine may take to accept the prices of a tick."),
    CNOP_CONFIG_ROW_PATH(struct feed_config, catalogue_file, NULL, "The asset catalogue."),
    CNOP_CONFIG_ROW_DURATION(struct feed_config, tick_interval, "5s", 200, 60000,
                             "Time between two prices of an asset."),
    CNOP_CONFIG_ROW_U64(struct feed_config, price_seed, "20260101", 0, UINT32_MAX,
                        "Seed of the simulated prices; another one gives another market."),
    CNOP_CONFIG_ROW_STRING(struct feed_config, feed_url, "",
                           "URL of a JSON object of symbol to price; empty: simulated prices."),
    CNOP_CONFIG_ROW_DURATION(struct feed_config, feed_timeout, "3s", 100, 30000,
                             "Time the URL may take to answer."),
    CNOP_CONFIG_ROW_U64(struct feed_config, feed_outlier_percent, "20", 1, 1000,
                        "An outside price farther than this from the last one is doubted."),
    CNOP_CONFIG_ROW_U64(struct feed_config, feed_confirmations, "3", 1, 100,
                        "Answers in a row that make a doubted price credible."),
    CNOP_CONFIG_ROW_STRING(struct feed_config, log_file, "",
                           "Absolute path of the log; empty writes to stderr."),
    CNOP_CONFIG_ROW_ENUM(struct feed_config, log_level, "info", log_levels,
                         "Least severe level that is logged."),
};

struct pace {
    int64_t next_us; /* monotonic: when the next step is due */
    int64_t tick_us; /* monotonic: when the next tick is due */
    uint32_t backoff_ms;
    bool is_failing;
};

static void
report(struct pace *pace, struct feed_run *run, enum cnop_err err)
{
    bool is_failing = err != CNOP_OK;
    struct cnop_log_line line;

    if (is_failing == pace->is_failing)
        return;
    pace->is_failing = is_failing;
    cnop_log_begin(&line, is_failing ? CNOP_LOG_ERROR : CNOP_LOG_INFO, NULL, "tick",
                   is_failing ? "prices cannot be written" : "prices are written again");
    cnop_log_text(&line, "err", cnop_err_symbol(err));
    cnop_log_text(&line, "cause", is_failing ? cnop_db_cause(run->db) : NULL);
    cnop_log_end(&line);
}

/* Does what is due and sets the time of the next step. */
static void
step(struct feed_run *run, struct pace *pace, bool *is_seeded)
{
    int64_t now_us = cnop_clock_monotonic_us();
    enum cnop_err err;

    if (!*is_seeded) {
        err = feed_run_seed(run);
        *is_seeded = err == CNOP_OK;
    } else if (now_us >= pace->tick_us) {
        err = feed_run_tick(run);
        if (err == CNOP_OK)
            pace->tick_us = now_us + (int64_t)run->config->tick_interval * 1000;
    } else {
        err = feed_run_history_step(run);
    }
    report(pace, run, err);
    if (err != CNOP_OK) {
        pace->next_us = now_us + pace->backoff_ms * INT64_C(1000);
        pace->backoff_ms =
            pace->backoff_ms * 2 < BACKOFF_MAX_MS ? pace->backoff_ms * 2 : BACKOFF_MAX_MS;
        return;
    }
    pace->backoff_ms = BACKOFF_FIRST_MS;
    pace->next_us = feed_run_has_history_left(run) ? now_us : pace->tick_us;
}

static int
run_for_ever(struct feed_run *run)
{
    struct pace pace = {.backoff_ms = BACKOFF_FIRST_MS};
    bool is_seeded = false;

    cnop_rounds_begin();
    cnop_log_write(CNOP_LOG_INFO, "start", "price feed started");
    do {
        if (cnop_clock_monotonic_us() >= pace.next_us)
            step(run, &pace, &is_seeded);
    } while (cnop_rounds_go_on(pace.next_us - cnop_clock_monotonic_us()));
    cnop_log_write(CNOP_LOG_INFO, "stop", "price feed stopped");
    return 0;
}

static int
seed_once(struct feed_run *run)
{
    enum cnop_err err = feed_run_seed(run);

    while (err == CNOP_OK && feed_run_has_history_left(run))
        err = feed_run_history_step(run);
    if (err == CNOP_OK)
        err = feed_run_tick(run);
    if (err == CNOP_OK)
        return 0;
    fprintf(stderr, "cnop-feed: seeding failed: %s (%s)\n", cnop_err_symbol(err),
            cnop_db_cause(run->db));
    return EXIT_FAILED;
}

/* Takes --seed out of the arguments, which the shared command line does not know. */
static bool
take_seed_flag(int *argc, char **argv)
{
    bool found = false;
    int kept = 0;

    for (int i = 0; i < *argc; i++) {
        if (i > 0 && strcmp(argv[i], "--seed") == 0)
            found = true;
        else
            argv[kept++] = argv[i];
    }
    *argc = kept;
    return found;
}

int
main(int argc, char **argv)
{
    static struct feed_config config;
    static struct feed_run run;
    static const struct cnop_config_spec spec = {"cnop-feed", keys, CNOP_COUNT(keys)};
    bool is_seeding = take_seed_flag(&argc, argv);
    struct cnop_arena *arena = cnop_arena_new(CNOP_CONFIG_ARENA_BYTES);
    struct cnop_span start_up = CNOP_SPAN_OPEN;
    enum cnop_err err;
    int status = 0;

    cnop_secret_init();
    if (cnop_config_start(&spec, argc, argv, arena, &config, &status) != CNOP_CONFIG_RUN) {
        cnop_arena_free(&arena);
        return status;
    }
    if (cnop_log_open("feed", (enum cnop_log_level)config.log_level,
                      config.log_file[0] != '\0' ? config.log_file : NULL) != CNOP_OK) {
        fprintf(stderr, "cnop-feed: cannot open %s\n", config.log_file);
        return EXIT_CONFIG;
    }
    cnop_span_enter(&start_up);
    err = feed_run_init(&run, &config);
    if (err != CNOP_OK) {
        cnop_log_start_failed("service_start", err);
        return EXIT_CONFIG;
    }
    cnop_span_enter(NULL);
    status = is_seeding ? seed_once(&run) : run_for_ever(&run);
    feed_run_done(&run);
    cnop_arena_free(&arena);
    return status;
}
