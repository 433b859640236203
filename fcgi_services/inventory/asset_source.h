/* SPDX-License-Identifier: MIT */
/* Where a handler thread gets the catalogue from: its own memory while the version is unchanged,
 * else the cache, else the database with one reader at a time. Correct without a cache, and through
 * short absences of the database. One source a thread. */
#ifndef CNOP_INVENTORY_ASSET_SOURCE_H
#define CNOP_INVENTORY_ASSET_SOURCE_H

#include "fcgi_services/inventory/asset_cache.h"

struct cnop_db;

struct asset_source {
    struct cnop_db *db;
    struct asset_cache *cache;
    struct cnop_arena *arenas[2]; /* the list in use lives in one, the next is built in the other */
    struct asset_list list;
    int64_t loaded_us;  /* monotonic: when it was last known to be the newest */
    int64_t written_us; /* wall clock: when its prices were read from the database */
    unsigned current;
    bool has_list;
};

#define ASSET_SOURCE_ARENA_BYTES ((size_t)3 * 1024 * 1024)

/* Start-up: allocates; db and cache must outlive the source. */
void asset_source_init(struct asset_source *source, struct cnop_db *db, struct asset_cache *cache);
void asset_source_done(struct asset_source *source);

/* The list is valid until the next call on the source. Errors of the database. */
cnop_must_check enum cnop_err asset_source_get(struct asset_source *source,
                                               const struct asset_list **ret_list);

/* After a change of our own: reads the database and publishes, so that everybody sees it. Trouble
 * is left to the next reader. */
void asset_source_renew(struct asset_source *source);

#endif
