/* SPDX-License-Identifier: MIT */
/* What Prometheus is asked: the moments of a chart within bounds, and the body of the request.
 * Pure. */
#ifndef CNOP_OPS_ASKING_H
#define CNOP_OPS_ASKING_H

#include "shared/base/buf.h"

#define OPS_POINTS_MAX 241 /* of a series: 240 steps */
#define OPS_STEP_MIN_S 5
#define OPS_STEP_MAX_S 86400
#define OPS_SPAN_MAX_S (UINT64_C(31) * 86400)
#define OPS_SPAN_DEFAULT_S 3600

/* As asked for, in Unix seconds; 0 stands for what was left out. */
struct ops_span {
    uint64_t from_s;
    uint64_t to_s;
    uint64_t step_s;
};

/* The moments of a chart: from_s, from_s + step_s, ...; both are multiples of the step, so that a
 * chart that is asked for again a little later has its old points at the same places. None is after
 * now, unless there are only two. */
struct ops_grid {
    uint64_t from_s;
    uint64_t step_s;
    size_t count; /* 2 to OPS_POINTS_MAX */
};

/* Why a span is refused: static text that completes "<field> ...". */
struct ops_span_fault {
    const char *field;
    const char *rule;
};

/* INVALID: ret_fault says why. */
cnop_must_check enum cnop_err ops_grid_make(const struct ops_span *span, uint64_t now_s,
                                            struct ops_grid *ret_grid,
                                            struct ops_span_fault *ret_fault);

/* Form of /api/v1/query_range; $range of the expression becomes the longer of window_s and step. */
void ops_write_range_form(struct cnop_buf *buf, const char *expression, const struct ops_grid *grid,
                          uint64_t window_s);

/* Form of /api/v1/query, for now. */
void ops_write_instant_form(struct cnop_buf *buf, const char *expression);

#endif
