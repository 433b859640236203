/* SPDX-License-Identifier: MIT */
/* The engine's own metrics: places in its table (engine_main.c), in order. */
#ifndef CNOP_ORDER_ENGINE_METRICS_H
#define CNOP_ORDER_ENGINE_METRICS_H

#include "shared/web/metrics.h"

enum engine_metric {
    ENGINE_METRIC_COMMITTED,
    ENGINE_METRIC_COMMIT_FAILED,
    ENGINE_METRIC_ISOLATED,
    ENGINE_METRIC_SHED,
    ENGINE_METRIC_LOOKUP,
    ENGINE_METRIC_REPLAYED,
    ENGINE_METRIC_TICKS,
    ENGINE_METRIC_WAITING,
    ENGINE_METRIC_BATCH_SIZE,
    ENGINE_METRIC_COMMIT_SECONDS,
    ENGINE_METRIC_COUNT
};

extern const struct cnop_metric_def engine_metrics[ENGINE_METRIC_COUNT];

#endif
