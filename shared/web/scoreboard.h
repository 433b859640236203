/* SPDX-License-Identifier: MIT */
/* The scoreboard all processes of a service share: request counters, the service's metrics, and the
 * heartbeat of every worker thread. Plain atomics in a memory file that outlives any process. */
#ifndef CNOP_WEB_SCOREBOARD_H
#define CNOP_WEB_SCOREBOARD_H

#include "shared/web/beat.h"
#include "shared/web/metrics.h"
#include "shared/web/router.h"
#include "shared/web/share.h"

#include <stdatomic.h>

#define CNOP_WORKER_MAX                                                                            \
    128 /* processes, twice the largest configured count for rolling restarts                      \
         */
#define CNOP_THREAD_MAX 64
#define CNOP_STATUS_SLOTS 24
#define CNOP_LATENCY_BOUNDS 14

struct cnop_route_counts {
    _Atomic uint64_t status[CNOP_STATUS_SLOTS];
    _Atomic uint64_t latency[CNOP_LATENCY_BOUNDS + 1];
    _Atomic uint64_t latency_sum_us;
};

struct cnop_metric_cell {
    _Atomic int64_t value; /* histogram: sum */
    _Atomic uint64_t buckets[CNOP_METRIC_BUCKET_MAX + 1];
};

struct cnop_worker_beat {
    _Atomic int ready;
    _Atomic uint32_t connections;
    cnop_beat threads[CNOP_THREAD_MAX];
};

enum cnop_scoreboard_event {
    CNOP_SCOREBOARD_WORKER_RESTARTS,
    CNOP_SCOREBOARD_STUCK_WORKERS,
    CNOP_SCOREBOARD_BROKEN_STREAMS,
    CNOP_SCOREBOARD_STALLED_PEERS,
    CNOP_SCOREBOARD_REFUSED_PEERS,
    CNOP_SCOREBOARD_ACCEPT_FAILURES,
    CNOP_SCOREBOARD_LOST_CLIENTS,
    CNOP_SCOREBOARD_LOST_LOG_LINES,
    CNOP_SCOREBOARD_EVENT_COUNT
};

struct cnop_scoreboard {
    uint64_t layout; /* fingerprint of the tables: another program version, another scoreboard */
    _Atomic uint64_t events[CNOP_SCOREBOARD_EVENT_COUNT];
    struct cnop_worker_beat workers[CNOP_WORKER_MAX];
    struct cnop_shares shares;
    struct cnop_route_counts routes[CNOP_ROUTE_MAX + 1]; /* last used row: unknown routes */
    struct cnop_metric_cell metrics[CNOP_METRIC_MAX];
};

/* What the slots of struct cnop_route_counts stand for; the last one of each is all else. */
extern const int cnop_scoreboard_statuses[CNOP_STATUS_SLOTS - 1];
extern const int64_t cnop_scoreboard_latency_bounds_us[CNOP_LATENCY_BOUNDS];

struct cnop_service;

/* Maps the scoreboard in fd if it fits this service, else makes a new one; *fd names it afterwards.
 */
struct cnop_scoreboard *cnop_scoreboard_open(const struct cnop_service *service, int *fd);

/* The scoreboard of this process; NULL before cnop_scoreboard_open. */
struct cnop_scoreboard *cnop_scoreboard_get(void);

void cnop_scoreboard_count(enum cnop_scoreboard_event event);

/* Adds the log lines that this process has lost since *seen, and moves *seen on. */
void cnop_scoreboard_count_lost_lines(uint64_t *seen);

/* One finished request. route_index: row of the table, or its length for an unknown route. */
void cnop_scoreboard_request(size_t route_index, int status, int64_t elapsed_us);

/* Prometheus text of everything in the scoreboard. */
void cnop_metrics_print(const struct cnop_service *service, struct cnop_buf *out);

#endif
