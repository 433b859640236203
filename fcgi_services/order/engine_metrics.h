/* SPDX-License-Identifier: MIT */
/* What the engine counts. Where the counts go is the program's business (engine_metrics_env.c). */
#ifndef CNOP_ORDER_ENGINE_METRICS_H
#define CNOP_ORDER_ENGINE_METRICS_H

#include <stdint.h>

/* Places in the table of metrics, in order. */
enum engine_metric {
    ENGINE_METRIC_COMMITTED,
    ENGINE_METRIC_COMMIT_FAILED,
    ENGINE_METRIC_COMMIT_UNKNOWN,
    ENGINE_METRIC_ISOLATED,
    ENGINE_METRIC_BLOCKED,
    ENGINE_METRIC_SHED,
    ENGINE_METRIC_LOOKUP,
    ENGINE_METRIC_REPLAYED,
    ENGINE_METRIC_TICKS,
    ENGINE_METRIC_FINDINGS_TOTAL,
    ENGINE_METRIC_FINDINGS,
    ENGINE_METRIC_NOT_DURABLE,
    ENGINE_METRIC_VERIFIED_ACCOUNTS,
    ENGINE_METRIC_VERIFIED_SEQ,
    ENGINE_METRIC_VERIFIED_TIME,
    ENGINE_METRIC_EVENTS_PUBLISHED,
    ENGINE_METRIC_EVENTS_RESETS,
    ENGINE_METRIC_EVENTS_DAMAGED,
    ENGINE_METRIC_EVENTS_PRUNED,
    ENGINE_METRIC_EVENTS_HEAD,
    ENGINE_METRIC_EVENTS_WAITING,
    ENGINE_METRIC_EVENTS_LAG,
    ENGINE_METRIC_GATEWAYS_BEHIND,
    ENGINE_METRIC_WAITING,
    ENGINE_METRIC_BATCH_SIZE,
    ENGINE_METRIC_COMMIT_SECONDS,
    ENGINE_METRIC_COUNT
};

void engine_metric_add(enum engine_metric metric, int64_t delta);
void engine_metric_set(enum engine_metric metric, int64_t value);
void engine_metric_observe(enum engine_metric metric, int64_t value);

#endif
