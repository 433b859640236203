/* SPDX-License-Identifier: MIT */
/* One step of the feed at a time, on one thread. Database first: what the engine and the cache are
 * told has been committed. Knows no signals and no command line. */
#include "fcgi_services/inventory/feed_run.h"

#include "fcgi_services/inventory/history.h"
#include "fcgi_services/inventory/inventory_store.h"
#include "shared/base/clock.h"
#include "shared/base/file.h"
#include "shared/base/log.h"

#define SECOND_US INT64_C(1000000)
#define MINUTE_S INT64_C(60)
#define STEP_ARENA_BYTES ((size_t)8 * 1024 * 1024)
#define ASSETS_ARENA_BYTES ((size_t)2 * 1024 * 1024)
#define CATALOGUE_FILE_BYTES ((size_t)512 * 1024)
#define STATS_INTERVAL_US (60 * SECOND_US)
/* A pause longer than this leaves a hole in the one-minute candles. */
#define HOLE_US (2 * 60 * SECOND_US)

enum cnop_err
feed_run_init(struct feed_run *run, const struct feed_config *config)
{
    enum cnop_err err;

    run->config = config;
    run->is_engine_up = true;
    run->is_remote_up = true;
    run->arena = cnop_arena_new(STEP_ARENA_BYTES);
    run->assets_arena = cnop_arena_new(ASSETS_ARENA_BYTES);
    run->cache = cnop_cache_open(&config->cache);
    engine_client_init(&run->engine, config->engine_socket, (uint32_t)config->engine_timeout);
    err = asset_cache_init(&run->asset_cache, run->cache, config->cache_key_file);
    if (err != CNOP_OK)
        return err;
    if (config->feed_url[0] != '\0') {
        if (!cnop_http_url_is_usable(config->feed_url)) {
            cnop_log_write(CNOP_LOG_CRITICAL, "feed_url", "feed_url is not http or https");
            return CNOP_E_CONFIG;
        }
        cnop_http_init();
        run->remote.client = cnop_http_client_new();
        run->remote.url = config->feed_url;
        run->remote.timeout_ms = (uint32_t)config->feed_timeout;
        run->remote.rule =
            (struct feed_outlier_rule){.percent = (uint32_t)config->feed_outlier_percent,
                                       .confirm_count = (unsigned)config->feed_confirmations};
        run->remote.seed = config->price_seed;
    }
    return cnop_db_open(&config->db, &run->db);
}

void
feed_run_done(struct feed_run *run)
{
    cnop_db_close(&run->db);
    cnop_http_client_free(&run->remote.client);
    engine_client_done(&run->engine);
    cnop_cache_close(&run->cache);
    cnop_arena_free(&run->assets_arena);
    cnop_arena_free(&run->arena);
}

static bool
is_remote(const struct feed_run *run)
{
    return run->remote.client != NULL;
}

/* ---- catalogue ---- */

enum cnop_err
feed_run_seed(struct feed_run *run)
{
    struct catalogue_fault fault = {0};
    struct catalogue catalogue;
    struct cnop_log_line line;
    struct cnop_str text;
    enum cnop_err err;

    cnop_arena_reset(run->arena);
    err = cnop_file_read(run->arena, run->config->catalogue_file, CATALOGUE_FILE_BYTES, &text,
                         &fault.reason);
    if (err == CNOP_OK)
        err = catalogue_parse(run->arena, text, &catalogue, &fault);
    if (err == CNOP_OK)
        return feed_store_seed(run->db, &catalogue, cnop_clock_wall_us());

    cnop_log_begin(&line, CNOP_LOG_ERROR, NULL, "catalogue", "the catalogue file is refused");
    cnop_log_text(&line, "file", run->config->catalogue_file);
    cnop_log_u64(&line, "line", fault.line);
    cnop_log_text(&line, "reason", fault.reason);
    cnop_log_end(&line);
    return CNOP_E_CONFIG;
}

/* ---- the order engine ---- */

/* Whether the engine knows the list: its assets, and which of them are traded. */
static bool
is_list_known(const struct feed_run *run)
{
    bool is_known = run->is_introduced && run->introduced_count == run->assets.count;

    for (size_t i = 0; is_known && i < run->assets.count; i++)
        is_known = run->introduced_active[i] == run->assets.items[i].active;
    return is_known;
}

/* Tells the engine about every asset: it may have started before the catalogue was there, and the
 * catalogue may have changed since. */
static enum cnop_err
introduce_assets(struct feed_run *run)
{
    run->is_introduced = false;
    for (size_t i = 0; i < run->assets.count; i++) {
        const struct feed_asset *asset = &run->assets.items[i];
        struct ledger_command command = {.op = LEDGER_OP_ASSET,
                                         .asset_id = asset->model.asset_id,
                                         .active = asset->active,
                                         .symbol_len = (uint8_t)asset->symbol.len};
        struct ledger_outcome outcome;
        enum cnop_err err;

        memcpy(command.symbol, asset->symbol.ptr, asset->symbol.len);
        err = engine_client_call(&run->engine, &command, &outcome);
        if (err != CNOP_OK)
            return err;
        run->introduced_active[i] = asset->active;
    }
    run->introduced_count = run->assets.count;
    run->is_introduced = true;
    return CNOP_OK;
}

static enum cnop_err
send_ticks(struct feed_run *run, const struct feed_tick *tick)
{
    struct ledger_tick *ticks;
    uint32_t refused_sum = 0;
    size_t done = 0;

    ticks = cnop_arena_alloc_array(run->arena, ENGINE_WIRE_TICK_MAX, sizeof(*ticks));
    if (ticks == NULL)
        return CNOP_E_NO_MEMORY;
    while (done < tick->move_count) {
        size_t left = tick->move_count - done;
        uint32_t count = (uint32_t)(left < ENGINE_WIRE_TICK_MAX ? left : ENGINE_WIRE_TICK_MAX);
        uint32_t refused_count = 0;
        enum cnop_err err;

        for (uint32_t i = 0; i < count; i++)
            ticks[i] = (struct ledger_tick){.price = tick->moves[done + i].price,
                                            .seq = tick->seq,
                                            .time_us = tick->now_us,
                                            .asset_id = tick->moves[done + i].asset_id};
        err = engine_client_ticks(&run->engine, ticks, count, &refused_count);
        if (err != CNOP_OK)
            return err;
        refused_sum += refused_count;
        done += count;
    }
    return refused_sum == 0 ? CNOP_OK : introduce_assets(run);
}

static void
inform_engine(struct feed_run *run, const struct feed_tick *tick)
{
    enum cnop_err err = CNOP_OK;
    struct cnop_log_line line;
    bool is_up;

    if (!is_list_known(run))
        err = introduce_assets(run);
    if (err == CNOP_OK)
        err = send_ticks(run, tick);
    is_up = err == CNOP_OK;
    if (is_up == run->is_engine_up)
        return;
    run->is_engine_up = is_up;
    cnop_log_begin(&line, is_up ? CNOP_LOG_INFO : CNOP_LOG_WARN, NULL, "engine",
                   is_up ? "the order engine takes prices again"
                         : "the order engine does not take prices");
    cnop_log_text(&line, "err", cnop_err_symbol(err));
    cnop_log_end(&line);
}

/* ---- one tick ---- */

/* Moves from the configured source; none when an outside source has nothing to say. */
static size_t
next_moves(struct feed_run *run, const struct cnop_str *remote_text, int64_t now_us,
           struct feed_move *moves)
{
    struct feed_scene scene = {run->assets.items, run->assets.count, now_us};
    struct feed_answer answer = {0};
    enum cnop_err err;

    if (!is_remote(run))
        return feed_moves_of_model(run->config->price_seed, run->assets.items, run->assets.count,
                                   now_us, moves);
    err = feed_remote_read(&run->remote, run->arena, *remote_text, &scene, moves, &answer);
    if (err != CNOP_OK || answer.doubted_count + answer.malformed_count > 0) {
        struct cnop_log_line line;

        cnop_log_begin(&line, CNOP_LOG_WARN, NULL, "feed_refused", "outside prices refused");
        cnop_log_text(&line, "err", cnop_err_symbol(err));
        cnop_log_u64(&line, "outliers", answer.doubted_count);
        cnop_log_u64(&line, "malformed", answer.malformed_count);
        cnop_log_end(&line);
    }
    return err == CNOP_OK ? answer.move_count : 0;
}

static enum cnop_err
fetch_remote(struct feed_run *run, struct cnop_str *ret_text)
{
    enum cnop_err err = feed_remote_fetch(&run->remote, run->arena, ret_text);
    bool is_up = err == CNOP_OK;
    struct cnop_log_line line;

    if (is_up != run->is_remote_up) {
        run->is_remote_up = is_up;
        cnop_log_begin(&line, is_up ? CNOP_LOG_INFO : CNOP_LOG_WARN, NULL, "feed",
                       is_up ? "outside prices are back" : "no outside prices: the market stands");
        cnop_log_text(&line, "err", cnop_err_symbol(err));
        cnop_log_text(&line, "cause", is_up ? NULL : cnop_http_cause(run->remote.client));
        cnop_log_end(&line);
    }
    return err;
}

static enum cnop_err
write_tick(struct feed_run *run, const struct cnop_str *remote_text, struct feed_tick *tick)
{
    cnop_cleanup(feed_store_drop) struct cnop_tx *tx = NULL;
    struct feed_move *moves;
    enum cnop_err err;

    cnop_arena_reset(run->assets_arena);
    run->assets = (struct feed_assets){0};
    err = feed_store_begin(run->db, run->assets_arena, &tx, &tick->seq, &run->assets);
    if (err != CNOP_OK)
        return err;
    moves = cnop_arena_alloc_array(run->arena, run->assets.count + 1, sizeof(*moves));
    if (moves == NULL)
        return CNOP_E_NO_MEMORY;
    tick->now_us = cnop_clock_wall_us();
    tick->moves = moves;
    tick->move_count = next_moves(run, remote_text, tick->now_us, moves);
    if (tick->move_count == 0)
        return CNOP_OK; /* rolled back: nothing has changed */
    err = feed_store_write(tx, run->arena, tick);
    if (err != CNOP_OK)
        return err;
    return feed_store_commit(&tx);
}

static void
publish(struct feed_run *run)
{
    struct asset_list list;

    cnop_arena_reset(run->arena);
    if (inventory_store_list(run->db, run->arena, &list) == CNOP_OK)
        asset_cache_publish(&run->asset_cache, run->arena, &list);
}

static enum cnop_err
keep_house(struct feed_run *run, int64_t now_us)
{
    enum cnop_err err;

    if (run->assets.count == 0)
        return CNOP_OK;
    run->prune_index = (run->prune_index + 1) % run->assets.count;
    err = feed_store_prune(run->db, run->assets.items[run->prune_index].model.asset_id,
                           now_us / SECOND_US);
    if (err == CNOP_OK && now_us - run->stats_us >= STATS_INTERVAL_US) {
        err = feed_store_refresh_stats(run->db, now_us);
        if (err == CNOP_OK)
            run->stats_us = now_us;
    }
    return err;
}

/* Highest id whose candles have no hole before now. */
static uint16_t
last_whole_id(const struct feed_run *run)
{
    if (!feed_run_has_history_left(run))
        return UINT16_MAX;
    if (run->history_index == 0)
        return 0;
    return run->assets.items[run->history_index - 1].model.asset_id;
}

enum cnop_err
feed_run_tick(struct feed_run *run)
{
    struct feed_tick tick = {.is_remote = is_remote(run), .candle_id_max = last_whole_id(run)};
    struct cnop_str remote_text = {0};
    enum cnop_err err = CNOP_OK;

    cnop_arena_reset(run->arena);
    if (is_remote(run))
        err = fetch_remote(run, &remote_text); /* before the transaction: it may take seconds */
    if (err == CNOP_OK)
        err = write_tick(run, &remote_text, &tick);
    if (err != CNOP_OK)
        return err;
    if (tick.move_count > 0) {
        if (tick.candle_id_max == UINT16_MAX)
            run->tick_us = tick.now_us;
        inform_engine(run, &tick);
    }
    err = keep_house(run, cnop_clock_wall_us());
    publish(run);
    return err;
}

/* ---- history ---- */

bool
feed_run_has_history_left(const struct feed_run *run)
{
    int64_t pause_us = cnop_clock_wall_us() - run->tick_us;

    if (is_remote(run))
        return false;
    return !run->is_history_done || pause_us > HOLE_US;
}

struct gathered {
    struct candle *items;
    size_t count;
};

static void
gather(void *arg, const struct candle *candle)
{
    struct gathered *gathered = arg;

    cnop_assert(gathered->count < HISTORY_CANDLE_MAX);
    gathered->items[gathered->count++] = *candle;
}

/* Candles from the last one that is there until now. */
static enum cnop_err
fill_history(struct feed_run *run, const struct feed_asset *asset, int64_t now_s)
{
    struct history history = {
        .seed = run->config->price_seed, .model = &asset->model, .now_s = now_s};
    struct feed_candles candles = {.asset_id = asset->model.asset_id};
    struct gathered gathered = {0};
    int64_t last_s;
    enum cnop_err err;

    err = feed_store_last_candle(run->db, run->arena, candles.asset_id, &last_s);
    if (err != CNOP_OK || last_s + 2 * MINUTE_S >= now_s)
        return err;
    gathered.items = cnop_arena_alloc_array(run->arena, HISTORY_CANDLE_MAX, sizeof(struct candle));
    if (gathered.items == NULL)
        return CNOP_E_NO_MEMORY;
    history.from_s = last_s == 0 ? 0 : last_s + MINUTE_S;
    history_build(&history, gather, &gathered);
    candles.items = gathered.items;
    candles.count = gathered.count;
    return feed_store_add_candles(run->db, run->arena, &candles);
}

enum cnop_err
feed_run_history_step(struct feed_run *run)
{
    const struct feed_asset *asset;
    enum cnop_err err;

    if (run->assets.count == 0) {
        cnop_arena_reset(run->assets_arena);
        run->assets = (struct feed_assets){0};
        err = feed_store_assets(run->db, run->assets_arena, &run->assets);
        if (err != CNOP_OK)
            return err;
    }
    if (run->history_index < run->assets.count) {
        asset = &run->assets.items[run->history_index];
        cnop_arena_reset(run->arena);
        err = asset->active ? fill_history(run, asset, cnop_clock_wall_us() / SECOND_US) : CNOP_OK;
        if (err != CNOP_OK)
            return err;
        run->history_index++;
    }
    if (run->history_index >= run->assets.count) {
        cnop_log_write(CNOP_LOG_INFO, "history", "the candles have no hole");
        run->history_index = 0;
        run->is_history_done = true;
        run->tick_us = cnop_clock_wall_us();
        run->stats_us = 0;
    }
    return CNOP_OK;
}
