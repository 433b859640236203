/* SPDX-License-Identifier: MIT */
/* The catalogue in Memcached: one sealed value and one small version number beside it. A reader
 * that has the version in memory already asks for eight bytes only. */
#ifndef CNOP_INVENTORY_ASSET_CACHE_H
#define CNOP_INVENTORY_ASSET_CACHE_H

#include "fcgi_services/inventory/asset_pack.h"

struct cnop_cache;

#define ASSET_CACHE_KEEP_S 30 /* also the age beyond which a value is not believed */

struct asset_cache {
    struct cnop_cache *cache;
    unsigned char key[ASSET_PACK_KEY_BYTES];
};

/* Start-up: derives the seal from a secret file. CONFIG with a line in the log. */
cnop_must_check enum cnop_err asset_cache_init(struct asset_cache *cache, struct cnop_cache *door,
                                               const char *key_file);

/* CACHE_MISS: unknown, or no cache. */
cnop_must_check enum cnop_err
asset_cache_version(struct asset_cache *cache, struct cnop_arena *scratch, uint64_t *ret_version);

/* The list lives in the arena. CACHE_MISS, NO_MEMORY. */
cnop_must_check enum cnop_err asset_cache_fetch(struct asset_cache *cache, struct cnop_arena *arena,
                                                struct asset_list *ret_list,
                                                int64_t *ret_packed_us);

/* Makes the list the newest for everybody. Uses the arena for scratch and gives it back. */
void asset_cache_publish(struct asset_cache *cache, struct cnop_arena *arena,
                         const struct asset_list *list);

/* True when this caller should load the list from the database and publish it; false when somebody
 * else is at it. Without a cache everybody should. */
bool asset_cache_claim(struct asset_cache *cache);

#endif
