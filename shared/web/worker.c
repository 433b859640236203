/* SPDX-License-Identifier: MIT */
/* Start, control and end of a worker process. Its first thread never runs a handler: it waits for
 * signals, sweeps stalled connections and drives the drain. */
#include "shared/web/worker.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "shared/base/clock.h"
#include "shared/base/sandbox.h"
#include "shared/base/span.h"

/* The gateway forwards no larger body (gateway.max_body). Whatever it forwards is taken in whole,
 * though a route may refuse it: after an answer that left input unread the connection could only
 * be closed, and the gateway may have put it back into use by then. */
#define FORWARDED_BODY_BYTES 65536
#define STATUS_FAILED 70 /* EX_SOFTWARE of sysexits.h */
#define SWEEP_MS 100
#define DRAIN_SWEEP_MS 2
#define STALL_US INT64_C(5000000) /* a request begun must be whole after this time */
#define THREAD_STACK_BYTES (1024 * 1024)

static void
wake_threads(struct cnop_worker *worker)
{
    uint64_t one = 1;

    (void)!write(worker->wake_fd, &one, sizeof(one));
}

/* ---- draining ---- */

static void
sweep_one(struct cnop_worker *worker, struct cnop_conn *conn, int64_t now_us)
{
    int64_t waiting_us = atomic_load(&conn->waiting_since_us);
    bool stalled = waiting_us != 0 && now_us - waiting_us > STALL_US;

    if (atomic_load(&conn->state) != CNOP_CONN_IDLE)
        return;
    if (!stalled && !atomic_load(&worker->draining))
        return;
    if (!cnop_conn_sweep(conn))
        return;
    /* Only now it is ours: what was read before may be of a request that has been answered since.
     */
    waiting_us = atomic_load(&conn->waiting_since_us);
    stalled = waiting_us != 0 && now_us - waiting_us > STALL_US;
    if (stalled) {
        cnop_scoreboard_count(CNOP_SCOREBOARD_STALLED_PEERS);
        cnop_conn_drop(&worker->idle_pool, conn, false);
    } else if (!atomic_load(&worker->draining) || !cnop_worker_retire(worker, conn)) {
        cnop_conn_unsweep(conn);
    }
}

static void
sweep(struct cnop_worker *worker)
{
    int64_t now_us = cnop_clock_monotonic_us();

    for (size_t i = 0; i < worker->idle_pool.count; i++)
        sweep_one(worker, &worker->idle_pool.conns[i], now_us);
    cnop_scoreboard_count_lost_lines(&worker->lost_lines_seen);
    atomic_store(&worker->beat->connections, atomic_load(&worker->idle_pool.open_count));
    if (!atomic_load(&worker->draining) && cnop_idle_pool_has_room(&worker->idle_pool))
        cnop_worker_listen(worker, true);
}

static void
begin_drain(struct cnop_worker *worker, enum cnop_drain drain)
{
    if (atomic_load(&worker->draining))
        return;
    cnop_log_write(CNOP_LOG_INFO, "drain", "worker drains");
    atomic_store(&worker->draining, drain);
    cnop_worker_listen(worker, false);
    if (worker->start.handover[1] >= 0)
        (void)epoll_ctl(worker->epoll_fd, EPOLL_CTL_DEL, worker->start.handover[1], NULL);
    if (worker->start.service->mode == CNOP_SERVICE_LOOP)
        wake_threads(worker); /* for the on_drain hook */
}

static void
obey(struct cnop_worker *worker, int signal_number)
{
    switch (signal_number) {
    case SIGTERM:
    case SIGINT:
        begin_drain(worker, CNOP_DRAIN_CLOSE);
        break;
    case SIGUSR2:
        begin_drain(worker,
                    worker->start.handover[0] >= 0 ? CNOP_DRAIN_HANDOVER : CNOP_DRAIN_CLOSE);
        break;
    case SIGUSR1:
        if (cnop_log_reopen() != CNOP_OK)
            cnop_log_write(CNOP_LOG_ERROR, "log_reopen", "cannot open the log again");
        break;
    default:
        break;
    }
}

/* Returns when the drain is over: nothing is open any more, or its time is up. */
static void
control(struct cnop_worker *worker)
{
    int64_t cut_us = INT64_MAX;
    sigset_t signals;

    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGUSR1);
    sigaddset(&signals, SIGUSR2);
    for (;;) {
        bool draining = atomic_load(&worker->draining);
        struct timespec wait = {.tv_nsec = (draining ? DRAIN_SWEEP_MS : SWEEP_MS) * 1000000L};

        obey(worker, sigtimedwait(&signals, NULL, &wait));
        sweep(worker);
        if (!atomic_load(&worker->draining))
            continue;
        if (cut_us == INT64_MAX)
            cut_us = cnop_clock_monotonic_us() + (int64_t)worker->start.config->drain * 1000;
        if (atomic_load(&worker->idle_pool.open_count) == 0 || cnop_clock_monotonic_us() > cut_us)
            return;
    }
}

/* ---- threads ---- */

static void *
thread_main(void *arg)
{
    struct cnop_thread *thread = arg;
    struct cnop_worker *worker = thread->worker;
    const struct cnop_service *service = worker->start.service;
    struct cnop_span start_up = CNOP_SPAN_OPEN;
    enum cnop_err err = CNOP_OK;

    cnop_thread_enter(thread);
    cnop_span_enter(&start_up);
    if (service->thread_init != NULL)
        err = service->thread_init(service->arg, thread->index, &thread->env);
    if (err != CNOP_OK) {
        cnop_log_start_failed("thread_init", err);
        atomic_store(&worker->failed, true);
    }
    cnop_span_enter(NULL);
    cnop_beat_wait(&worker->beat->threads[thread->index]); /* before the worker counts as ready */
    atomic_fetch_add(&worker->started, 1);
    if (err == CNOP_OK) {
        cnop_thread_run(thread);
        if (service->thread_done != NULL)
            service->thread_done(thread->env);
    }
    cnop_thread_enter(NULL);
    return NULL;
}

static void
start_threads(struct cnop_worker *worker)
{
    pthread_attr_t attr;
    struct timespec nap = {.tv_nsec = 1000000L};

    cnop_assert(pthread_attr_init(&attr) == 0);
    cnop_assert(pthread_attr_setstacksize(&attr, THREAD_STACK_BYTES) == 0);
    for (unsigned i = 0; i < worker->thread_count; i++)
        cnop_assert(pthread_create(&worker->threads[i].handle, &attr, thread_main,
                                   &worker->threads[i]) == 0);
    (void)pthread_attr_destroy(&attr);
    while (atomic_load(&worker->started) < worker->thread_count)
        (void)nanosleep(&nap, NULL);
}

static void
stop_threads(struct cnop_worker *worker)
{
    atomic_store(&worker->stopping, true);
    wake_threads(worker);
    for (unsigned i = 0; i < worker->thread_count; i++)
        (void)pthread_join(worker->threads[i].handle, NULL);
}

/* ---- start ---- */

static size_t
largest_body(const struct cnop_service *service)
{
    size_t largest = FORWARDED_BODY_BYTES;

    for (size_t i = 0; i < service->route_count; i++)
        if (service->routes[i].body_max_bytes > largest)
            largest = service->routes[i].body_max_bytes;
    return largest;
}

static void
watch_internal(struct cnop_worker *worker, int fd, uint32_t events, void *tag)
{
    struct epoll_event event = {.events = events, .data.ptr = tag};

    cnop_assert(epoll_ctl(worker->epoll_fd, EPOLL_CTL_ADD, fd, &event) == 0);
}

/* All memory a worker ever uses is taken here. */
static void
worker_allocate(struct cnop_worker *worker)
{
    const struct cnop_web_config *config = worker->start.config;
    const struct cnop_service *service = worker->start.service;
    bool loop = service->mode == CNOP_SERVICE_LOOP;
    size_t requests = loop ? config->connections : worker->thread_count;
    struct cnop_request_sizes sizes = {config->arena_kib * 1024, config->response_kib * 1024};
    struct cnop_arena *pool = cnop_arena_new(
        config->connections * (sizeof(struct cnop_conn) + 32) +
        requests * (CNOP_RESPONSE_HEADER_BYTES + sizeof(struct cnop_request) + 1024) +
        worker->thread_count * (worker->peek_bytes + 64));

    cnop_idle_pool_init(&worker->idle_pool, pool, config->connections, worker->epoll_fd);
    for (unsigned i = 0; i < worker->thread_count; i++) {
        struct cnop_thread *thread = &worker->threads[i];

        thread->worker = worker;
        thread->index = i;
        thread->peek = cnop_arena_alloc(pool, worker->peek_bytes);
        cnop_assert(thread->peek != NULL);
        if (!loop)
            thread->req = cnop_request_new(pool, service, &sizes);
    }
    for (size_t i = 0; loop && i < config->connections; i++)
        worker->idle_pool.conns[i].req = cnop_request_new(pool, service, &sizes);
}

static void
worker_prepare(struct cnop_worker *worker)
{
    const struct cnop_service *service = worker->start.service;

    worker->beat = &worker->start.scoreboard->workers[worker->start.slot];
    memset(worker->beat, 0, sizeof(*worker->beat));
    worker->thread_count =
        service->mode == CNOP_SERVICE_LOOP ? 1 : (unsigned)worker->start.config->threads;
    worker->limits = (struct cnop_frame_limits){CNOP_FRAME_PARAM_BYTES, CNOP_FRAME_PARAM_COUNT,
                                                largest_body(service)};
    worker->peek_bytes = CNOP_FRAME_PARAM_BYTES + worker->limits.body_bytes + 8192;
    for (size_t i = 0; i < CNOP_WATCH_MAX; i++)
        worker->watches[i].fd = -1;
    cnop_assert(cnop_peers_parse(cnop_str_from(worker->start.config->peer_uids), &worker->peers) ==
                CNOP_OK);
    worker->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    worker->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    cnop_assert(worker->epoll_fd >= 0);
    cnop_assert(worker->wake_fd >= 0);
    worker_allocate(worker);
    watch_internal(worker, worker->wake_fd, EPOLLIN, &worker->wake_fd);
    cnop_fcgi_start();
}

static enum cnop_err
init_process(const struct cnop_service *service)
{
    struct cnop_span start_up = CNOP_SPAN_OPEN;
    enum cnop_err err = CNOP_OK;

    cnop_span_enter(&start_up);
    if (service->process_init != NULL)
        err = service->process_init(service->arg);
    if (err != CNOP_OK)
        cnop_log_start_failed("process_init", err);
    cnop_span_enter(NULL);
    return err;
}

int
cnop_worker_run(const struct cnop_worker_start *start)
{
    static struct cnop_worker worker;
    const struct cnop_service *service = start->service;

    worker.start = *start;
    worker.lost_lines_seen = cnop_log_dropped_count(); /* those before the fork are the parent's */
    cnop_sandbox_enter();
    worker_prepare(&worker);
    cnop_turn_away_prepare();
    if (init_process(service) != CNOP_OK)
        return STATUS_FAILED;
    start_threads(&worker);
    if (!atomic_load(&worker.failed)) {
        atomic_store(&worker.beat->ready, 1);
        if (start->handover[1] >= 0)
            watch_internal(&worker, start->handover[1], EPOLLIN | EPOLLEXCLUSIVE,
                           &worker.start.handover);
        cnop_worker_listen(&worker, true);
        cnop_log_write(CNOP_LOG_INFO, "service_start", "worker is ready");
        control(&worker);
    }
    stop_threads(&worker);
    if (service->process_done != NULL)
        service->process_done(service->arg);
    cnop_log_write(CNOP_LOG_INFO, "service_stop", "worker has ended");
    cnop_scoreboard_count_lost_lines(&worker.lost_lines_seen);
    return atomic_load(&worker.failed) ? STATUS_FAILED : 0;
}

void
cnop_web_stop(void)
{
    (void)kill(getpid(), SIGTERM);
}
