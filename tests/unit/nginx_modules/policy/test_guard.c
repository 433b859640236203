/* SPDX-License-Identifier: MIT */
/* The login guard: how many guesses go through, what forgives whom, time, dead workers, eviction.
 */
#include "nginx_modules/policy/guard.h"

#include <string.h>

#include "shared/base/attr.h"
#include "tests/unit/unit.h"

#define NOW UINT64_C(50000000)
#define PID 4711

static const struct guard_rule rule = {
    .fails = 5, .soft_fails = 8, .within_ms = 300000, .block_ms = 300000, .hold_ms = 120000};
static struct guard_row row;

static void
clear_row(void)
{
    memset(&row, 0, sizeof(row));
}

static struct guard_result
tell(struct guard_event event, uint64_t now_ms)
{
    struct guard_result result;

    if (event.pid == 0)
        event.pid = PID;
    guard_apply(&row, &rule, &event, now_ms, &result);
    return result;
}

static struct guard_result
ask(uint64_t now_ms)
{
    return tell((struct guard_event){.kind = GUARD_ASK}, now_ms);
}

/* One guess from question to answer. */
static enum guard_verdict
guess(enum guard_event_kind answer, uint32_t account, uint64_t now_ms)
{
    struct guard_result result = ask(now_ms);

    if (result.verdict == GUARD_GO)
        (void)tell((struct guard_event){.kind = answer, .slot = result.slot, .account = account},
                   now_ms);
    return result.verdict;
}

START_TEST(parallel_guesses_never_exceed_the_failures_left)
{
    struct guard_result held[5];

    ck_assert_int_eq(guess(GUARD_FAILED, 1, NOW), GUARD_GO);
    for (int i = 0; i < 4; i++) {
        held[i] = ask(NOW);
        ck_assert_int_eq(held[i].verdict, GUARD_GO);
    }
    ck_assert_int_eq(ask(NOW).verdict, GUARD_WAIT);
    (void)tell((struct guard_event){.kind = GUARD_RELEASE, .slot = held[0].slot}, NOW);
    held[0] = ask(NOW);
    ck_assert_int_eq(held[0].verdict, GUARD_GO);
    for (int i = 0; i < 4; i++)
        (void)tell((struct guard_event){.kind = GUARD_FAILED, .slot = held[i].slot, .account = 1},
                   NOW);
    ck_assert_int_eq(ask(NOW).verdict, GUARD_BLOCKED);
    ck_assert_uint_eq(ask(NOW).left_ms, 300000);
}
END_TEST

START_TEST(a_success_forgives_its_own_account_only)
{
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 4; i++)
            ck_assert_int_eq(guess(GUARD_FAILED, 1, NOW), GUARD_GO);
        ck_assert_int_eq(guess(GUARD_PASSED, 1, NOW), GUARD_GO);
        ck_assert_uint_eq(row.fails, 0);
    }
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(guess(GUARD_FAILED, 1, NOW), GUARD_GO);
    ck_assert_int_eq(guess(GUARD_PASSED, 2, NOW), GUARD_GO);
    ck_assert_uint_eq(row.fails, 4);
    ck_assert_int_eq(guess(GUARD_FAILED, 1, NOW), GUARD_GO);
    ck_assert_int_eq(guess(GUARD_PASSED, 2, NOW), GUARD_BLOCKED);
}
END_TEST

START_TEST(soft_failures_have_a_threshold_of_their_own)
{
    for (int i = 0; i < 8; i++)
        ck_assert_int_eq(guess(GUARD_SOFT, 0, NOW), GUARD_GO);
    ck_assert_int_eq(ask(NOW).verdict, GUARD_BLOCKED);
}
END_TEST

START_TEST(a_block_ends_on_time)
{
    for (int i = 0; i < 5; i++)
        (void)guess(GUARD_FAILED, 1, NOW + (uint64_t)i);
    ck_assert_uint_eq(ask(NOW + 4 + 299999).left_ms, 1);
    ck_assert_int_eq(ask(NOW + 4 + 299999).verdict, GUARD_BLOCKED);
    ck_assert_int_eq(ask(NOW + 4 + 300000).verdict, GUARD_GO);
    ck_assert_uint_eq(row.fails, 0);
}
END_TEST

START_TEST(the_window_opens_with_the_first_failure)
{
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(guess(GUARD_FAILED, 1, NOW + (uint64_t)i * 90000), GUARD_GO);
    ck_assert_uint_eq(row.fails, 4);
    ck_assert_int_eq(guess(GUARD_FAILED, 1, NOW + 300000), GUARD_GO);
    ck_assert_uint_eq(row.fails, 1);
}
END_TEST

START_TEST(an_earlier_clock_ends_nothing)
{
    for (int i = 0; i < 4; i++)
        (void)guess(GUARD_FAILED, 1, NOW);
    ck_assert_int_eq(guess(GUARD_RELEASE, 0, NOW - 1000), GUARD_GO);
    ck_assert_uint_eq(row.fails, 4);
    (void)guess(GUARD_FAILED, 1, NOW);
    ck_assert_int_eq(ask(NOW - 1000).verdict, GUARD_BLOCKED);
}
END_TEST

START_TEST(places_of_the_dead_are_free)
{
    for (uint32_t i = 0; i < 5; i++)
        ck_assert_int_eq(
            tell((struct guard_event){.kind = GUARD_ASK, .pid = 100 + i % 2}, NOW).verdict,
            GUARD_GO);
    ck_assert_int_eq(ask(NOW).verdict, GUARD_WAIT);
    (void)tell((struct guard_event){.kind = GUARD_DIED, .pid = 100}, NOW);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(ask(NOW).verdict, GUARD_GO);
    ck_assert_int_eq(ask(NOW).verdict, GUARD_WAIT);
    ck_assert_int_eq(ask(NOW + 122000).verdict, GUARD_GO); /* and nobody holds one for ever */
}
END_TEST

START_TEST(a_place_is_given_back_by_its_holder_only)
{
    struct guard_result held = ask(NOW);

    (void)tell((struct guard_event){.kind = GUARD_RELEASE, .slot = held.slot, .pid = 9}, NOW);
    for (int i = 0; i < 4; i++)
        (void)ask(NOW);
    ck_assert_int_eq(ask(NOW).verdict, GUARD_WAIT);
}
END_TEST

START_TEST(by_hand)
{
    (void)tell((struct guard_event){.kind = GUARD_BLOCK, .block_ms = 1000}, NOW);
    ck_assert_int_eq(ask(NOW + 999).verdict, GUARD_BLOCKED);
    (void)tell((struct guard_event){.kind = GUARD_FORGET}, NOW + 999);
    ck_assert_int_eq(ask(NOW + 999).verdict, GUARD_GO);
}
END_TEST

START_TEST(blocked_addresses_are_forgotten_last)
{
    struct guard_row bucket[GUARD_WAYS] = {0};
    struct guard_event block = {.kind = GUARD_BLOCK, .block_ms = 60000};
    struct guard_result result;
    bool evicted;

    for (uint8_t i = 0; i < GUARD_WAYS; i++) {
        const uint8_t key[GUARD_KEY_BYTES] = {i};
        struct guard_row *made = guard_find(bucket, key, NOW + i, true, &evicted);

        ck_assert(!evicted);
        if (i != 5)
            guard_apply(made, &rule, &block, NOW + i, &result);
    }
    ck_assert_ptr_eq(guard_find(bucket, (uint8_t[GUARD_KEY_BYTES]){99}, NOW, false, &evicted),
                     NULL);
    ck_assert_ptr_eq(guard_find(bucket, (uint8_t[GUARD_KEY_BYTES]){99}, NOW + 50, true, &evicted),
                     &bucket[5]);
    ck_assert(!evicted);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_checked_fixture(tests, clear_row, NULL);
    tcase_add_test(tests, parallel_guesses_never_exceed_the_failures_left);
    tcase_add_test(tests, a_success_forgives_its_own_account_only);
    tcase_add_test(tests, soft_failures_have_a_threshold_of_their_own);
    tcase_add_test(tests, a_block_ends_on_time);
    tcase_add_test(tests, the_window_opens_with_the_first_failure);
    tcase_add_test(tests, an_earlier_clock_ends_nothing);
    tcase_add_test(tests, places_of_the_dead_are_free);
    tcase_add_test(tests, a_place_is_given_back_by_its_holder_only);
    tcase_add_test(tests, by_hand);
    tcase_add_test(tests, blocked_addresses_are_forgotten_last);
}

UNIT_MAIN("policy/guard", add)
