/* SPDX-License-Identifier: MIT */
/* The engine's counts in memory, for unit tests. */
#include "tests/fakes/engine_metrics_fake.h"

int64_t engine_metrics_fake[ENGINE_METRIC_COUNT];

void
engine_metric_add(enum engine_metric metric, int64_t delta)
{
    engine_metrics_fake[metric] += delta;
}

void
engine_metric_set(enum engine_metric metric, int64_t value)
{
    engine_metrics_fake[metric] = value;
}

void
engine_metric_observe(enum engine_metric metric, int64_t value)
{
    engine_metrics_fake[metric] = value;
}
