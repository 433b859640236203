/* SPDX-License-Identifier: MIT */
/* Counters of a service in one scoreboard shared by all its processes and kept over their restarts.
 * Requests are counted by the runtime under route templates, never raw paths; services add their
 * own rows by a static table and bump them by index. Updates are relaxed atomics: any thread, any
 * process, no locks. */
#ifndef CNOP_WEB_METRICS_H
#define CNOP_WEB_METRICS_H

#include "shared/base/buf.h"

#define CNOP_METRIC_MAX 64        /* rows of one service */
#define CNOP_METRIC_BUCKET_MAX 16 /* histogram bounds */

enum cnop_metric_kind {
    CNOP_METRIC_COUNTER,   /* only grows: cnop_metric_add */
    CNOP_METRIC_GAUGE,     /* cnop_metric_set, cnop_metric_add (may be negative) */
    CNOP_METRIC_HISTOGRAM, /* cnop_metric_observe */
};

struct cnop_metric_def {
    const char *name; /* full name: "order_batches_total" */
    const char *help;
    enum cnop_metric_kind kind;
    const char *labels;    /* NULL, or constant text such as: result=\"hit\" */
    const int64_t *bounds; /* HISTOGRAM: ascending upper bounds, in the unit observed */
    size_t bound_count;
    int64_t scale; /* printed value = observed / scale; 0 and 1: as is. 1000000: us as seconds */
};

/* Rows of one name must be adjacent (HELP and TYPE are printed once). index is the row's place in
 * the service's table. Without a running service these do nothing (unit tests). */
void cnop_metric_add(size_t index, int64_t delta);
void cnop_metric_set(size_t index, int64_t value);
void cnop_metric_observe(size_t index, int64_t value);

#endif
