/* SPDX-License-Identifier: MIT */
/* How programs reach Memcached: settings only, as in db_config.h. */
#ifndef CNOP_CONFIG_CACHE_CONFIG_H
#define CNOP_CONFIG_CACHE_CONFIG_H

#include "shared/config/config.h"

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

#endif
