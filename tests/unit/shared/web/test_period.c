/* SPDX-License-Identifier: MIT */
/* from, to and tz: instants, whole days there, and what is refused. */
#include "shared/web/period.h"

#include "shared/base/secret.h"
#include "tests/unit/shared/web/fixture.h"

#define HOUR_US (INT64_C(3600) * 1000000)
#define DAY_US (24 * HOUR_US)
#define NOV_22_US (INT64_C(1795305600) * 1000000) /* 2026-11-22T00:00:00Z */

static void
setup(void)
{
    cnop_secret_init();
    fixture_setup();
}

struct asked {
    const char *query;
    int64_t from_us, to_us;
};

static const struct asked accepted[] = {
    {"", INT64_MIN, INT64_MAX},
    {"tz=%2B02:00", INT64_MIN, INT64_MAX},
    {"from=2026-11-22", NOV_22_US, INT64_MAX},
    {"to=2026-11-22", INT64_MIN, NOV_22_US + DAY_US},
    {"from=2026-11-22&to=2026-11-22", NOV_22_US, NOV_22_US + DAY_US},
    {"from=2026-11-22T01:00:00Z&to=2026-11-22T02:00:00Z", NOV_22_US + HOUR_US,
     NOV_22_US + 2 * HOUR_US},
    {"from=2026-11-22T01:00:00Z&to=2026-11-22T01:00:00Z", NOV_22_US + HOUR_US, NOV_22_US + HOUR_US},
    {"from=2026-11-22&to=2026-11-22&tz=%2B02:00", NOV_22_US - 2 * HOUR_US,
     NOV_22_US + DAY_US - 2 * HOUR_US},
    {"from=2026-11-22&tz=-05:30", NOV_22_US + 5 * HOUR_US + HOUR_US / 2, INT64_MAX},
    {"from=2026-11-22&tz=utc", NOV_22_US, INT64_MAX},
    {"from=2026-11-22&tz=+02:00", NOV_22_US - 2 * HOUR_US, INT64_MAX}, /* a plus nobody encoded */
    {"from=2026-11-22T01:00:00+01:00", NOV_22_US, INT64_MAX},
    {"from=2026-11-22T00:00:00Z&tz=%2B02:00", NOV_22_US, INT64_MAX}, /* an instant is an instant */
};

START_TEST(period_of)
{
    struct cnop_period period;

    ck_assert_int_eq(fixture_load(accepted[_i].query, NULL), CNOP_OK);
    ck_assert_int_eq(cnop_request_period(fixture_request, &period), CNOP_OK);
    ck_assert_int_eq(period.from_us, accepted[_i].from_us);
    ck_assert_int_eq(period.to_us, accepted[_i].to_us);
}
END_TEST

static const struct {
    const char *query, *field;
} refused[] = {
    {"from=yesterday", "from"},
    {"from=", "from"},
    {"to=2026-02-30", "to"},
    {"from=2026-11-22&tz=Berlin", "tz"},
    {"from=2026-11-22&tz=%2B99:00", "tz"},
    {"tz=%2B02", "tz"},
    {"from=2026-11-23&to=2026-11-22T00:00:00Z", "from"},
};

START_TEST(refuses)
{
    struct cnop_period period = {7, 8};

    ck_assert_int_eq(fixture_load(refused[_i].query, NULL), CNOP_OK);
    ck_assert_int_eq(cnop_request_period(fixture_request, &period), CNOP_E_INVALID);
    ck_assert_uint_eq(fixture_request->fault_count, 1);
    ck_assert_str_eq(fixture_request->faults[0].field, refused[_i].field);
    ck_assert_int_eq(period.from_us, 7); /* results are written on success only */
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_checked_fixture(tests, setup, fixture_teardown);
    tcase_add_loop_test(tests, period_of, 0, (int)CNOP_COUNT(accepted));
    tcase_add_loop_test(tests, refuses, 0, (int)CNOP_COUNT(refused));
}

UNIT_MAIN("period", add)
