/* SPDX-License-Identifier: MIT */
/* Routes every service has: liveness, readiness, metrics. The gateway maps them to its internal
 * listener only. They are neither logged nor counted. */
#include <stdarg.h>

#include "shared/web/request_state.h"
#include "shared/web/scoreboard.h"

#define HEALTH_CHECK_MAX 8

struct cnop_health {
    struct cnop_json_writer *json;
    size_t count;
    bool failed;
    bool degraded;
};

cnop_printf(4, 0) static void add_check(struct cnop_health *health, const char *name,
                                        const char *status, const char *fmt, va_list args);

static void
add_check(struct cnop_health *health, const char *name, const char *status, const char *fmt,
          va_list args)
{
    char text[160];

    cnop_assert(health->count < HEALTH_CHECK_MAX);
    health->count++;
    (void)vsnprintf(text, sizeof(text), fmt, args);
    cnop_json_object_open(health->json, NULL);
    cnop_json_text(health->json, "name", name);
    cnop_json_text(health->json, "status", status);
    cnop_json_text(health->json, "detail", text);
    cnop_json_object_close(health->json);
}

void
cnop_health_check(struct cnop_health *health, const char *name, enum cnop_err err, const char *fmt,
                  ...)
{
    va_list args;

    health->failed |= err != CNOP_OK;
    va_start(args, fmt);
    add_check(health, name, err == CNOP_OK ? "ok" : "failed", fmt, args);
    va_end(args);
}

void
cnop_health_note(struct cnop_health *health, const char *name, bool good, const char *fmt, ...)
{
    va_list args;

    health->degraded |= !good;
    va_start(args, fmt);
    add_check(health, name, good ? "ok" : "degraded", fmt, args);
    va_end(args);
}

static const char *
health_status(const struct cnop_health *health)
{
    if (health->failed)
        return "failed";
    return health->degraded ? "degraded" : "ok";
}

static enum cnop_err
health_live(struct cnop_request *req, struct cnop_response *res)
{
    struct cnop_json_writer *json = cnop_response_json(res);

    cnop_json_object_open(json, NULL);
    cnop_json_text(json, "status", "ok");
    cnop_json_text(json, "service", req->service->name);
    cnop_json_object_close(json);
    return CNOP_OK;
}

static enum cnop_err
health_ready(struct cnop_request *req, struct cnop_response *res)
{
    struct cnop_health health = {.json = cnop_response_json(res)};

    cnop_json_object_open(health.json, NULL);
    cnop_json_text(health.json, "service", req->service->name);
    cnop_json_array_open(health.json, "checks");
    if (req->service->ready != NULL)
        req->service->ready(req->env, &health);
    cnop_json_array_close(health.json);
    cnop_json_text(health.json, "status", health_status(&health));
    cnop_json_object_close(health.json);
    if (health.failed)
        cnop_response_status(res, 503);
    return CNOP_OK;
}

static enum cnop_err
metrics(struct cnop_request *req, struct cnop_response *res)
{
    cnop_response_cache_control(res, "no-cache");
    cnop_metrics_print(req->service,
                       cnop_response_raw(res, "text/plain; version=0.0.4; charset=utf-8"));
    return CNOP_OK;
}

const struct cnop_route cnop_builtin_routes[] = {
    {CNOP_GET, "/health/live", health_live, CNOP_ROLE_PUBLIC, 0, CNOP_ROUTE_NO_LOG},
    {CNOP_GET, "/health/ready", health_ready, CNOP_ROLE_PUBLIC, 0, CNOP_ROUTE_NO_LOG},
    {CNOP_GET, "/metrics", metrics, CNOP_ROLE_PUBLIC, 0, CNOP_ROUTE_NO_LOG},
};
const size_t cnop_builtin_route_count = CNOP_COUNT(cnop_builtin_routes);
