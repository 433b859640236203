/* SPDX-License-Identifier: MIT */
/* Memcached behind a breaker of our own: libmemcached waits out its time limit on every operation
 * while a server hangs, so after a few failures it is not asked for a while. */
#include "shared/cache/cache.h"

#include <string.h>

#include <libmemcached/memcached.h>

#include "shared/base/clock.h"
#include "shared/base/span.h"

#define VALUE_MAX_BYTES (512 * 1024)
#define TTL_MAX_S 2592000 /* beyond 30 days Memcached takes it for a date */
#define BREAKER_FAILURES 3
#define BREAKER_PAUSE_US INT64_C(1000000)
#define DIGEST_MAX_BYTES 32

struct cnop_cache {
    struct cnop_arena *arena; /* holds this struct */
    memcached_st *handle;     /* NULL: no cache configured */
    unsigned failures;        /* in a row */
    int64_t closed_until_us;  /* monotonic; the breaker lets one try through after it */
};

struct cnop_cache *
cnop_cache_open(const struct cnop_cache_config *config)
{
    struct cnop_arena *arena = cnop_arena_new(sizeof(struct cnop_cache) + 128);
    struct cnop_cache *cache = cnop_arena_alloc(arena, sizeof(*cache));
    uint64_t timeout_ms = config->cache_timeout;

    cnop_assert(cache != NULL);
    cache->arena = arena;
    if (config->cache_socket[0] == '\0')
        return cache;
    cache->handle = memcached_create(NULL);
    cnop_assert(cache->handle != NULL);
    (void)memcached_behavior_set(cache->handle, MEMCACHED_BEHAVIOR_VERIFY_KEY, 1);
    (void)memcached_behavior_set(cache->handle, MEMCACHED_BEHAVIOR_POLL_TIMEOUT, timeout_ms);
    (void)memcached_behavior_set(cache->handle, MEMCACHED_BEHAVIOR_CONNECT_TIMEOUT, timeout_ms);
    (void)memcached_behavior_set(cache->handle, MEMCACHED_BEHAVIOR_SND_TIMEOUT, timeout_ms * 1000);
    (void)memcached_behavior_set(cache->handle, MEMCACHED_BEHAVIOR_RCV_TIMEOUT, timeout_ms * 1000);
    (void)memcached_behavior_set(cache->handle, MEMCACHED_BEHAVIOR_RETRY_TIMEOUT, 0);
    (void)memcached_behavior_set(cache->handle, MEMCACHED_BEHAVIOR_NO_BLOCK, 1);
    cnop_assert(memcached_server_add_unix_socket(cache->handle, config->cache_socket) ==
                MEMCACHED_SUCCESS);
    return cache;
}

void
cnop_cache_close(struct cnop_cache **cache)
{
    struct cnop_arena *arena;

    if (*cache == NULL)
        return;
    if ((*cache)->handle != NULL)
        memcached_free((*cache)->handle);
    arena = (*cache)->arena;
    *cache = NULL;
    cnop_arena_free(&arena);
}

/* ---- keys ---- */

static void
key_append(struct cnop_cache_key *key, const char *text, size_t len)
{
    cnop_assert(key->len + len < sizeof(key->text));
    memcpy(key->text + key->len, text, len);
    key->len += len;
    key->text[key->len] = '\0';
}

void
cnop_cache_key_init(struct cnop_cache_key *key, const char *prefix)
{
    size_t len = strlen(prefix);

    cnop_assert(len > 0);
    cnop_assert(strspn(prefix, "abcdefghijklmnopqrstuvwxyz0123456789_-") == len);
    key->len = 0;
    key_append(key, prefix, len);
}

void
cnop_cache_key_digest(struct cnop_cache_key *key, const void *bytes, size_t len)
{
    char hex[2 * DIGEST_MAX_BYTES + 1];

    cnop_assert(len > 0);
    cnop_assert(len <= DIGEST_MAX_BYTES);
    cnop_str_hex(bytes, len, hex);
    key_append(key, ":", 1);
    key_append(key, hex, 2 * len);
}

/* ---- breaker ---- */

/* False: do not ask now. After the pause one operation is let through. */
static bool
may_try(struct cnop_cache *cache)
{
    if (cache->handle == NULL)
        return false;
    if (cache->failures < BREAKER_FAILURES)
        return true;
    if (cnop_clock_monotonic_us() < cache->closed_until_us) {
        return false;
    }
    return true;
}

static void
note_failure(struct cnop_cache *cache)
{
    if (cache->failures < BREAKER_FAILURES)
        cache->failures++;
    cache->closed_until_us = cnop_clock_monotonic_us() + BREAKER_PAUSE_US;
    /* An answer that comes after all would be taken for the next one's. */
    memcached_quit(cache->handle);
}

/* Counts the operation's end; true when the server answered. */
static bool
note_result(struct cnop_cache *cache, memcached_return_t result, int64_t started_us)
{
    cnop_span_add_cache_us(cnop_clock_monotonic_us() - started_us);
    switch ((int)result) {
    case MEMCACHED_SUCCESS:
    case MEMCACHED_END:
    case MEMCACHED_NOTFOUND:
    case MEMCACHED_NOTSTORED:
    case MEMCACHED_DATA_EXISTS:
    case MEMCACHED_E2BIG:
        cache->failures = 0;
        return true;
    default:
        note_failure(cache);
        return false;
    }
}

/* ---- operations ---- */

enum cnop_err
cnop_cache_get(struct cnop_cache *cache, struct cnop_arena *arena, const struct cnop_cache_key *key,
               struct cnop_str *ret_value)
{
    int64_t started_us = cnop_clock_monotonic_us();
    memcached_return_t result = MEMCACHED_FAILURE;
    struct cnop_str copy = {NULL, 0};
    size_t len = 0;
    uint32_t flags;
    char *value;

    if (!may_try(cache)) {
        return CNOP_E_CACHE_MISS;
    }
    value = memcached_get(cache->handle, key->text, key->len, &len, &flags, &result);
    (void)note_result(cache, result, started_us);
    if (result == MEMCACHED_SUCCESS && len <= VALUE_MAX_BYTES)
        copy = cnop_str_copy(arena, cnop_str_make(value != NULL ? value : "", len));
    free(value); /* the library's allocation */
    if (copy.ptr == NULL) {
        return CNOP_E_CACHE_MISS;
    }
    *ret_value = copy;
    return CNOP_OK;
}

void
cnop_cache_set(struct cnop_cache *cache, const struct cnop_cache_key *key, struct cnop_str value,
               uint32_t ttl_s)
{
    int64_t started_us = cnop_clock_monotonic_us();

    cnop_assert(ttl_s > 0);
    cnop_assert(ttl_s <= TTL_MAX_S);
    if (value.len <= VALUE_MAX_BYTES && may_try(cache))
        (void)note_result(cache,
                          memcached_set(cache->handle, key->text, key->len, value.ptr, value.len,
                                        (time_t)ttl_s, 0),
                          started_us);
}

bool
cnop_cache_add(struct cnop_cache *cache, const struct cnop_cache_key *key, struct cnop_str value,
               uint32_t ttl_s)
{
    int64_t started_us = cnop_clock_monotonic_us();
    memcached_return_t result;

    cnop_assert(ttl_s > 0);
    cnop_assert(ttl_s <= TTL_MAX_S);
    if (value.len > VALUE_MAX_BYTES || !may_try(cache))
        return false;
    result =
        memcached_add(cache->handle, key->text, key->len, value.ptr, value.len, (time_t)ttl_s, 0);
    (void)note_result(cache, result, started_us);
    return result == MEMCACHED_SUCCESS;
}

bool
cnop_cache_is_up(const struct cnop_cache *cache)
{
    return cache->handle != NULL && cache->failures < BREAKER_FAILURES;
}
