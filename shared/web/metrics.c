/* SPDX-License-Identifier: MIT */
/* The shared scoreboard as Prometheus text. Reads counters only; never changes one. */
#include "shared/web/metrics.h"

#include "config.h"

#include <string.h>

#include "shared/web/scoreboard.h"
#include "shared/web/web.h"

static uint64_t
load(const _Atomic uint64_t *value)
{
    return atomic_load_explicit(value, memory_order_relaxed);
}

/* value / scale with up to six decimals, trailing zeros trimmed. */
static void
print_scaled(struct cnop_buf *out, int64_t value, int64_t scale)
{
    int64_t rest, unit = scale;

    if (scale <= 1) {
        cnop_buf_i64(out, value);
        return;
    }
    if (value < 0) {
        cnop_buf_char(out, '-');
        value = -value;
    }
    cnop_buf_i64(out, value / scale);
    rest = value % scale;
    if (rest > 0)
        cnop_buf_char(out, '.');
    while (rest > 0 && unit > 1) {
        unit /= 10;
        cnop_buf_char(out, (char)('0' + rest / unit % 10));
        rest %= unit;
    }
}

static const char *
endpoint_of(const struct cnop_service *service, size_t route)
{
    return route < service->route_count ? service->routes[route].path : "unknown";
}

/* Two methods of one path are one endpoint: rows are printed at the first row of their path. */
static bool
is_first_of_path(const struct cnop_service *service, size_t route)
{
    for (size_t i = 0; i < route; i++)
        if (strcmp(endpoint_of(service, i), endpoint_of(service, route)) == 0)
            return false;
    return true;
}

static uint64_t
sum_over_path(const struct cnop_service *service, size_t first, size_t offset)
{
    const struct cnop_scoreboard *scoreboard = cnop_scoreboard_get();
    uint64_t sum = 0;

    for (size_t i = first; i <= service->route_count; i++) {
        const char *counts = (const char *)&scoreboard->routes[i];

        if (strcmp(endpoint_of(service, i), endpoint_of(service, first)) == 0)
            sum += load((const _Atomic uint64_t *)(const void *)(counts + offset));
    }
    return sum;
}

static void
print_requests(const struct cnop_service *service, struct cnop_buf *out, bool errors_only)
{
    const char *what = errors_only ? "errors" : "requests";

    cnop_buf_printf(out, "# HELP %s_%s_total %s\n# TYPE %s_%s_total counter\n", service->name, what,
                    errors_only ? "Answers with a status of 400 or above."
                                : "Answers, by status and route.",
                    service->name, what);
    for (size_t i = 0; i <= service->route_count; i++) {
        if (!is_first_of_path(service, i))
            continue;
        for (size_t slot = 0; slot < CNOP_STATUS_SLOTS; slot++) {
            bool named = slot < CNOP_COUNT(cnop_scoreboard_statuses);
            uint64_t count = sum_over_path(
                service, i, offsetof(struct cnop_route_counts, status) + slot * sizeof(uint64_t));

            if (count == 0 || (errors_only && named && cnop_scoreboard_statuses[slot] < 400))
                continue;
            cnop_buf_printf(out, "%s_%s_total{status_code=\"", service->name, what);
            if (named)
                cnop_buf_i64(out, cnop_scoreboard_statuses[slot]);
            else
                cnop_buf_text(out, "other");
            cnop_buf_printf(out, "\",endpoint=\"%s\"} %llu\n", endpoint_of(service, i),
                            (unsigned long long)count);
        }
    }
}

static void
print_latency(const struct cnop_service *service, struct cnop_buf *out)
{
    cnop_buf_printf(out,
                    "# HELP %s_request_latency_seconds Time from a whole request to its answer.\n"
                    "# TYPE %s_request_latency_seconds histogram\n",
                    service->name, service->name);
    for (size_t i = 0; i <= service->route_count; i++) {
        const char *endpoint = endpoint_of(service, i);
        uint64_t total = 0;

        if (!is_first_of_path(service, i))
            continue;
        for (size_t bucket = 0; bucket <= CNOP_LATENCY_BOUNDS; bucket++) {
            total += sum_over_path(service, i,
                                   offsetof(struct cnop_route_counts, latency) +
                                       bucket * sizeof(uint64_t));
            cnop_buf_printf(out, "%s_request_latency_seconds_bucket{endpoint=\"%s\",le=\"",
                            service->name, endpoint);
            if (bucket < CNOP_LATENCY_BOUNDS)
                print_scaled(out, cnop_scoreboard_latency_bounds_us[bucket], 1000000);
            else
                cnop_buf_text(out, "+Inf");
            cnop_buf_printf(out, "\"} %llu\n", (unsigned long long)total);
        }
        cnop_buf_printf(out, "%s_request_latency_seconds_sum{endpoint=\"%s\"} ", service->name,
                        endpoint);
        print_scaled(
            out,
            (int64_t)sum_over_path(service, i, offsetof(struct cnop_route_counts, latency_sum_us)),
            1000000);
        cnop_buf_printf(out, "\n%s_request_latency_seconds_count{endpoint=\"%s\"} %llu\n",
                        service->name, endpoint, (unsigned long long)total);
    }
}

static void
print_histogram(const struct cnop_metric_def *def, const struct cnop_metric_cell *cell,
                struct cnop_buf *out)
{
    const char *labels = def->labels == NULL ? "" : def->labels;
    const char *comma = def->labels == NULL ? "" : ",";
    uint64_t total = 0;

    for (size_t i = 0; i <= def->bound_count; i++) {
        total += load(&cell->buckets[i]);
        cnop_buf_printf(out, "%s_bucket{%s%sle=\"", def->name, labels, comma);
        if (i < def->bound_count)
            print_scaled(out, def->bounds[i], def->scale);
        else
            cnop_buf_text(out, "+Inf");
        cnop_buf_printf(out, "\"} %llu\n", (unsigned long long)total);
    }
    cnop_buf_printf(out, "%s_sum{%s} ", def->name, labels);
    print_scaled(out, atomic_load_explicit(&cell->value, memory_order_relaxed), def->scale);
    cnop_buf_printf(out, "\n%s_count{%s} %llu\n", def->name, labels, (unsigned long long)total);
}

static void
print_own(const struct cnop_service *service, struct cnop_buf *out)
{
    static const char *const type_names[] = {"counter", "gauge", "histogram"};
    const struct cnop_scoreboard *scoreboard = cnop_scoreboard_get();

    for (size_t i = 0; i < service->metric_count; i++) {
        const struct cnop_metric_def *def = &service->metrics[i];
        const struct cnop_metric_cell *cell = &scoreboard->metrics[i];

        if (i == 0 || strcmp(service->metrics[i - 1].name, def->name) != 0)
            cnop_buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", def->name, def->help, def->name,
                            type_names[def->kind]);
        if (def->kind == CNOP_METRIC_HISTOGRAM) {
            print_histogram(def, cell, out);
            continue;
        }
        cnop_buf_text(out, def->name);
        if (def->labels != NULL)
            cnop_buf_printf(out, "{%s}", def->labels);
        cnop_buf_char(out, ' ');
        print_scaled(out, atomic_load_explicit(&cell->value, memory_order_relaxed), def->scale);
        cnop_buf_char(out, '\n');
    }
}

static const struct {
    const char *name;
    const char *help;
} runtime_events[] = {
    {"worker_restarts", "Worker processes that ended without being told to and were replaced."},
    {"stuck_workers", "Worker processes killed by the watchdog."},
    {"broken_streams", "Connections closed because what came was not FastCGI."},
    {"stalled_peers", "Connections closed because a request did not arrive whole in time."},
    {"refused_peers", "Connections of users that may not connect."},
    {"accept_failures", "Connections that could not be accepted, mostly for want of descriptors."},
    {"lost_clients", "Answers that could not be delivered."},
    {"lost_log_lines", "Log and audit lines that could not be written."},
};
_Static_assert(CNOP_COUNT(runtime_events) == CNOP_SCOREBOARD_EVENT_COUNT,
               "one row an event, in order");

static void
print_gauge(const struct cnop_service *service, struct cnop_buf *out, const char *name,
            const char *help, uint64_t value)
{
    cnop_buf_printf(out, "# HELP %s_%s %s\n# TYPE %s_%s gauge\n%s_%s %llu\n", service->name, name,
                    help, service->name, name, service->name, name, (unsigned long long)value);
}

static void
print_runtime(const struct cnop_service *service, struct cnop_buf *out)
{
    const struct cnop_scoreboard *scoreboard = cnop_scoreboard_get();
    uint64_t connections = 0, workers = 0;

    for (size_t i = 0; i < CNOP_SCOREBOARD_EVENT_COUNT; i++) {
        const char *name = runtime_events[i].name;

        cnop_buf_printf(out, "# HELP %s_%s_total %s\n# TYPE %s_%s_total counter\n", service->name,
                        name, runtime_events[i].help, service->name, name);
        cnop_buf_printf(out, "%s_%s_total %llu\n", service->name, name,
                        (unsigned long long)load(&scoreboard->events[i]));
    }
    for (size_t i = 0; i < CNOP_WORKER_MAX; i++) {
        if (atomic_load(&scoreboard->workers[i].ready) == 0)
            continue;
        workers++;
        connections += atomic_load(&scoreboard->workers[i].connections);
    }
    cnop_buf_printf(out,
                    "# HELP %s_build_info Always 1; the label tells the version.\n"
                    "# TYPE %s_build_info gauge\n%s_build_info{version=\"%s\"} 1\n",
                    service->name, service->name, service->name, PACKAGE_VERSION);
    print_gauge(service, out, "workers", "Worker processes that take requests.", workers);
    print_gauge(service, out, "connections", "Open connections, busy or idle.", connections);
}

void
cnop_metrics_print(const struct cnop_service *service, struct cnop_buf *out)
{
    cnop_assert(cnop_scoreboard_get() != NULL);
    print_requests(service, out, false);
    print_requests(service, out, true);
    print_latency(service, out);
    print_own(service, out);
    print_runtime(service, out);
}
