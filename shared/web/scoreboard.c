/* SPDX-License-Identifier: MIT */
/* Mapping and updating of the shared scoreboard. Never takes a lock, never blocks. */
#include "shared/web/scoreboard.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "shared/base/log.h"
#include "shared/base/secret.h"
#include "shared/web/web.h"

const int cnop_scoreboard_statuses[CNOP_STATUS_SLOTS - 1] = {200, 201, 202, 204, 304, 400, 401, 403,
                                                             404, 405, 408, 409, 413, 414, 415, 422,
                                                             429, 431, 500, 501, 502, 503, 504};

const int64_t cnop_scoreboard_latency_bounds_us[CNOP_LATENCY_BOUNDS] = {
    500,    1000,   2500,   5000,    10000,   25000,   50000,
    100000, 250000, 500000, 1000000, 2500000, 5000000, 10000000};

static struct cnop_scoreboard *the_scoreboard;
static const struct cnop_metric_def *metric_defs;
static size_t metric_count;

static uint64_t
layout_of(const struct cnop_service *service)
{
    static const unsigned char key[16] = {'p', 'a', 'g', 'e'};
    uint64_t layout = sizeof(struct cnop_scoreboard);

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

static struct cnop_scoreboard *
scoreboard_map(int fd)
{
    void *memory =
        mmap(NULL, sizeof(struct cnop_scoreboard), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

    return memory == MAP_FAILED ? NULL : memory;
}

struct cnop_scoreboard *
cnop_scoreboard_open(const struct cnop_service *service, int *fd)
{
    uint64_t layout = layout_of(service);
    struct cnop_scoreboard *scoreboard = NULL;

    cnop_assert(service->route_count <= CNOP_ROUTE_MAX);
    cnop_assert(service->metric_count <= CNOP_METRIC_MAX);
    if (*fd >= 0 && lseek(*fd, 0, SEEK_END) == (off_t)sizeof(*scoreboard))
        scoreboard = scoreboard_map(*fd);
    if (scoreboard != NULL && scoreboard->layout != layout) {
        (void)munmap(scoreboard, sizeof(*scoreboard));
        scoreboard = NULL;
    }
    if (scoreboard == NULL) {
        if (*fd >= 0)
            (void)close(*fd);
        *fd = memfd_create("cnop-scoreboard", MFD_CLOEXEC);
        cnop_assert(*fd >= 0);
        cnop_assert(ftruncate(*fd, (off_t)sizeof(*scoreboard)) == 0);
        scoreboard = scoreboard_map(*fd);
        cnop_assert(scoreboard != NULL);
        scoreboard->layout = layout;
        cnop_secret_random(&scoreboard->shares.seed, sizeof(scoreboard->shares.seed));
    }
    the_scoreboard = scoreboard;
    metric_defs = service->metrics;
    metric_count = service->metric_count;
    return scoreboard;
}

struct cnop_scoreboard *
cnop_scoreboard_get(void)
{
    return the_scoreboard;
}

void
cnop_scoreboard_count(enum cnop_scoreboard_event event)
{
    if (the_scoreboard != NULL)
        atomic_fetch_add_explicit(&the_scoreboard->events[event], 1, memory_order_relaxed);
}

void
cnop_scoreboard_count_lost_lines(uint64_t *seen)
{
    uint64_t lost = cnop_log_dropped_count();

    if (lost == *seen || the_scoreboard == NULL)
        return;
    atomic_fetch_add_explicit(&the_scoreboard->events[CNOP_SCOREBOARD_LOST_LOG_LINES], lost - *seen,
                              memory_order_relaxed);
    *seen = lost;
}

void
cnop_scoreboard_request(size_t route_index, int status, int64_t elapsed_us)
{
    struct cnop_route_counts *counts;
    size_t slot = 0, bucket = 0;

    cnop_assert(route_index <= CNOP_ROUTE_MAX);
    if (the_scoreboard == NULL)
        return;
    counts = &the_scoreboard->routes[route_index];
    while (slot < CNOP_COUNT(cnop_scoreboard_statuses) && cnop_scoreboard_statuses[slot] != status)
        slot++;
    while (bucket < CNOP_LATENCY_BOUNDS && cnop_scoreboard_latency_bounds_us[bucket] < elapsed_us)
        bucket++;
    atomic_fetch_add_explicit(&counts->status[slot], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&counts->latency[bucket], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&counts->latency_sum_us, (uint64_t)(elapsed_us > 0 ? elapsed_us : 0),
                              memory_order_relaxed);
}

static struct cnop_metric_cell *
metric_cell(size_t index)
{
    if (the_scoreboard == NULL)
        return NULL;
    cnop_assert(index < metric_count);
    return &the_scoreboard->metrics[index];
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
