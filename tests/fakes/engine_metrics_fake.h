/* SPDX-License-Identifier: MIT */
/* The engine's counts in memory, for unit tests: sums, and the last value of what is observed. */
#ifndef CNOP_TESTS_FAKES_ENGINE_METRICS_FAKE_H
#define CNOP_TESTS_FAKES_ENGINE_METRICS_FAKE_H

#include "fcgi_services/order/engine_metrics.h"

extern int64_t engine_metrics_fake[ENGINE_METRIC_COUNT];

#endif
