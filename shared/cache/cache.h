/* SPDX-License-Identifier: MIT */
/* The only door to Memcached. A cache and nothing else: every failure is a miss, nothing waits more
 * than a few milliseconds, and no decision about money or rights may rest on it. Keys are made of
 * constants, integers and hex digests only, so that no input can form one. */
#ifndef CNOP_CACHE_CACHE_H
#define CNOP_CACHE_CACHE_H

#include "shared/base/arena.h"
#include "shared/config/config.h"

struct cnop_cache;

/* Start-up values. Embed as `struct cnop_cache_config cache;` and put
 * CNOP_CACHE_CONFIG_ROWS(struct inventory_config) into the key table. */
struct cnop_cache_config {
    const char *cache_socket;
    uint64_t cache_timeout; /* ms */
};

#define CNOP_CACHE_ROW_(type_, field_, kind_, default_, min_, max_, doc_)                          \
    {                                                                                              \
        .name = #field_, .kind = (kind_), .offset = offsetof(type_, cache.field_),                 \
        .default_text = (default_), .min = (min_), .max = (max_), .doc = (doc_)                    \
    }

#define CNOP_CACHE_CONFIG_ROWS(type)                                                               \
    CNOP_CACHE_ROW_(type, cache_socket, CNOP_CONFIG_STRING, "", 0, 0,                              \
                    "Unix socket of Memcached; empty: run without a cache."),                      \
        CNOP_CACHE_ROW_(type, cache_timeout, CNOP_CONFIG_DURATION, "5ms", 1, 1000,                 \
                        "Time a cache operation may take.")

/* Start-up: one handle a thread; does not connect. Never fails: without a server all is a miss. */
struct cnop_cache *cnop_cache_open(const struct cnop_cache_config *config);
void cnop_cache_close(struct cnop_cache **cache); /* accepts pointer to NULL */

/* ---- keys: "prefix:7:42" ---- */
#define CNOP_CACHE_KEY_BYTES 128

struct cnop_cache_key {
    char text[CNOP_CACHE_KEY_BYTES];
    size_t len;
};

/* prefix: a constant of [a-z0-9_-]+ (asserted), such as "asset-page-v1". */
void cnop_cache_key_init(struct cnop_cache_key *key, const char *prefix);
void cnop_cache_key_u64(struct cnop_cache_key *key, uint64_t value);
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

void cnop_cache_delete(struct cnop_cache *cache, const struct cnop_cache_key *key);

/* True when the breaker is closed: the last operations worked, or none has been tried. */
bool cnop_cache_is_up(const struct cnop_cache *cache);

struct cnop_cache_counts {
    uint64_t hits;
    uint64_t misses;
    uint64_t errors;  /* time-outs and broken connections; each also a miss */
    uint64_t skipped; /* not tried because the breaker was open; each also a miss */
};
struct cnop_cache_counts cnop_cache_counts(const struct cnop_cache *cache);

#endif
