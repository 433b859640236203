/* SPDX-License-Identifier: MIT */
/* Spans: remaining time, charges, the first cause, and calls without a span. */
#include "shared/base/span.h"

#include <string.h>

#include "shared/base/clock.h"
#include "tests/fakes/clock_fake.h"
#include "tests/unit/unit.h"

static struct cnop_span span;

static void
setup(void)
{
    memset(&span, 0, sizeof(span));
    span.deadline_us = INT64_MAX;
    clock_fake_freeze(0, 1000000);
    cnop_span_enter(&span);
}

static void
teardown(void)
{
    cnop_span_enter(NULL);
    clock_fake_unfreeze();
}

START_TEST(remaining_time)
{
    ck_assert_uint_eq(cnop_span_left_ms(250), 250);
    span.deadline_us = 1000000 + 100000;
    ck_assert_uint_eq(cnop_span_left_ms(250), 100);
    ck_assert_uint_eq(cnop_span_left_ms(50), 50);
    span.deadline_us = 1000000 + 999; /* less than a millisecond is nothing */
    ck_assert_uint_eq(cnop_span_left_ms(250), 0);
    span.deadline_us = 0;
    ck_assert_uint_eq(cnop_span_left_ms(250), 0);
}
END_TEST

START_TEST(charges_add_up)
{
    cnop_span_add_db_us(5);
    cnop_span_add_db_us(7);
    cnop_span_add_cache_us(3);
    ck_assert_int_eq(span.db_us, 12);
    ck_assert_uint_eq(span.db_calls, 2);
    ck_assert_int_eq(span.cache_us, 3);
}
END_TEST

START_TEST(first_cause_is_kept_and_fits)
{
    static char big[1000];

    cnop_span_cause("error %d", 1213);
    cnop_span_cause("later");
    ck_assert_str_eq(span.cause, "error 1213");
    span.cause[0] = '\0';
    memset(big, 'x', sizeof(big) - 1);
    cnop_span_cause("%s", big);
    ck_assert_uint_eq(strlen(span.cause), CNOP_SPAN_CAUSE_BYTES - 1);
}
END_TEST

START_TEST(without_a_span_every_call_is_free)
{
    cnop_span_enter(NULL);
    ck_assert_ptr_null(cnop_span_current());
    cnop_span_add_db_us(5);
    cnop_span_add_cache_us(5);
    cnop_span_cause("nobody reads this");
    ck_assert_uint_eq(cnop_span_left_ms(250), 250);
    cnop_span_enter(&span);
    ck_assert_ptr_eq(cnop_span_current(), &span);
    ck_assert_int_eq(span.db_us, 0);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, remaining_time);
    tcase_add_test(tests, charges_add_up);
    tcase_add_test(tests, first_cause_is_kept_and_fits);
    tcase_add_test(tests, without_a_span_every_call_is_free);
}

UNIT_MAIN("span", add)
