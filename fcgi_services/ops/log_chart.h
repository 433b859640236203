/* SPDX-License-Identifier: MIT */
/* How many lines a search finds in each part of a span of time. Pure. */
#ifndef CNOP_OPS_LOG_CHART_H
#define CNOP_OPS_LOG_CHART_H

#include "fcgi_services/ops/log_line_json.h"

#define OPS_LOG_BAR_MAX 122 /* 120 parts, and two that begin or end outside of the span */

/* Bar n counts from_us + n * step_us <= time; both are multiples of the step. */
struct ops_log_chart {
    int64_t from_us;
    int64_t step_us;
    size_t count;
    uint64_t bars[OPS_LOG_BAR_MAX][OPS_LOG_SEVERITY_COUNT];
};

/* Empty bars over from_us <= time < to_us, as few as show it well. */
void ops_log_chart_init(struct ops_log_chart *chart, int64_t from_us, int64_t to_us);

void ops_log_chart_add(struct ops_log_chart *chart, const struct ops_log_facts *facts);

#endif
