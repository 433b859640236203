/* SPDX-License-Identifier: MIT */
/* When a heartbeat says that its thread hangs - and that the end of long work is no such sign. */
#include "shared/web/beat.h"

#include "shared/base/clock.h"
#include "tests/unit/unit.h"

static const struct cnop_beat_limits limits = {.work_us = 15000000, .wait_us = 4000000};

START_TEST(work_and_waiting_have_limits_of_their_own)
{
    static const struct {
        int64_t value;
        int64_t now_us;
        bool stuck;
    } rows[] = {
        {0, 100000000, false},
        {20000000, 20000000, false},
        {20000000, 35000000, false},
        {20000000, 35000001, true},
        {-20000000, 20000000, false},
        {-20000000, 24000000, false},
        {-20000000, 24000001, true},
        /* Read after the clock was: the thread has moved on meanwhile. */
        {20000001, 20000000, false},
        {-20000001, 20000000, false},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        ck_assert_msg(cnop_beat_is_stuck(rows[i].value, rows[i].now_us, &limits) == rows[i].stuck,
                      "row %zu", i);
}
END_TEST

/* Six seconds of work, longer than a waiting thread may be silent, but not than work may take: at
 * no moment does the thread look stuck, least of all right after the work. */
START_TEST(the_end_of_long_work_is_not_a_silence)
{
    int64_t now_us = cnop_clock_monotonic_us();
    int64_t long_work_us = 6000000;
    cnop_beat beat;

    atomic_store(&beat, now_us - long_work_us);
    ck_assert(!cnop_beat_is_stuck(atomic_load(&beat), now_us, &limits));
    cnop_beat_wait(&beat);
    ck_assert(!cnop_beat_is_stuck(atomic_load(&beat), now_us, &limits));
    ck_assert(!cnop_beat_is_stuck(atomic_load(&beat), now_us + limits.wait_us, &limits));
}
END_TEST

START_TEST(a_thread_that_has_ended_is_not_watched)
{
    cnop_beat beat;

    cnop_beat_work(&beat);
    ck_assert_int_gt(atomic_load(&beat), 0);
    cnop_beat_wait(&beat);
    ck_assert_int_lt(atomic_load(&beat), 0);
    cnop_beat_end(&beat);
    ck_assert(!cnop_beat_is_stuck(atomic_load(&beat), INT64_MAX, &limits));
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_test(tests, work_and_waiting_have_limits_of_their_own);
    tcase_add_test(tests, the_end_of_long_work_is_not_a_silence);
    tcase_add_test(tests, a_thread_that_has_ended_is_not_watched);
}

UNIT_MAIN("beat", add)
