/* SPDX-License-Identifier: MIT */
/* Keys and lifetimes of the cached catalogue. Never a source of truth: every doubt is a miss. */
#include "fcgi_services/inventory/asset_cache.h"

#include "shared/base/clock.h"
#include "shared/base/log.h"
#include "shared/base/secret.h"
#include "shared/cache/cache.h"

#define CLAIM_S 2
#define PACKED_MAX_BYTES ((size_t)512 * 1024)
#define KEY_MIN_BYTES 16
#define KEY_MAX_BYTES 256

static struct cnop_cache_key
key_of(const char *prefix)
{
    struct cnop_cache_key key;

    cnop_cache_key_init(&key, prefix);
    return key;
}

enum cnop_err
asset_cache_init(struct asset_cache *cache, struct cnop_cache *door, const char *key_file)
{
    unsigned char secret[KEY_MAX_BYTES];
    unsigned char digest[CNOP_SHA256_BYTES];
    const char *reason = NULL;
    size_t len;
    enum cnop_err err;

    err = cnop_secret_read_file(key_file, secret, KEY_MIN_BYTES, sizeof(secret), &len, &reason);
    if (err != CNOP_OK) {
        struct cnop_log_line line;

        cnop_log_begin(&line, CNOP_LOG_ERROR, NULL, "cache_key", "cache key file refused");
        cnop_log_text(&line, "file", key_file);
        cnop_log_text(&line, "reason", err == CNOP_E_NOT_FOUND ? "not there" : reason);
        cnop_log_end(&line);
        return CNOP_E_CONFIG;
    }
    cnop_secret_sha256(secret, len, digest);
    cnop_secret_zero(secret, sizeof(secret));
    memcpy(cache->key, digest, sizeof(cache->key));
    cnop_secret_zero(digest, sizeof(digest));
    cache->cache = door;
    return CNOP_OK;
}

enum cnop_err
asset_cache_version(struct asset_cache *cache, struct cnop_arena *scratch, uint64_t *ret_version)
{
    struct cnop_cache_key key = key_of("catalogue-version");
    size_t mark = cnop_arena_mark(scratch);
    struct cnop_str value;
    enum cnop_err err;

    err = cnop_cache_get(cache->cache, scratch, &key, &value);
    if (err == CNOP_OK && value.len == sizeof(*ret_version))
        memcpy(ret_version, value.ptr, sizeof(*ret_version));
    else
        err = CNOP_E_CACHE_MISS;
    cnop_arena_rewind(scratch, mark);
    return err;
}

enum cnop_err
asset_cache_fetch(struct asset_cache *cache, struct cnop_arena *arena, struct asset_list *ret_list,
                  int64_t *ret_packed_us)
{
    struct cnop_cache_key key = key_of("catalogue");
    int64_t now_us = cnop_clock_wall_us();
    struct asset_list list;
    struct cnop_str value;
    int64_t packed_us;
    enum cnop_err err;

    err = cnop_cache_get(cache->cache, arena, &key, &value);
    if (err != CNOP_OK)
        return err;
    err = asset_unpack(arena, cache->key, value, &list, &packed_us);
    if (err != CNOP_OK)
        return err;
    if (packed_us > now_us || now_us - packed_us > ASSET_CACHE_KEEP_S * INT64_C(1000000))
        return CNOP_E_CACHE_MISS;
    *ret_list = list;
    *ret_packed_us = packed_us;
    return CNOP_OK;
}

void
asset_cache_publish(struct asset_cache *cache, struct cnop_arena *arena,
                    const struct asset_list *list)
{
    struct cnop_cache_key list_key = key_of("catalogue");
    struct cnop_cache_key version_key = key_of("catalogue-version");
    size_t mark = cnop_arena_mark(arena);
    void *memory = cnop_arena_alloc(arena, PACKED_MAX_BYTES);
    struct cnop_buf buf;

    if (memory == NULL)
        return;
    cnop_buf_init(&buf, memory, PACKED_MAX_BYTES);
    asset_pack(&buf, cache->key, list, cnop_clock_wall_us());
    if (!buf.overflow) {
        /* The list first: who sees the new version finds a list at least as new. */
        cnop_cache_set(cache->cache, &list_key, cnop_buf_view(&buf), ASSET_CACHE_KEEP_S);
        cnop_cache_set(cache->cache, &version_key,
                       cnop_str_make((const char *)&list->version, sizeof(list->version)),
                       ASSET_CACHE_KEEP_S);
    }
    cnop_arena_rewind(arena, mark);
}

bool
asset_cache_claim(struct asset_cache *cache)
{
    struct cnop_cache_key key = key_of("catalogue-claim");

    return cnop_cache_add(cache->cache, &key, CNOP_STR("1"), CLAIM_S) ||
           !cnop_cache_is_up(cache->cache);
}
