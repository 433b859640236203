/* SPDX-License-Identifier: MIT */
/* Clocks and calendar: formatting and parsing, every day of the accepted range. Covers
 * shared/base/calendar.c. */
#include "shared/base/clock.h"

#include <stdio.h>

#include "tests/fakes/clock_fake.h"
#include "tests/unit/unit.h"

static const char *
shown(char memory[32], int64_t wall_us)
{
    struct cnop_buf buf;

    cnop_buf_init(&buf, memory, 31);
    cnop_clock_format(&buf, wall_us);
    memory[buf.len] = '\0';
    return memory;
}

START_TEST(frozen_clocks_stand_still)
{
    clock_fake_freeze(1000, 2000);
    ck_assert_int_eq(cnop_clock_wall_us(), 1000);
    ck_assert_int_eq(cnop_clock_monotonic_us(), 2000);
    clock_fake_unfreeze();
    ck_assert_int_gt(cnop_clock_wall_us(), INT64_C(1700000000000000));
    ck_assert_int_ne(cnop_clock_monotonic_us(), 2000);
}
END_TEST

START_TEST(format_known_times)
{
    char memory[32];

    ck_assert_str_eq(shown(memory, 0), "1970-01-01T00:00:00.000000Z");
    ck_assert_str_eq(shown(memory, -1), "1969-12-31T23:59:59.999999Z");
    ck_assert_str_eq(shown(memory, INT64_C(951782400000001)), "2000-02-29T00:00:00.000001Z");
    ck_assert_str_eq(shown(memory, INT64_C(1795347296123456)), "2026-11-22T11:34:56.123456Z");
    ck_assert_str_eq(shown(memory, INT64_C(253402300799999999)), "9999-12-31T23:59:59.999999Z");
}
END_TEST

START_TEST(days_round_towards_the_past)
{
    ck_assert_int_eq(cnop_clock_utc_day(0), 0);
    ck_assert_int_eq(cnop_clock_utc_day(-1), -1);
    ck_assert_int_eq(cnop_clock_utc_day(INT64_C(86400000000) - 1), 0);
    ck_assert_int_eq(cnop_clock_utc_day(INT64_C(-86400000000)), -1);
    ck_assert_int_eq(cnop_clock_day_start_us(-1), INT64_C(-86400000000));
}
END_TEST

/* Years that are walked day by day; of the others only the length counts. */
static bool
is_walked(int year)
{
    return year < 5 || (year >= 1880 && year < 2220) || year > 9995;
}

/* Walks the accepted range with a calendar of its own: month lengths and the leap-year rule. */
START_TEST(days_of_four_digit_years)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int32_t expected = -719162; /* 0001-01-01 */

    for (int year = 1; year < 10000; year++) {
        bool is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

        if (!is_walked(year)) {
            expected += is_leap ? 366 : 365;
            continue;
        }
        for (int month = 1; month <= 12; month++) {
            int length = lengths[month - 1] + (month == 2 && is_leap ? 1 : 0);

            for (int day = 1; day <= 31; day++) {
                char text[40];
                char memory[16];
                struct cnop_buf buf;
                int32_t utc_day = INT32_MIN;
                enum cnop_err err;

                (void)snprintf(text, sizeof(text), "%04d-%02d-%02d", year, month, day);
                err = cnop_clock_parse_day(cnop_str_from(text), &utc_day);
                ck_assert_msg(err == (day <= length ? CNOP_OK : CNOP_E_INVALID), "%s", text);
                if (err != CNOP_OK)
                    continue;
                ck_assert_int_eq(utc_day, expected);
                cnop_buf_init(&buf, memory, sizeof(memory));
                cnop_clock_format_day(&buf, utc_day);
                ck_assert(cnop_str_equal(cnop_buf_view(&buf), cnop_str_from(text)));
                expected++;
            }
        }
    }
}
END_TEST

START_TEST(parse_times)
{
    static const struct {
        const char *text;
        int64_t wall_us;
    } rows[] = {
        {"1970-01-01", 0},
        {"1970-01-01T00:00:00Z", 0},
        {"1970-01-01t00:00:01z", 1000000},
        {"1970-01-01T00:00:00.5Z", 500000},
        {"1970-01-01T00:00:00.000001Z", 1},
        {"1970-01-01T00:00:00.123456789Z", 123456},
        {"1970-01-01T01:30:00+01:30", 0},
        {"1969-12-31T19:00:00-05:00", 0},
        {"2026-11-22T12:34:56.123456+00:00", INT64_C(1795350896123456)},
        {"9999-12-31", INT64_C(253402214400000000)},
        {"9999-12-31T23:59:59.999999Z", INT64_C(253402300799999999)},
    };
    int64_t wall_us;

    for (size_t i = 0; i < CNOP_COUNT(rows); i++) {
        ck_assert_msg(cnop_clock_parse(cnop_str_from(rows[i].text), &wall_us) == CNOP_OK, "%s",
                      rows[i].text);
        ck_assert_int_eq(wall_us, rows[i].wall_us);
    }
}
END_TEST

START_TEST(refuse_other_spellings)
{
    static const char *const rows[] = {
        "",
        "1970",
        "1970-1-1",
        "1970-00-01",
        "1970-13-01",
        "1970-02-30",
        "2023-02-29",
        "0000-12-31",
        "10000-01-01",
        "9999-12-31T23:59:59-00:01",
        "0001-01-01T00:00:00+00:01",
        "1970-01-01 00:00:00Z",
        "1970-01-01T",
        "1970-01-01T00:00Z",
        "1970-01-01T24:00:00Z",
        "1970-01-01T00:60:00Z",
        "1970-01-01T00:00:60Z",
        "1970-01-01T00:00:00",
        "1970-01-01T00:00:00.Z",
        "1970-01-01T00:00:00.1234567890Z",
        "1970-01-01T00:00:00+1:00",
        "1970-01-01T00:00:00+24:00",
        "1970-01-01T00:00:00Zx",
        "1970-01-01T00:00:00+0000",
        "+970-01-01",
        "19700101",
        "1970-01-01x",
    };
    int64_t wall_us = 7;
    int32_t utc_day = 7;

    for (size_t i = 0; i < CNOP_COUNT(rows); i++) {
        ck_assert_msg(cnop_clock_parse(cnop_str_from(rows[i]), &wall_us) == CNOP_E_INVALID, "%s",
                      rows[i]);
        ck_assert_msg(cnop_clock_parse_day(cnop_str_from(rows[i]), &utc_day) == CNOP_E_INVALID,
                      "%s", rows[i]);
    }
    ck_assert_int_eq(wall_us, 7);
    ck_assert_int_eq(utc_day, 7);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_test(tests, frozen_clocks_stand_still);
    tcase_add_test(tests, format_known_times);
    tcase_add_test(tests, days_round_towards_the_past);
    tcase_add_test(tests, days_of_four_digit_years);
    tcase_add_test(tests, parse_times);
    tcase_add_test(tests, refuse_other_spellings);
}

UNIT_MAIN("clock", add)
