/* SPDX-License-Identifier: MIT */
/* Wiring of the engine's process: database, memory, threads, loop, metrics. */
#ifndef CNOP_ORDER_ENGINE_ENV_H
#define CNOP_ORDER_ENGINE_ENV_H

#include "fcgi_services/order/engine_config.h"
#include "fcgi_services/order/engine_metrics.h"
#include "shared/web/metrics.h"

extern const struct cnop_metric_def engine_metrics[ENGINE_METRIC_COUNT];

/* Hooks of struct cnop_service; the argument of the first is the configuration. */
cnop_must_check enum cnop_err engine_env_open(void *arg, unsigned thread, void **ret_env);
void engine_env_close(void *arg);
void engine_env_round_end(void *arg);
void engine_env_drain(void *arg);
void engine_env_health(void *arg, struct cnop_health *health);

#endif
