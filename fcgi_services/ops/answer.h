/* SPDX-License-Identifier: MIT */
/* What Prometheus answered, as far as it is believed: within bounds, on the grid that was asked
 * for, values as decimal text. Pure. Anything else makes the whole answer unusable. */
#ifndef CNOP_OPS_ANSWER_H
#define CNOP_OPS_ANSWER_H

#include "fcgi_services/ops/asking.h"
#include "shared/json/json_read.h"

#define OPS_ANSWER_BYTES ((size_t)1024 * 1024)
#define OPS_SERIES_MAX 64
#define OPS_VALUE_BYTES 32 /* longest decimal */

extern const struct cnop_json_limits ops_answer_limits;

struct ops_series {
    const struct cnop_json *labels;
    const struct cnop_str *values; /* one for each moment of the grid; empty: a gap */
};

struct ops_matrix {
    struct ops_series series[OPS_SERIES_MAX];
    size_t count;
    size_t omitted; /* series beyond the most that are shown */
};

/* Of a range query. MONITORING_FAILED: not an answer to it; NO_MEMORY. */
cnop_must_check enum cnop_err ops_read_matrix(struct cnop_arena *arena, struct cnop_str body,
                                              const struct ops_grid *grid,
                                              struct ops_matrix *ret_matrix);

struct ops_sample {
    const struct cnop_json *labels;
    struct cnop_str value; /* empty: not a number */
};

/* Of an instant query, the same. */
cnop_must_check enum cnop_err ops_read_vector(struct cnop_arena *arena, struct cnop_str body,
                                              const struct ops_sample **ret_samples,
                                              size_t *ret_count);

/* Value of a label (or of a member that is text); empty when there is none. */
struct cnop_str ops_label(const struct cnop_json *labels, struct cnop_str name);

/* A legend with its labels filled in: "{{service}} p95". */
void ops_write_legend(struct cnop_buf *buf, const char *legend, const struct cnop_json *labels);

#endif
