/* SPDX-License-Identifier: MIT */
/* Mapping and updating of the shared page. Never takes a lock, never blocks. */
#include "shared/web/page.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "shared/base/secret.h"
#include "shared/web/web.h"

static const int status_codes[CNOP_STATUS_SLOTS - 1] = {
    200, 201, 202, 204, 304, 400, 401, 403, 404, 405, 408, 409,
    413, 414, 415, 422, 429, 431, 500, 501, 502, 503, 504};

static const int64_t latency_bounds_us[CNOP_LATENCY_BOUNDS] = {
    500,    1000,   2500,   5000,    10000,   25000,   50000,
    100000, 250000, 500000, 1000000, 2500000, 5000000, 10000000};

static struct cnop_page *shared_page;
static const struct cnop_metric_def *metric_defs;
static size_t metric_count;
static size_t route_count;

static uint64_t
layout_of(const struct cnop_service *service)
{
    static const unsigned char key[16] = {'p', 'a', 'g', 'e'};
    uint64_t layout = sizeof(struct cnop_page);

    for (size_t i = 0; i < service->route_count; i++) {
        const struct cnop_route *route = &service->routes[i];

        layout = layout * 31 + (uint64_t)route->method;
        layout = layout * 31 + cnop_secret_siphash(key, route->path, strlen(route->path));
    }
    for (size_t i = 0; i < service->metric_count; i++) {
        const struct cnop_metric_def *def = &service->metrics[i];

        layout = layout * 31 + (uint64_t)def->kind;
        layout = layout * 31 + cnop_secret_siphash(key, def->name, strlen(def->name));
    }
    return layout;
}

static struct cnop_page *
page_map(int fd)
{
    void *memory = mmap(NULL, sizeof(struct cnop_page), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

    return memory == MAP_FAILED ? NULL : memory;
}

struct cnop_page *
cnop_page_open(const struct cnop_service *service, int *fd)
{
    uint64_t layout = layout_of(service);
    struct cnop_page *page = NULL;

    cnop_assert(service->route_count <= CNOP_ROUTE_MAX);
    cnop_assert(service->metric_count <= CNOP_METRIC_MAX);
    if (*fd >= 0 && lseek(*fd, 0, SEEK_END) == (off_t)sizeof(*page))
        page = page_map(*fd);
    if (page != NULL && page->layout != layout) {
        (void)munmap(page, sizeof(*page));
        page = NULL;
    }
    if (page == NULL) {
        if (*fd >= 0)
            (void)close(*fd);
        *fd = memfd_create("cnop-page", MFD_CLOEXEC);
        cnop_assert(*fd >= 0);
        cnop_assert(ftruncate(*fd, (off_t)sizeof(*page)) == 0);
        page = page_map(*fd);
        cnop_assert(page != NULL);
        page->layout = layout;
    }
    shared_page = page;
    metric_defs = service->metrics;
    metric_count = service->metric_count;
    route_count = service->route_count;
    return page;
}

struct cnop_page *
cnop_page_get(void)
{
    return shared_page;
}

void
cnop_page_count(enum cnop_page_event event)
{
    if (shared_page != NULL)
        atomic_fetch_add_explicit(&shared_page->events[event], 1, memory_order_relaxed);
}

void
cnop_page_request(size_t route_index, int status, int64_t elapsed_us)
{
    struct cnop_route_counts *counts;
    size_t slot = 0, bucket = 0;

    cnop_assert(route_index <= CNOP_ROUTE_MAX);
    if (shared_page == NULL)
        return;
    counts = &shared_page->routes[route_index];
    while (slot < CNOP_COUNT(status_codes) && status_codes[slot] != status)
        slot++;
    while (bucket < CNOP_LATENCY_BOUNDS && latency_bounds_us[bucket] < elapsed_us)
        bucket++;
    atomic_fetch_add_explicit(&counts->status[slot], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&counts->latency[bucket], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&counts->latency_sum_us, (uint64_t)(elapsed_us > 0 ? elapsed_us : 0),
                              memory_order_relaxed);
}

static struct cnop_metric_cell *
metric_cell(size_t index)
{
    if (shared_page == NULL)
        return NULL;
    cnop_assert(index < metric_count);
    return &shared_page->metrics[index];
}

void
cnop_metric_add(size_t index, int64_t delta)
{
    struct cnop_metric_cell *cell = metric_cell(index);

    if (cell != NULL)
        atomic_fetch_add_explicit(&cell->value, delta, memory_order_relaxed);
}

void
cnop_metric_set(size_t index, int64_t value)
{
    struct cnop_metric_cell *cell = metric_cell(index);

    if (cell != NULL)
        atomic_store_explicit(&cell->value, value, memory_order_relaxed);
}

void
cnop_metric_observe(size_t index, int64_t value)
{
    struct cnop_metric_cell *cell = metric_cell(index);
    size_t bucket = 0;

    if (cell == NULL)
        return;
    cnop_assert(metric_defs[index].kind == CNOP_METRIC_HISTOGRAM);
    cnop_assert(metric_defs[index].bound_count <= CNOP_METRIC_BUCKET_MAX);
    while (bucket < metric_defs[index].bound_count && metric_defs[index].bounds[bucket] < value)
        bucket++;
    atomic_fetch_add_explicit(&cell->buckets[bucket], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&cell->value, value, memory_order_relaxed);
}

int64_t
cnop_metric_value(size_t index)
{
    struct cnop_metric_cell *cell = metric_cell(index);

    return cell == NULL ? 0 : atomic_load_explicit(&cell->value, memory_order_relaxed);
}

/* ---- Prometheus text ---- */

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
    uint64_t sum = 0;

    for (size_t i = first; i <= service->route_count; i++) {
        const char *counts = (const char *)&shared_page->routes[i];

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
            bool named = slot < CNOP_COUNT(status_codes);
            uint64_t count = sum_over_path(
                service, i, offsetof(struct cnop_route_counts, status) + slot * sizeof(uint64_t));

            if (count == 0 || (errors_only && named && status_codes[slot] < 400))
                continue;
            cnop_buf_printf(out, "%s_%s_total{status_code=\"", service->name, what);
            if (named)
                cnop_buf_i64(out, status_codes[slot]);
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
                print_scaled(out, latency_bounds_us[bucket], 1000000);
            else
                cnop_buf_text(out, "+Inf");
            cnop_buf_printf(out, "\"} %llu\n", (unsigned long long)total);
        }
        cnop_buf_printf(out, "%s_request_latency_seconds_sum{endpoint=\"%s\"} ", service->name,
                        endpoint);
        print_scaled(out,
                     (int64_t)sum_over_path(service, i,
                                            offsetof(struct cnop_route_counts, latency_sum_us)),
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

    for (size_t i = 0; i < service->metric_count; i++) {
        const struct cnop_metric_def *def = &service->metrics[i];
        const struct cnop_metric_cell *cell = &shared_page->metrics[i];

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

static void
print_runtime(const struct cnop_service *service, struct cnop_buf *out)
{
    static const char *const names[CNOP_PAGE_EVENT_COUNT] = {
        "worker_restarts", "stuck_workers",   "broken_streams", "stalled_peers",
        "refused_peers",   "accept_failures", "lost_clients"};
    uint64_t connections = 0, workers = 0;

    for (size_t i = 0; i < CNOP_PAGE_EVENT_COUNT; i++)
        cnop_buf_printf(out, "# TYPE %s_%s_total counter\n%s_%s_total %llu\n", service->name,
                        names[i], service->name, names[i],
                        (unsigned long long)load(&shared_page->events[i]));
    for (size_t i = 0; i < CNOP_WORKER_MAX; i++) {
        if (atomic_load(&shared_page->workers[i].ready) == 0)
            continue;
        workers++;
        connections += atomic_load(&shared_page->workers[i].connections);
    }
    cnop_buf_printf(out,
                    "# TYPE %s_workers gauge\n%s_workers %llu\n"
                    "# TYPE %s_connections gauge\n%s_connections %llu\n",
                    service->name, service->name, (unsigned long long)workers, service->name,
                    service->name, (unsigned long long)connections);
}

void
cnop_metrics_print(const struct cnop_service *service, struct cnop_buf *out)
{
    cnop_assert(shared_page != NULL);
    cnop_assert(service->route_count == route_count);
    print_requests(service, out, false);
    print_requests(service, out, true);
    print_latency(service, out);
    print_own(service, out);
    print_runtime(service, out);
}
