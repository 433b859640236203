/* SPDX-License-Identifier: MIT */
/* Limits: exact counts, windows that open and end on time, clocks that were read apart, eviction.
 */
#include "nginx_modules/policy/limit.h"

#include <string.h>

#include "shared/base/attr.h"
#include "tests/unit/unit.h"

#define NOW 1000000U

static const struct limit_rule rule = {.id = 7, .rate = 3, .window_ms = 1000};
static struct limit_row bucket[LIMIT_WAYS];

static void
clear_bucket(void)
{
    memset(bucket, 0, sizeof(bucket));
}

static struct limit_result
charge(uint8_t who, uint64_t now_ms)
{
    const uint8_t key[LIMIT_KEY_BYTES] = {who};
    struct limit_result result;

    limit_apply(bucket, &rule, key, now_ms, &result);
    return result;
}

START_TEST(a_window_lets_in_exactly_its_rate)
{
    for (uint64_t i = 1; i <= 3; i++) {
        struct limit_result result = charge(1, NOW + i);

        ck_assert(!result.refused);
        ck_assert_uint_eq(result.count, i);
        ck_assert_uint_eq(result.left_ms, 1000 - (i - 1));
    }
    ck_assert(charge(1, NOW + 1000).refused);
    ck_assert_uint_eq(charge(1, NOW + 1000).left_ms, 1);
    ck_assert(!charge(1, NOW + 1001).refused);
    ck_assert_uint_eq(charge(1, NOW + 1001).count, 2);
}
END_TEST

/* A request whose clock was read before the window was opened by another process. */
START_TEST(an_earlier_clock_never_resets_a_fresh_window)
{
    for (int i = 0; i < 3; i++)
        ck_assert(!charge(1, NOW).refused);
    for (uint64_t back = 1; back < 5000; back += 7) {
        struct limit_result result = charge(1, NOW - back);

        ck_assert(result.refused);
        ck_assert_uint_eq(result.count, 3);
        ck_assert_uint_eq(result.left_ms, 1000);
    }
    ck_assert(charge(1, NOW + 999).refused);
}
END_TEST

START_TEST(keys_and_rules_are_apart)
{
    const struct limit_rule other = {.id = 8, .rate = 1, .window_ms = 1000};
    const uint8_t key[LIMIT_KEY_BYTES] = {1};
    struct limit_result result;

    for (int i = 0; i < 3; i++)
        (void)charge(1, NOW);
    ck_assert(!charge(2, NOW).refused);
    limit_apply(bucket, &other, key, NOW, &result);
    ck_assert(!result.refused);
    ck_assert(charge(1, NOW).refused);
}
END_TEST

START_TEST(a_full_bucket_forgets_its_oldest_window)
{
    for (uint8_t who = 1; who <= LIMIT_WAYS; who++)
        ck_assert(!charge(who, NOW + who).evicted);
    ck_assert(charge(100, NOW + 20).evicted);
    ck_assert_uint_eq(charge(2, NOW + 20).count, 2); /* the second oldest is still there */
    ck_assert_uint_eq(charge(1, NOW + 20).count, 1); /* the oldest is not */
    clear_bucket();
    for (uint8_t who = 1; who <= LIMIT_WAYS; who++)
        (void)charge(who, NOW);
    ck_assert(!charge(100, NOW + 1000).evicted); /* windows that are over are no loss */
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_checked_fixture(tests, clear_bucket, NULL);
    tcase_add_test(tests, a_window_lets_in_exactly_its_rate);
    tcase_add_test(tests, an_earlier_clock_never_resets_a_fresh_window);
    tcase_add_test(tests, keys_and_rules_are_apart);
    tcase_add_test(tests, a_full_bucket_forgets_its_oldest_window);
}

UNIT_MAIN("policy/limit", add)
