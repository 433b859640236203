/* SPDX-License-Identifier: MIT */
/* Bars over a span. */
#include "fcgi_services/ops/log_chart.h"

#include "shared/base/base.h"
#include "tests/unit/unit.h"

#define US_PER_S INT64_C(1000000)
#define NOW_US (INT64_C(1795752007) * US_PER_S + 123456)

static struct ops_log_chart chart;

START_TEST(every_span_fits_and_is_covered)
{
    const int64_t most_us = INT64_C(31) * 86400 * US_PER_S;

    for (int64_t span_us = 1; span_us <= most_us; span_us += 1 + span_us / 7) {
        int64_t from_us = NOW_US - span_us;

        ops_log_chart_init(&chart, from_us, NOW_US);
        ck_assert_uint_ge(chart.count, 1);
        ck_assert_int_le(chart.from_us, from_us);
        ck_assert_int_eq(chart.from_us % chart.step_us, 0);
        ck_assert_int_ge(chart.from_us + (int64_t)chart.count * chart.step_us, NOW_US);
        ops_log_chart_add(&chart, &(struct ops_log_facts){.time_us = from_us});
        ops_log_chart_add(&chart, &(struct ops_log_facts){.time_us = NOW_US - 1});
    }
}
END_TEST

START_TEST(lines_are_counted_by_severity)
{
    const struct ops_log_facts facts[] = {
        {.time_us = NOW_US - 1, .severity = OPS_LOG_ERROR},
        {.time_us = NOW_US - 1, .severity = OPS_LOG_ERROR},
        {.time_us = NOW_US - 1, .severity = OPS_LOG_FINE},
        {.time_us = NOW_US - 60 * US_PER_S, .severity = OPS_LOG_WARNING},
    };

    ops_log_chart_init(&chart, NOW_US - 60 * US_PER_S, NOW_US);
    ck_assert_int_eq(chart.step_us, US_PER_S);
    ck_assert_uint_eq(chart.count, 61);
    for (size_t i = 0; i < CNOP_COUNT(facts); i++)
        ops_log_chart_add(&chart, &facts[i]);
    ck_assert_uint_eq(chart.bars[60][OPS_LOG_ERROR], 2);
    ck_assert_uint_eq(chart.bars[60][OPS_LOG_FINE], 1);
    ck_assert_uint_eq(chart.bars[0][OPS_LOG_WARNING], 1);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_test(tests, every_span_fits_and_is_covered);
    tcase_add_test(tests, lines_are_counted_by_severity);
}

UNIT_MAIN("log_chart", add)
