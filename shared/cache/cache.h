/* SPDX-License-Identifier: MIT */
/* The only door to Memcached. A cache and nothing else: every failure is a miss, nothing waits more
 * than a few milliseconds, and no decision about money or rights may rest on it. Keys are made of
 * constants and hex digests only, so that no input can form one. */
#ifndef CNOP_CACHE_CACHE_H
#define CNOP_CACHE_CACHE_H

#include "shared/base/arena.h"
#include "shared/config/cache_config.h"

struct cnop_cache;

/* Start-up: one handle a thread; does not connect. Never fails: without a server all is a miss. */
struct cnop_cache *cnop_cache_open(const struct cnop_cache_config *config);
void cnop_cache_close(struct cnop_cache **cache); /* accepts pointer to NULL */

/* ---- keys: "prefix:01ff" ---- */
#define CNOP_CACHE_KEY_BYTES 128

struct cnop_cache_key {
    char text[CNOP_CACHE_KEY_BYTES];
    size_t len;
};

/* prefix: a constant of [a-z0-9_-]+ (asserted), such as "asset-page-v1". */
void cnop_cache_key_init(struct cnop_cache_key *key, const char *prefix);
/* At most 32 bytes, as hex: the SHA-256 of anything that came from outside. */
void cnop_cache_key_digest(struct cnop_cache_key *key, const void *bytes, size_t len);

/* ---- operations ---- */

/* CACHE_MISS: not there, or the cache cannot answer. The value is a copy in the arena. */
cnop_must_check enum cnop_err cnop_cache_get(struct cnop_cache *cache, struct cnop_arena *arena,
                                             const struct cnop_cache_key *key,
                                             struct cnop_str *ret_value);

/* Stores for ttl_s seconds (1..2592000). Values above 512 KiB are not stored. */
void cnop_cache_set(struct cnop_cache *cache, const struct cnop_cache_key *key,
                    struct cnop_str value, uint32_t ttl_s);

/* Stores only if absent; true when this call stored it. False also when the cache is away: use it
 * to avoid double work, never as a lock that protects anything. */
bool cnop_cache_add(struct cnop_cache *cache, const struct cnop_cache_key *key,
                    struct cnop_str value, uint32_t ttl_s);

/* True when the breaker is closed: the last operations worked, or none has been tried. */
bool cnop_cache_is_up(const struct cnop_cache *cache);

#endif
