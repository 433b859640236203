/* SPDX-License-Identifier: MIT */
/* The work of the price feed, one step a call: seeding the catalogue, a tick, a piece of history.
 * Each step either happens whole or changes nothing, and may be repeated. */
#ifndef CNOP_INVENTORY_FEED_RUN_H
#define CNOP_INVENTORY_FEED_RUN_H

#include "fcgi_services/inventory/asset_cache.h"
#include "fcgi_services/inventory/feed_remote.h"
#include "fcgi_services/inventory/feed_store.h"
#include "shared/cache/cache.h"
#include "shared/db/db.h"
#include "shared/engine_client/client.h"

struct feed_config {
    struct cnop_db_config db;
    struct cnop_cache_config cache;
    const char *cache_key_file;
    const char *engine_socket;
    uint64_t engine_timeout; /* ms */
    const char *catalogue_file;
    uint64_t tick_interval; /* ms */
    uint64_t price_seed;
    const char *feed_url;  /* empty: prices come from the model */
    uint64_t feed_timeout; /* ms */
    uint64_t feed_outlier_percent;
    uint64_t feed_confirmations;
    const char *log_file;
    unsigned log_level;
};

struct feed_run {
    const struct feed_config *config;
    struct cnop_db *db;
    struct cnop_cache *cache;
    struct asset_cache asset_cache;
    struct engine_client engine;
    struct feed_remote remote;
    struct cnop_arena *arena;  /* of one step */
    struct feed_assets assets; /* of the last tick, in assets_arena */
    struct cnop_arena *assets_arena;
    size_t history_index; /* next asset whose history is looked at */
    bool is_history_done;
    size_t prune_index;
    int64_t stats_us; /* when the figures were refreshed */
    int64_t tick_us;  /* wall clock: until then the candles have no hole; 0: not known */
    bool is_engine_up;
    bool is_introduced; /* the engine has been told the list of assets as it is below */
    size_t introduced_count;
    bool introduced_active[FEED_ASSET_MAX]; /* by place in the list, which only grows */
    bool is_remote_up;
};

/* Start-up: allocates and opens; connects nothing yet. CONFIG, logged. */
cnop_must_check enum cnop_err feed_run_init(struct feed_run *run, const struct feed_config *config);
void feed_run_done(struct feed_run *run);

/* Reads the catalogue file and brings the asset table up to date. CONFIG (a bad file, logged),
 * errors of the database. */
cnop_must_check enum cnop_err feed_run_seed(struct feed_run *run);

/* One tick: prices, candles, engine, cache. The engine and the cache being away is no error. While
 * history is missing only the assets whose past is filled get candles; prices never wait. */
cnop_must_check enum cnop_err feed_run_tick(struct feed_run *run);

/* True while candles before now may be missing, at the start or after a long pause: then call
 * feed_run_history_step between ticks, until it is false. */
bool feed_run_has_history_left(const struct feed_run *run);

/* Fills the history of one asset. Errors of the database. */
cnop_must_check enum cnop_err feed_run_history_step(struct feed_run *run);

#endif
