/* SPDX-License-Identifier: MIT */
/* Bars of a width that people know. */
#include "fcgi_services/ops/log_chart.h"

#include "shared/base/base.h"

#define PARTS_MAX 120
#define US_PER_S INT64_C(1000000)

static int64_t
step_for(int64_t span_us)
{
    static const int64_t steps_s[] = {1,   2,   5,   10,   15,   30,   60,    120,
                                      300, 600, 900, 1800, 3600, 7200, 10800, 21600};

    for (size_t i = 0; i < CNOP_COUNT(steps_s); i++)
        if (span_us / (steps_s[i] * US_PER_S) < PARTS_MAX)
            return steps_s[i] * US_PER_S;
    return 86400 * US_PER_S;
}

void
ops_log_chart_init(struct ops_log_chart *chart, int64_t from_us, int64_t to_us)
{
    int64_t step_us = step_for(to_us - from_us);

    cnop_assert(from_us >= 0 && from_us < to_us);
    *chart = (struct ops_log_chart){.from_us = from_us / step_us * step_us, .step_us = step_us};
    chart->count = (size_t)((to_us - chart->from_us + step_us - 1) / step_us);
    cnop_assert(chart->count <= OPS_LOG_BAR_MAX);
}

void
ops_log_chart_add(struct ops_log_chart *chart, const struct ops_log_facts *facts)
{
    size_t at = (size_t)((facts->time_us - chart->from_us) / chart->step_us);

    cnop_assert(facts->time_us >= chart->from_us);
    cnop_assert(at < chart->count);
    chart->bars[at][facts->severity]++;
}
