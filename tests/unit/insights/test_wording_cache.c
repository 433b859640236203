/* SPDX-License-Identifier: MIT */
/* Kept summaries: only what we sealed, and only under the prompt it belongs to. */
#include "fcgi_services/insights/wording_cache.h"

#include "shared/base/secret.h"

#include "tests/fakes/cache_fake.h"
#include "tests/unit/unit.h"

static const unsigned char key[16] = "0123456789abcde";
static const unsigned char other_key[16] = "0123456789abcdf";
static struct cnop_arena *arena;

static void
setup(void)
{
    arena = cnop_arena_new((size_t)64 * 1024);
    cache_fake_clear();
    wording_cache_set(cache_fake(), arena, key, CNOP_STR("prompt"), CNOP_STR("Fine."));
}

static void
teardown(void)
{
    cnop_arena_free(&arena);
}

static enum cnop_err
get(const unsigned char seal_key[16], struct cnop_str prompt)
{
    struct cnop_str text = {0};
    enum cnop_err err = wording_cache_get(cache_fake(), arena, seal_key, prompt, &text);

    if (err == CNOP_OK)
        ck_assert(cnop_str_equal(text, CNOP_STR("Fine.")));
    return err;
}

START_TEST(a_text_is_found_under_its_prompt)
{
    ck_assert_int_eq(get(key, CNOP_STR("prompt")), CNOP_OK);
    ck_assert_int_eq(get(key, CNOP_STR("another")), CNOP_E_CACHE_MISS);
    ck_assert_int_eq(get(other_key, CNOP_STR("prompt")), CNOP_E_CACHE_MISS);
    cache_fake_set_up(false);
    ck_assert_int_eq(get(key, CNOP_STR("prompt")), CNOP_E_CACHE_MISS);
}
END_TEST

START_TEST(altered_and_moved_texts_are_misses)
{
    size_t len;
    char *value = cache_fake_value("insight", &len);
    char copy[64];

    ck_assert_uint_le(len, sizeof(copy));
    memcpy(copy, value, len);
    for (size_t i = 0; i < len; i++) {
        value[i] = (char)(value[i] ^ 4);
        ck_assert_int_eq(get(key, CNOP_STR("prompt")), CNOP_E_CACHE_MISS);
        value[i] = (char)(value[i] ^ 4);
    }
    /* The same sealed bytes under the key of another prompt. */
    cache_fake_clear();
    wording_cache_set(cache_fake(), arena, key, CNOP_STR("another"), CNOP_STR("Other"));
    value = cache_fake_value("insight", &len);
    memcpy(value, copy, len);
    ck_assert_int_eq(get(key, CNOP_STR("another")), CNOP_E_CACHE_MISS);
}
END_TEST

START_TEST(short_values_are_misses)
{
    static const char prefix[] = "insight";
    size_t len;

    ck_assert_ptr_nonnull(cache_fake_value(prefix, &len));
    for (size_t cut = 0; cut <= 8; cut++) {
        struct cnop_cache_key cache_key = {0};
        unsigned char digest[32];

        cnop_secret_sha256("prompt", 6, digest);
        cnop_cache_key_init(&cache_key, prefix);
        cnop_cache_key_digest(&cache_key, digest, sizeof(digest));
        cnop_cache_set(cache_fake(), &cache_key, cnop_str_make("12345678", cut), 9);
        ck_assert_int_eq(get(key, CNOP_STR("prompt")), CNOP_E_CACHE_MISS);
    }
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, a_text_is_found_under_its_prompt);
    tcase_add_test(tests, altered_and_moved_texts_are_misses);
    tcase_add_test(tests, short_values_are_misses);
}

UNIT_MAIN("wording_cache", add)
