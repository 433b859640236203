/* SPDX-License-Identifier: MIT */
/* The pause after failed logins: free tries, growth, ceiling, end. */
#include "fcgi_services/auth/login_budget.h"

#include "shared/base/attr.h"
#include "tests/unit/unit.h"

#define SECOND_US INT64_C(1000000)
#define NOW_US (INT64_C(1800000000) * SECOND_US)

static int64_t
pause_after(uint32_t failures)
{
    struct login_series budget = {
        .account = {.failure_count = failures, .last_failure_us = NOW_US}};

    return login_budget_wait_us(&budget, false, NOW_US);
}

START_TEST(pauses_grow_and_end)
{
    static const struct {
        uint32_t failures;
        int64_t seconds;
    } rows[] = {{0, 0},    {1, 0},    {9, 0},    {10, 1},     {11, 2},     {15, 32},
                {19, 512}, {20, 900}, {99, 900}, {100, 3600}, {5000, 3600}};

    for (size_t i = 0; i < CNOP_COUNT(rows); i++)
        ck_assert_int_eq(pause_after(rows[i].failures), rows[i].seconds * SECOND_US);
}
END_TEST

START_TEST(waiting_helps)
{
    struct login_series budget = {.account = {.failure_count = 20, .last_failure_us = NOW_US}};

    ck_assert_int_eq(login_budget_wait_us(&budget, false, NOW_US + 899 * SECOND_US), SECOND_US);
    ck_assert_int_eq(login_budget_wait_us(&budget, false, NOW_US + 900 * SECOND_US), 0);
}
END_TEST

/* NIST's ceiling of 100 consecutive failures is most of a day away, however patient the guesser. */
START_TEST(a_hundred_guesses_take_long)
{
    int64_t total_us = 0;

    for (uint32_t failures = 0; failures < 100; failures++)
        total_us += pause_after(failures);
    ck_assert_int_ge(total_us, 18 * 3600 * SECOND_US);
}
END_TEST

START_TEST(no_lock_is_for_ever)
{
    struct login_series budget = {
        .account = {.failure_count = UINT32_MAX, .last_failure_us = NOW_US}};

    ck_assert_int_eq(login_budget_wait_us(&budget, false, NOW_US + LOGIN_BUDGET_MEMORY_US), 0);
    ck_assert_int_le(login_budget_wait_us(&budget, false, NOW_US), 3600 * SECOND_US);
}
END_TEST

/* Who is known waits for what came from their own source only - but does wait. */
START_TEST(known_sources_answer_for_themselves)
{
    struct login_series series = {.account = {20, NOW_US}, .source = {9, NOW_US}};

    ck_assert_int_eq(login_budget_wait_us(&series, true, NOW_US), 0);
    ck_assert_int_eq(login_budget_wait_us(&series, false, NOW_US), 900 * SECOND_US);
    series.source.failure_count = 12;
    ck_assert_int_eq(login_budget_wait_us(&series, true, NOW_US), 4 * SECOND_US);
}
END_TEST

START_TEST(a_right_attempt_is_forgiven_with_its_source)
{
    struct login_series series = {.account = {20, NOW_US - 5}, .source = {3, NOW_US - 9}};
    struct login_series before = series;

    login_budget_charge(&series, NOW_US);
    ck_assert_uint_eq(series.account.failure_count, 21);
    ck_assert_uint_eq(series.source.failure_count, 4);
    login_budget_forgive(&series, &before, NOW_US);
    ck_assert_uint_eq(series.source.failure_count, 0);
    ck_assert_uint_eq(series.account.failure_count, 17); /* what came from elsewhere stays */
    ck_assert_int_eq(series.account.last_failure_us, NOW_US - 5); /* and its pause is no longer */

    series = before;
    login_budget_charge(&series, NOW_US);
    series.account.failure_count++; /* somebody else guessed meanwhile */
    series.account.last_failure_us = NOW_US + 7;
    login_budget_forgive(&series, &before, NOW_US);
    ck_assert_uint_eq(series.account.failure_count, 18);
    ck_assert_int_eq(series.account.last_failure_us, NOW_US + 7);
}
END_TEST

START_TEST(a_series_ends_after_a_day)
{
    struct login_series series = {.account = {20, NOW_US}, .source = {20, NOW_US}};

    login_budget_charge(&series, NOW_US + LOGIN_BUDGET_MEMORY_US + 1);
    ck_assert_uint_eq(series.account.failure_count, 1);
    ck_assert_uint_eq(series.source.failure_count, 1);
}
END_TEST

/* The clock was a year ahead and is right again: the pause counts from now, not from next year. */
START_TEST(a_clock_set_back_does_not_lock)
{
    const int64_t year_us = 365 * 24 * 3600 * SECOND_US;
    struct login_series series = {.account = {20, NOW_US + year_us}, .source = {1, NOW_US}};

    ck_assert(login_budget_rebase(&series, NOW_US));
    ck_assert(!login_budget_rebase(&series, NOW_US));
    ck_assert_int_eq(login_budget_wait_us(&series, false, NOW_US), 900 * SECOND_US);
    ck_assert_int_eq(login_budget_wait_us(&series, false, NOW_US + 900 * SECOND_US), 0);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_test(tests, pauses_grow_and_end);
    tcase_add_test(tests, waiting_helps);
    tcase_add_test(tests, a_hundred_guesses_take_long);
    tcase_add_test(tests, no_lock_is_for_ever);
    tcase_add_test(tests, known_sources_answer_for_themselves);
    tcase_add_test(tests, a_right_attempt_is_forgiven_with_its_source);
    tcase_add_test(tests, a_series_ends_after_a_day);
    tcase_add_test(tests, a_clock_set_back_does_not_lock);
}

UNIT_MAIN("login_budget", add)
