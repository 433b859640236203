/* SPDX-License-Identifier: MIT */
/* Keys of the cache, and its behaviour without a server. */
#include "shared/cache/cache.h"

#include "tests/unit/unit.h"

START_TEST(keys)
{
    struct cnop_cache_key key;

    cnop_cache_key_init(&key, "asset-page_v1");
    cnop_cache_key_digest(&key, "\x01\xff", 2);
    ck_assert_str_eq(key.text, "asset-page_v1:01ff");
    ck_assert_uint_eq(key.len, 18);
}
END_TEST

START_TEST(prefix_with_a_blank_aborts)
{
    struct cnop_cache_key key;

    cnop_cache_key_init(&key, "a b");
}
END_TEST

START_TEST(overlong_key_aborts)
{
    struct cnop_cache_key key;
    unsigned char digest[32] = {0};

    cnop_cache_key_init(&key, "prefix");
    for (unsigned i = 0; i < 3; i++)
        cnop_cache_key_digest(&key, digest, sizeof(digest));
}
END_TEST

START_TEST(server_that_is_not_there)
{
    const struct cnop_cache_config config = {"/nonexistent/m.sock", 5};
    struct cnop_arena *arena = cnop_arena_new(4096);
    struct cnop_cache *cache = cnop_cache_open(&config);
    struct cnop_cache_key key;
    struct cnop_str value;

    cnop_cache_key_init(&key, "k");
    ck_assert(cnop_cache_is_up(cache));
    for (unsigned i = 0; i < 10; i++)
        ck_assert_int_eq(cnop_cache_get(cache, arena, &key, &value), CNOP_E_CACHE_MISS);
    cnop_cache_set(cache, &key, CNOP_STR("v"), 60);
    ck_assert(!cnop_cache_add(cache, &key, CNOP_STR("v"), 60));
    ck_assert(!cnop_cache_is_up(cache));
    cnop_cache_close(&cache);
    ck_assert_ptr_null(cache);
    cnop_arena_free(&arena);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_test(tests, keys);
    unit_add_abort_test(tests, prefix_with_a_blank_aborts);
    unit_add_abort_test(tests, overlong_key_aborts);
    tcase_add_test(tests, server_that_is_not_there);
}

UNIT_MAIN("cache", add)
