/* SPDX-License-Identifier: MIT */
/* Signals between the rounds of a program. */
#include "shared/base/rounds.h"

#include <signal.h>
#include <unistd.h>

#include "shared/base/clock.h"
#include "tests/unit/unit.h"

#define LONG_US (INT64_C(3600) * 1000000)

static const int ends[] = {SIGTERM, SIGINT};

START_TEST(a_signal_ends_it_for_ever)
{
    cnop_rounds_begin();
    ck_assert(cnop_rounds_go_on(0));
    ck_assert_int_eq(raise(ends[_i]), 0);
    ck_assert(!cnop_rounds_go_on(LONG_US));
    ck_assert(!cnop_rounds_go_on(0));
}
END_TEST

START_TEST(a_rotated_log_ends_nothing)
{
    cnop_rounds_begin();
    ck_assert_int_eq(raise(SIGUSR1), 0);
    ck_assert(cnop_rounds_go_on(LONG_US)); /* at once */
    ck_assert(cnop_rounds_go_on(-1));
}
END_TEST

START_TEST(without_a_signal_it_waits)
{
    int64_t begin_us;

    cnop_rounds_begin();
    begin_us = cnop_clock_monotonic_us();
    ck_assert(cnop_rounds_go_on(20000));
    ck_assert_int_ge(cnop_clock_monotonic_us() - begin_us, 20000);
}
END_TEST

START_TEST(a_broken_pipe_is_an_error_of_the_call)
{
    int pair[2];

    cnop_rounds_begin();
    ck_assert_int_eq(pipe(pair), 0);
    ck_assert_int_eq(close(pair[0]), 0);
    ck_assert_int_eq(write(pair[1], "x", 1), -1);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_loop_test(tests, a_signal_ends_it_for_ever, 0, (int)CNOP_COUNT(ends));
    tcase_add_test(tests, a_rotated_log_ends_nothing);
    tcase_add_test(tests, without_a_signal_it_waits);
    tcase_add_test(tests, a_broken_pipe_is_an_error_of_the_call);
}

UNIT_MAIN("rounds", add)
