/* SPDX-License-Identifier: MIT */
/* The breaker: what opens it and what does not, how soon it probes, what closes it. */
#include "nginx_modules/policy/breaker.h"

#include <string.h>

#include "shared/base/attr.h"
#include "tests/unit/unit.h"

#define NOW UINT64_C(1000000)

static const struct breaker_rule rule = {.failures = 20,
                                         .ratio = 50,
                                         .successes = 3,
                                         .window_ms = 10000,
                                         .slice_ms = 100,
                                         .probe_ms = 200,
                                         .open_ms = 2000,
                                         .hold_ms = 1000};
static struct breaker_row row;

static void
clear_row(void)
{
    memset(&row, 0, sizeof(row));
}

static struct breaker_result
tell(enum breaker_event_kind kind, uint64_t now_ms)
{
    struct breaker_event event = {.kind = kind, .generation = row.generation};
    struct breaker_result result;

    breaker_apply(&row, &rule, &event, now_ms, &result);
    return result;
}

static void
trip(uint64_t now_ms)
{
    for (int i = 0; i < 20; i++)
        (void)tell(BREAKER_FAILURE, now_ms);
    ck_assert_uint_eq(row.state, BREAKER_OPEN);
}

START_TEST(consecutive_failures_open_it)
{
    for (int i = 0; i < 19; i++)
        (void)tell(BREAKER_FAILURE, NOW);
    (void)tell(BREAKER_SUCCESS, NOW);
    ck_assert_uint_eq(row.state, BREAKER_CLOSED);
    clear_row();
    trip(NOW);
    ck_assert_uint_eq(row.opened, 1);
}
END_TEST

/* One crash meets every request that is on its way, and is one event. */
START_TEST(lost_connections_count_once_a_slice)
{
    for (int i = 0; i < 1000; i++)
        ck_assert(!tell(BREAKER_LOST, NOW + (uint64_t)i / 20).changed);
    ck_assert_uint_eq(row.state, BREAKER_CLOSED);
    ck_assert_uint_eq(row.failed, 1);
    for (uint64_t i = 1; i < 19; i++)
        (void)tell(BREAKER_LOST, NOW + i * 100);
    ck_assert_uint_eq(row.state, BREAKER_CLOSED);
    (void)tell(BREAKER_LOST, NOW + 1900);
    ck_assert_uint_eq(row.state, BREAKER_OPEN);
}
END_TEST

START_TEST(it_probes_soon_and_then_less_often)
{
    const uint64_t pauses[] = {200, 400, 800, 1600, 2000, 2000};
    uint64_t now_ms = NOW;

    trip(now_ms);
    for (size_t i = 0; i < CNOP_COUNT(pauses); i++) {
        ck_assert_uint_eq(tell(BREAKER_ASK, now_ms).wait_ms, pauses[i]);
        ck_assert(!tell(BREAKER_ASK, now_ms + pauses[i] - 1).admitted);
        now_ms += pauses[i];
        ck_assert(tell(BREAKER_ASK, now_ms).admitted);
        ck_assert(tell(BREAKER_LOST, now_ms).changed);
        ck_assert_uint_eq(row.state, BREAKER_OPEN);
    }
}
END_TEST

START_TEST(chance_shortens_a_pause_by_a_quarter_at_most)
{
    for (uint32_t chance = 0; chance < 4096; chance += 13) {
        struct breaker_event event = {.kind = BREAKER_FAILURE, .chance = chance};
        struct breaker_result result;

        clear_row();
        for (int i = 0; i < 20; i++)
            breaker_apply(&row, &rule, &event, NOW, &result);
        ck_assert_uint_le(row.wait_ms, 200);
        ck_assert_uint_ge(row.wait_ms, 150);
    }
}
END_TEST

START_TEST(as_many_probes_as_it_takes_to_close)
{
    trip(NOW);
    for (int i = 0; i < 3; i++)
        ck_assert(tell(BREAKER_ASK, NOW + 200).admitted);
    ck_assert(!tell(BREAKER_ASK, NOW + 200).admitted);
    (void)tell(BREAKER_NOTHING, NOW + 210); /* gives its place back */
    ck_assert(tell(BREAKER_ASK, NOW + 210).admitted);
    for (int i = 0; i < 3; i++)
        (void)tell(BREAKER_SUCCESS, NOW + 220);
    ck_assert_uint_eq(row.state, BREAKER_CLOSED);
    ck_assert(tell(BREAKER_ASK, NOW + 220).admitted);
}
END_TEST

/* The worker that sent it died: nobody will tell its result. */
START_TEST(a_lost_probe_keeps_it_half_open_no_longer_than_a_pause)
{
    trip(NOW);
    for (int i = 0; i < 3; i++)
        (void)tell(BREAKER_ASK, NOW + 200);
    ck_assert(!tell(BREAKER_ASK, NOW + 2199).admitted);
    ck_assert(tell(BREAKER_ASK, NOW + 2200).admitted);
}
END_TEST

START_TEST(answers_of_an_earlier_state_decide_nothing)
{
    struct breaker_event late = {.kind = BREAKER_FAILURE, .generation = row.generation};
    struct breaker_result result;

    trip(NOW);
    (void)tell(BREAKER_ASK, NOW + 200);
    ck_assert_uint_eq(row.state, BREAKER_HALF_OPEN);
    breaker_apply(&row, &rule, &late, NOW + 200, &result);
    ck_assert_uint_eq(row.state, BREAKER_HALF_OPEN);
    ck_assert(!result.changed);
}
END_TEST

START_TEST(a_short_outage_is_waited_out)
{
    trip(NOW);
    ck_assert(tell(BREAKER_ASK, NOW + 10).may_wait);
    (void)tell(BREAKER_ASK, NOW + 200);
    (void)tell(BREAKER_LOST, NOW + 200);
    ck_assert(tell(BREAKER_ASK, NOW + 300).may_wait); /* counted from when it was closed */
    (void)tell(BREAKER_ASK, NOW + 600);
    (void)tell(BREAKER_LOST, NOW + 600);
    ck_assert(!tell(BREAKER_ASK, NOW + 1000).may_wait);
}
END_TEST

START_TEST(failures_of_an_earlier_window_are_forgotten)
{
    for (int i = 0; i < 15; i++) {
        (void)tell(BREAKER_FAILURE, NOW);
        (void)tell(BREAKER_SUCCESS, NOW);
    }
    for (int i = 0; i < 15; i++) {
        (void)tell(BREAKER_FAILURE, NOW + 10000);
        (void)tell(BREAKER_SUCCESS, NOW + 10000);
    }
    ck_assert_uint_eq(row.state, BREAKER_CLOSED);
    for (int i = 0; i < 5; i++) {
        (void)tell(BREAKER_FAILURE, NOW + 10000);
        (void)tell(BREAKER_SUCCESS, NOW + 10000);
    }
    ck_assert_uint_eq(row.state, BREAKER_OPEN);
}
END_TEST

START_TEST(an_earlier_clock_opens_nothing_early)
{
    trip(NOW);
    ck_assert(!tell(BREAKER_ASK, NOW - 5000).admitted);
    ck_assert(tell(BREAKER_ASK, NOW + 200).admitted);
}
END_TEST

START_TEST(by_hand)
{
    (void)tell(BREAKER_TRIP, NOW);
    ck_assert(!tell(BREAKER_ASK, NOW + 1999).admitted);
    ck_assert(tell(BREAKER_RESET, NOW + 1999).changed);
    ck_assert(tell(BREAKER_ASK, NOW + 1999).admitted);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_checked_fixture(tests, clear_row, NULL);
    tcase_add_test(tests, consecutive_failures_open_it);
    tcase_add_test(tests, lost_connections_count_once_a_slice);
    tcase_add_test(tests, it_probes_soon_and_then_less_often);
    tcase_add_test(tests, chance_shortens_a_pause_by_a_quarter_at_most);
    tcase_add_test(tests, as_many_probes_as_it_takes_to_close);
    tcase_add_test(tests, a_lost_probe_keeps_it_half_open_no_longer_than_a_pause);
    tcase_add_test(tests, answers_of_an_earlier_state_decide_nothing);
    tcase_add_test(tests, a_short_outage_is_waited_out);
    tcase_add_test(tests, failures_of_an_earlier_window_are_forgotten);
    tcase_add_test(tests, an_earlier_clock_opens_nothing_early);
    tcase_add_test(tests, by_hand);
}

UNIT_MAIN("policy/breaker", add)
