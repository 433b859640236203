/* SPDX-License-Identifier: MIT */
/* A line of a log as far as it is believed: one strict JSON object with a time, judged by its
 * members. Pure. */
#ifndef CNOP_OPS_LOG_LINE_JSON_H
#define CNOP_OPS_LOG_LINE_JSON_H

#include "fcgi_services/ops/log_query.h"

/* By `level` and `status`, whichever is graver: 4xx is a warning, 5xx an error. */
enum ops_log_severity {
    OPS_LOG_FINE,
    OPS_LOG_WARNING,
    OPS_LOG_ERROR,
    OPS_LOG_SEVERITY_COUNT,
};

struct ops_log_facts {
    int64_t time_us;
    enum ops_log_severity severity;
};

/* True: the line is such an object, within the span of the query, and passes its tests. A field is
 * a member of the line, else of its `extra`; extra_NAME is the latter alone. */
bool ops_log_line_read(const struct ops_log_query *query, struct cnop_str line,
                       struct ops_log_facts *ret_facts);

#endif
