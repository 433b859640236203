/* SPDX-License-Identifier: MIT */
/* Time zone files (shared/base/zone.c, shared/base/zone_rule.c): names that can leave the folder,
 * files that lie, days of 23, 24 and 25 hours. The system's own database is compared in
 * test_zone_oracle.py. */
#include "shared/base/zone.h"

#include <string.h>

#include "shared/base/clock.h"
#include "tests/unit/unit.h"

#define HOUR_US (INT64_C(3600) * 1000000)
#define HEADER_BYTES 44
#define BERLIN "CET-1CEST,M3.5.0,M10.5.0/3"

/* ---- a file in memory ---- */

static char file[4096];
static size_t file_len;

static void
put(uint64_t value, size_t count)
{
    while (count-- > 0)
        file[file_len++] = (char)(count < sizeof(value) ? value >> 8 * count : 0);
}

static void
put_header(uint64_t times, uint64_t types)
{
    memcpy(file + file_len, "TZif2", 5);
    file_len += 5;
    put(0, 15 + 12); /* reserved; no flags of UT and standard time, no leap seconds */
    put(times, 4);
    put(types, 4);
    put(4, 4); /* bytes of abbreviations */
}

/* One type of each offset; from at[i] on the type i + 1. */
static void
build(const int64_t *at, size_t count, const int32_t *offsets, const char *rule)
{
    file_len = 0;
    put_header(0, 1);
    put(0, 6 + 4);
    put_header(count, count + 1);
    for (size_t i = 0; i < count; i++)
        put((uint64_t)at[i], 8);
    for (size_t i = 0; i < count; i++)
        put(i + 1, 1);
    for (size_t i = 0; i <= count; i++) {
        put((uint32_t)offsets[i], 4);
        put(0, 2);
    }
    put(0, 4);
    file_len += (size_t)snprintf(file + file_len, 200, "\n%s\n", rule);
}

static enum cnop_err
parse(struct cnop_zone *ret_zone)
{
    return cnop_zone_parse(cnop_str_make(file, file_len), ret_zone);
}

static struct cnop_zone
zone_of(const char *rule)
{
    struct cnop_zone zone = {0};

    build(NULL, 0, &(int32_t){0}, rule);
    ck_assert_int_eq(parse(&zone), CNOP_OK);
    return zone;
}

static int32_t
day(const char *text)
{
    int32_t number = 0;

    ck_assert_int_eq(cnop_clock_parse_day(cnop_str_from(text), &number), CNOP_OK);
    return number;
}

static void
assert_begins(const struct cnop_zone *zone, const char *date, const char *utc)
{
    char memory[32];
    struct cnop_buf buf;

    cnop_buf_init(&buf, memory, sizeof(memory));
    cnop_clock_format(&buf, cnop_zone_day_start_us(zone, day(date)));
    ck_assert_msg(cnop_str_has_prefix(cnop_buf_view(&buf), cnop_str_from(utc)), "%s: %.*s", date,
                  CNOP_STR_ARG(cnop_buf_view(&buf)));
}

static int64_t
hours(const struct cnop_zone *zone, const char *date)
{
    int32_t number = day(date);

    return (cnop_zone_day_start_us(zone, number + 1) - cnop_zone_day_start_us(zone, number)) /
           HOUR_US;
}

/* ---- days ---- */

START_TEST(days_have_23_24_and_25_hours)
{
    struct cnop_zone zone = zone_of(BERLIN);

    ck_assert_int_eq(hours(&zone, "2026-03-28"), 24);
    ck_assert_int_eq(hours(&zone, "2026-03-29"), 23);
    ck_assert_int_eq(hours(&zone, "2026-10-25"), 25);
    ck_assert_int_eq(hours(&zone, "2026-10-26"), 24);
    assert_begins(&zone, "2026-10-25", "2026-10-24T22:00:00");
    assert_begins(&zone, "2026-10-26", "2026-10-25T23:00:00");
    assert_begins(&zone, "0001-01-02", "0001-01-01T23:00:00");
    assert_begins(&zone, "9999-12-31", "9999-12-30T23:00:00");
}
END_TEST

/* Summer time over the turn of the year, a negative one, hours beyond the day, Julian days. */
START_TEST(rules_of_all_kinds)
{
    struct cnop_zone south = zone_of("AEST-10AEDT,M10.1.0,M4.1.0/3");
    struct cnop_zone dublin = zone_of("IST-1GMT0,M10.5.0,M3.5.0/1");
    struct cnop_zone nuuk = zone_of("<-02>2<-01>,M3.5.0/-1,M10.5.0/0");
    struct cnop_zone julian = zone_of("AAA0BBB,J60,J300");
    struct cnop_zone zero = zone_of("AAA0BBB,59,299");

    ck_assert_int_eq(hours(&south, "2026-04-05"), 25);
    ck_assert_int_eq(hours(&south, "2026-10-04"), 23);
    assert_begins(&south, "2026-01-01", "2025-12-31T13:00:00");
    assert_begins(&south, "2026-07-01", "2026-06-30T14:00:00");
    ck_assert_int_eq(hours(&dublin, "2026-03-29"), 23);
    assert_begins(&dublin, "2026-07-01", "2026-06-30T23:00:00");
    assert_begins(&dublin, "2026-12-01", "2026-12-01T00:00:00");
    ck_assert_int_eq(hours(&nuuk, "2026-03-28"), 23);   /* at 23:00 on Saturday */
    ck_assert_int_eq(hours(&julian, "2024-03-01"), 23); /* J60 is 1 March, also in leap years */
    ck_assert_int_eq(hours(&zero, "2024-02-29"), 23);
    ck_assert_int_eq(hours(&zero, "2026-03-01"), 23);
}
END_TEST

/* Clocks jump from 00:00 to 01:00: the day begins at one. They go from 00:00 back to 23:00: the day
 * before has 25 hours. Midnight comes twice: the first one counts. */
START_TEST(midnights_are_skipped_and_repeated)
{
    struct cnop_zone cairo = zone_of("EET-2EEST,M4.5.5/0,M10.5.4/24");
    struct cnop_zone havana = zone_of("CST5CDT,M3.2.0/0,M11.1.0/1");

    assert_begins(&cairo, "2026-04-24", "2026-04-23T22:00:00");
    ck_assert_int_eq(hours(&cairo, "2026-04-24"), 23);
    ck_assert_int_eq(hours(&cairo, "2026-10-29"), 25);
    assert_begins(&havana, "2026-11-01", "2026-11-01T04:00:00");
    ck_assert_int_eq(hours(&havana, "2026-11-01"), 25);
}
END_TEST

START_TEST(listed_changes_come_before_the_rule)
{
    /* Over the date line on 30 December 2011: that day never was. */
    const int64_t at[] = {-1000000000, 1325239200};
    const int32_t offsets[] = {-41216, -36000, 50400};
    struct cnop_zone zone;

    build(at, 2, offsets, "<+14>-14");
    ck_assert_int_eq(parse(&zone), CNOP_OK);
    assert_begins(&zone, "1900-01-01", "1900-01-01T11:26:56");
    assert_begins(&zone, "2011-12-29", "2011-12-29T10:00:00");
    assert_begins(&zone, "2011-12-30", "2011-12-30T10:00:00");
    assert_begins(&zone, "2011-12-31", "2011-12-30T10:00:00");
    assert_begins(&zone, "2026-01-01", "2025-12-31T10:00:00");
    build(at, 2, offsets, ""); /* without a rule the last offset stays */
    ck_assert_int_eq(parse(&zone), CNOP_OK);
    assert_begins(&zone, "2026-01-01", "2025-12-31T10:00:00");
}
END_TEST

/* ---- names ---- */

static const char *const good_names[] = {
    "UTC",        "Europe/Berlin",          "America/Argentina/Buenos_Aires",
    "Etc/GMT+12", "America/Port-au-Prince", "EST5EDT"};

START_TEST(names)
{
    ck_assert(cnop_zone_is_name(cnop_str_from(good_names[_i])));
}
END_TEST

static const char *const bad_names[] = {
    "",
    "/",
    "/etc/passwd",
    "../../../etc/passwd",
    "Europe/../../etc/passwd",
    "Europe//Berlin",
    "Europe/",
    ".",
    "Europe/.",
    "Europe\\Berlin",
    "Europe/Berlin ",
    "Europe/Berlin\n",
    "Z\xc3\xbcrich",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};

START_TEST(names_that_lead_astray)
{
    struct cnop_arena *arena = cnop_arena_new(4096);
    struct cnop_zone zone;

    ck_assert(!cnop_zone_is_name(cnop_str_from(bad_names[_i])));
    ck_assert_int_eq(cnop_zone_load(arena, cnop_str_from(bad_names[_i]), &zone), CNOP_E_NOT_FOUND);
    cnop_arena_free(&arena);
}
END_TEST

START_TEST(a_name_stops_at_its_end)
{
    struct cnop_arena *arena = cnop_arena_new((size_t)128 * 1024);
    struct cnop_zone zone;

    ck_assert(!cnop_zone_is_name(CNOP_STR("UTC\0/../x")));
    /* a folder, a list, leap seconds */
    ck_assert_int_eq(cnop_zone_load(arena, CNOP_STR("Europe"), &zone), CNOP_E_NOT_FOUND);
    ck_assert_int_eq(cnop_zone_load(arena, CNOP_STR("leapseconds"), &zone), CNOP_E_NOT_FOUND);
    ck_assert_int_eq(cnop_zone_load(arena, CNOP_STR("right/UTC"), &zone), CNOP_E_NOT_FOUND);
    ck_assert_int_eq(cnop_zone_load(arena, CNOP_STR("Mars/Olympus"), &zone), CNOP_E_NOT_FOUND);
    cnop_arena_free(&arena);
}
END_TEST

/* ---- files that lie ---- */

static const char *const bad_rules[] = {"CET",
                                        "-1",
                                        "CET-1CEST",
                                        "CET-1CEST,M3.5.0",
                                        "CET-1CEST,M13.5.0,M10.5.0",
                                        "CET-1CEST,M3.6.0,M10.5.0",
                                        "CET-1CEST,M3.5.7,M10.5.0",
                                        "CET-1CEST,J0,J300",
                                        "CET-1CEST,J60,J366",
                                        "CET-1CEST,60,366",
                                        "CET-25",
                                        "CET-1CEST,M3.5.0/168,M10.5.0",
                                        "CET-1CEST,M3.5.0,M10.5.0/3x",
                                        "C1",
                                        "<CET-1",
                                        "CET-1:60",
                                        "CET-1:00:",
                                        ":Europe/Berlin"};

START_TEST(rules_that_are_none)
{
    struct cnop_zone zone;

    build(NULL, 0, &(int32_t){0}, bad_rules[_i]);
    ck_assert_int_eq(parse(&zone), CNOP_E_INVALID);
}
END_TEST

START_TEST(every_cut_is_refused)
{
    const int64_t at[] = {0, 1000};
    const int32_t offsets[] = {0, 3600, 7200};
    struct cnop_zone zone;

    build(at, 2, offsets, BERLIN);
    ck_assert_int_eq(parse(&zone), CNOP_OK);
    for (size_t len = file_len; len-- > 0;)
        ck_assert_int_eq(cnop_zone_parse(cnop_str_make(file, len), &zone), CNOP_E_INVALID);
}
END_TEST

/* Where a number stands in a file of two changes, and one that it must not be. */
static const struct lie {
    size_t at;
    uint8_t value;
} lies[] = {
    {0, 't'},                           /* not the magic word */
    {4, 0},                             /* version 1 */
    {HEADER_BYTES + 10 + 20, 255},      /* more flags than types can have */
    {HEADER_BYTES + 10 + 31, 1},        /* leap seconds */
    {HEADER_BYTES + 10 + 32, 255},      /* billions of transitions */
    {HEADER_BYTES + 10 + 36, 1},        /* millions of types */
    {HEADER_BYTES + 10 + 39, 0},        /* no type at all */
    {HEADER_BYTES + 10 + 40, 127},      /* gigabytes of abbreviations */
    {2 * HEADER_BYTES + 10 + 8, 0x80},  /* times that go back */
    {2 * HEADER_BYTES + 10 + 8, 0x7f},  /* a time at the end of all times */
    {2 * HEADER_BYTES + 10 + 16, 3},    /* a type that there is not */
    {2 * HEADER_BYTES + 10 + 18, 0x7f}, /* an offset of decades */
};

START_TEST(lies_are_refused)
{
    const int64_t at[] = {0, 1000};
    const int32_t offsets[] = {0, 3600, 7200};
    struct cnop_zone zone;

    build(at, 2, offsets, BERLIN);
    ck_assert_int_eq(parse(&zone), CNOP_OK);
    file[lies[_i].at] = (char)lies[_i].value;
    ck_assert_int_eq(parse(&zone), CNOP_E_INVALID);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_test(tests, days_have_23_24_and_25_hours);
    tcase_add_test(tests, rules_of_all_kinds);
    tcase_add_test(tests, midnights_are_skipped_and_repeated);
    tcase_add_test(tests, listed_changes_come_before_the_rule);
    tcase_add_loop_test(tests, names, 0, (int)CNOP_COUNT(good_names));
    tcase_add_loop_test(tests, names_that_lead_astray, 0, (int)CNOP_COUNT(bad_names));
    tcase_add_test(tests, a_name_stops_at_its_end);
    tcase_add_loop_test(tests, rules_that_are_none, 0, (int)CNOP_COUNT(bad_rules));
    tcase_add_test(tests, every_cut_is_refused);
    tcase_add_loop_test(tests, lies_are_refused, 0, (int)CNOP_COUNT(lies));
}

UNIT_MAIN("zone", add)
