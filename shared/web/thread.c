/* SPDX-License-Identifier: MIT */
/* The handler thread: waits on epoll, accepts, judges what has arrived, serves whole requests. In
 * LOOP mode it also runs other descriptors' callbacks and ends deferred requests. */
#include <errno.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "shared/base/clock.h"
#include "shared/web/worker.h"

#define ROUND_EVENTS_LOOP 64
#define ROUND_WAIT_MS 1000
#define ACCEPTS_PER_ROUND 16
#define READ_TIMEOUT_S 2
#define WRITE_TIMEOUT_S 5

static _Thread_local struct cnop_thread *this_thread;

void
cnop_thread_enter(struct cnop_thread *thread)
{
    this_thread = thread;
}

enum step { STEP_IDLE, STEP_AGAIN, STEP_GONE, STEP_LATER };

static bool
is_loop(const struct cnop_thread *thread)
{
    return thread->worker->start.service->mode == CNOP_SERVICE_LOOP;
}

static enum step
close_conn(struct cnop_thread *thread, struct cnop_conn *conn, bool closed)
{
    cnop_conn_drop(&thread->worker->idle_pool, conn, closed);
    return STEP_GONE;
}

static enum step
step_served(struct cnop_thread *thread, struct cnop_conn *conn, enum cnop_served served)
{
    if (served == CNOP_SERVED_LATER)
        return STEP_LATER;
    if (served == CNOP_SERVED_CLOSED)
        return close_conn(thread, conn, true);
    return STEP_IDLE;
}

/* The body was too large to be taken in: the answer is out, what still comes is thrown away, so
 * that closing does not destroy the answer on its way. */
static enum step
start_linger(struct cnop_conn *conn)
{
    (void)shutdown(conn->fd, SHUT_WR);
    conn->lingering = true;
    atomic_store(&conn->waiting_since_us, cnop_clock_monotonic_us());
    return STEP_AGAIN;
}

static enum step
step_linger(struct cnop_thread *thread, struct cnop_conn *conn)
{
    for (unsigned i = 0; i < 64; i++) {
        ssize_t len = recv(conn->fd, thread->peek, thread->worker->peek_bytes, MSG_DONTWAIT);

        if (len == 0 || (len < 0 && errno != EAGAIN && errno != EINTR))
            return close_conn(thread, conn, false);
        if (len < 0)
            return STEP_IDLE;
    }
    return close_conn(thread, conn, false);
}

static enum step
step_partial(struct cnop_thread *thread, struct cnop_conn *conn, size_t len)
{
    int64_t never = 0;

    if (atomic_load(&conn->peer_closed) || len == thread->worker->peek_bytes) {
        cnop_scoreboard_count(CNOP_SCOREBOARD_BROKEN_STREAMS);
        return close_conn(thread, conn, false);
    }
    (void)atomic_compare_exchange_strong(&conn->waiting_since_us, &never,
                                         cnop_clock_monotonic_us());
    return STEP_IDLE;
}

static enum step
step_serve(struct cnop_thread *thread, struct cnop_conn *conn, const struct cnop_frame *frame)
{
    struct cnop_request *req = is_loop(thread) ? conn->req : thread->req;
    enum cnop_served served;

    req->conn = conn;
    req->thread = thread;
    req->env = thread->env;
    atomic_store(&conn->waiting_since_us, 0);
    served = cnop_serve(req, conn->fd, frame, thread->worker->start.config->deadline);
    if (served == CNOP_SERVED_OPEN && frame->state == CNOP_FRAME_OVERSIZE)
        return start_linger(conn);
    return step_served(thread, conn, served);
}

/* Looks at what waits on the connection without taking it, and acts on it. */
static enum step
step(struct cnop_thread *thread, struct cnop_conn *conn)
{
    struct cnop_worker *worker = thread->worker;
    struct cnop_frame frame;
    ssize_t len;

    if (conn->lingering)
        return step_linger(thread, conn);
    len = recv(conn->fd, thread->peek, worker->peek_bytes, MSG_PEEK | MSG_DONTWAIT);
    if (len < 0 && (errno == EAGAIN || errno == EINTR))
        return STEP_IDLE;
    if (len <= 0)
        return close_conn(thread, conn, false);
    frame = cnop_frame_scan(thread->peek, (size_t)len, &worker->limits);
    switch (frame.state) {
    case CNOP_FRAME_PARTIAL:
        return step_partial(thread, conn, (size_t)len);
    case CNOP_FRAME_READY:
    case CNOP_FRAME_OVERSIZE:
        return step_serve(thread, conn, &frame);
    case CNOP_FRAME_BROKEN:
        break;
    }
    cnop_scoreboard_count(CNOP_SCOREBOARD_BROKEN_STREAMS);
    return close_conn(thread, conn, false);
}

void
cnop_thread_serve(struct cnop_thread *thread, struct cnop_conn *conn)
{
    for (;;) {
        enum step next = step(thread, conn);

        if (next == STEP_GONE || next == STEP_LATER)
            return;
        if (next == STEP_AGAIN)
            continue;
        if (atomic_load_explicit(&thread->worker->draining, memory_order_relaxed) &&
            cnop_worker_retire(thread->worker, conn))
            return;
        if (cnop_conn_release(conn))
            return;
    }
}

/* ---- new connections ---- */

static void
adopt(struct cnop_thread *thread, struct cnop_conn *conn, int fd)
{
    struct timeval read_timeout = {.tv_sec = READ_TIMEOUT_S};
    struct timeval write_timeout = {.tv_sec = WRITE_TIMEOUT_S};

    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &read_timeout, sizeof(read_timeout));
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &write_timeout, sizeof(write_timeout));
    if (cnop_idle_pool_adopt(&thread->worker->idle_pool, conn, fd)) {
        cnop_thread_serve(thread, conn);
        return;
    }
    cnop_idle_pool_give_back(&thread->worker->idle_pool, conn);
    (void)close(fd);
}

/* Out of descriptors: the peer is told. Out of memory: stop asking; the controller's sweep asks
 * again. True: there may be more to accept. */
static bool
accept_failed(struct cnop_worker *worker, int cause)
{
    if (cause == EMFILE || cause == ENFILE) {
        cnop_scoreboard_count(CNOP_SCOREBOARD_ACCEPT_FAILURES);
        return cnop_turn_away(worker->start.listen_fd);
    }
    if (cause == ENOMEM || cause == ENOBUFS) {
        cnop_scoreboard_count(CNOP_SCOREBOARD_ACCEPT_FAILURES);
        cnop_worker_listen(worker, false);
    }
    return false;
}

/* False: no more to accept at the moment. */
static bool
accept_one(struct cnop_thread *thread, struct cnop_conn *conn)
{
    struct cnop_worker *worker = thread->worker;
    int flags = SOCK_CLOEXEC | (is_loop(thread) ? SOCK_NONBLOCK : 0);
    int fd = accept4(worker->start.listen_fd, NULL, NULL, flags);

    if (fd < 0) {
        int cause = errno;

        cnop_idle_pool_give_back(&worker->idle_pool, conn);
        return accept_failed(worker, cause);
    }
    if (cnop_peers_allow(&worker->peers, fd)) {
        adopt(thread, conn, fd);
        return true;
    }
    cnop_scoreboard_count(CNOP_SCOREBOARD_REFUSED_PEERS);
    cnop_idle_pool_give_back(&worker->idle_pool, conn);
    (void)close(fd);
    return true;
}

static void
accept_new(struct cnop_thread *thread)
{
    struct cnop_worker *worker = thread->worker;
    unsigned most = is_loop(thread) ? ACCEPTS_PER_ROUND : 1;

    for (unsigned i = 0; i < most; i++) {
        struct cnop_conn *conn = cnop_idle_pool_reserve(&worker->idle_pool);

        if (conn == NULL) {
            cnop_worker_listen(worker, false);
            return;
        }
        if (!accept_one(thread, conn))
            return;
    }
}

static void
receive_handover(struct cnop_thread *thread)
{
    struct cnop_idle_pool *idle_pool = &thread->worker->idle_pool;
    struct cnop_conn *conn;
    int fd;

    if (cnop_handover_receive(thread->worker->start.handover[1], &fd) != CNOP_OK)
        return;
    conn = cnop_idle_pool_reserve(idle_pool);
    if (conn != NULL)
        adopt(thread, conn, fd);
    else
        (void)close(fd); /* full: as any idle connection may be closed */
}

/* ---- the loop ---- */

static void
handle_event(struct cnop_thread *thread, const struct epoll_event *event)
{
    struct cnop_worker *worker = thread->worker;
    struct cnop_conn *conn = event->data.ptr;
    struct cnop_watch *watch = event->data.ptr;
    uint64_t count;

    if (event->data.ptr == &worker->start.listen_fd) {
        accept_new(thread);
    } else if (event->data.ptr == &worker->start.handover) {
        receive_handover(thread);
    } else if (event->data.ptr == &worker->wake_fd) {
        if (is_loop(thread)) /* else it stays readable until every thread has seen it */
            (void)!read(worker->wake_fd, &count, sizeof(count));
    } else if (watch >= worker->watches && watch < worker->watches + CNOP_WATCH_MAX) {
        if (watch->fd >= 0)
            watch->fn(watch->fd, event->events, watch->arg);
    } else {
        cnop_assert(conn >= worker->idle_pool.conns &&
                    conn < worker->idle_pool.conns + worker->idle_pool.count);
        if (event->events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR))
            atomic_store(&conn->peer_closed, true);
        if (cnop_conn_claim(conn))
            cnop_thread_serve(thread, conn);
    }
}

/* Connections on which something arrived while their answer was still to come. */
static void
run_ready(struct cnop_thread *thread)
{
    while (thread->ready != NULL) {
        struct cnop_conn *conn = thread->ready;

        thread->ready = conn->next;
        cnop_thread_serve(thread, conn);
    }
}

static void
end_round(struct cnop_thread *thread)
{
    struct cnop_worker *worker = thread->worker;
    const struct cnop_service *service = worker->start.service;

    run_ready(thread);
    if (atomic_load(&worker->draining) && !worker->drain_told) {
        worker->drain_told = true;
        if (service->on_drain != NULL)
            service->on_drain(thread->env);
    }
    if (service->on_round_end != NULL)
        service->on_round_end(thread->env);
    run_ready(thread); /* answers the hook may have given */
    if (is_loop(thread))
        cnop_log_flush_bulk();
}

void
cnop_thread_run(struct cnop_thread *thread)
{
    struct cnop_worker *worker = thread->worker;
    cnop_beat *beat = &worker->beat->threads[thread->index];
    struct epoll_event events[ROUND_EVENTS_LOOP];
    /* A thread takes one event at a time: the next one may go to an idle sibling. */
    int capacity = is_loop(thread) ? ROUND_EVENTS_LOOP : 1;

    while (!atomic_load_explicit(&worker->stopping, memory_order_relaxed)) {
        int count = epoll_wait(worker->epoll_fd, events, capacity,
                               thread->ready != NULL ? 0 : ROUND_WAIT_MS);

        cnop_beat_work(beat);
        for (int i = 0; i < count; i++)
            handle_event(thread, &events[i]);
        if (is_loop(thread))
            end_round(thread);
        cnop_beat_wait(beat);
    }
    cnop_beat_end(beat); /* siblings may need longer to end: that is no silence of this one */
}

/* ---- answer later ---- */

void
cnop_request_defer(struct cnop_request *req)
{
    cnop_assert(req->service->mode == CNOP_SERVICE_LOOP);
    cnop_assert(!req->deferred);
    req->deferred = true;
}

void
cnop_request_complete(struct cnop_request *req, enum cnop_err err)
{
    struct cnop_thread *thread = req->thread;
    struct cnop_conn *conn = req->conn;

    cnop_assert(thread == this_thread);
    cnop_assert(req->deferred);
    req->deferred = false;
    if (cnop_serve_finish(req, err) == CNOP_SERVED_CLOSED) {
        cnop_conn_drop(&thread->worker->idle_pool, conn, true);
        return;
    }
    if (atomic_load(&thread->worker->draining) && cnop_worker_retire(thread->worker, conn))
        return;
    if (!cnop_conn_release(conn)) { /* not from here: a callback of the service is running */
        conn->next = thread->ready;
        thread->ready = conn;
    }
}

/* ---- other descriptors ---- */

static struct cnop_watch *
find_watch(struct cnop_worker *worker, int fd)
{
    for (size_t i = 0; i < CNOP_WATCH_MAX; i++)
        if (worker->watches[i].fd == fd)
            return &worker->watches[i];
    return NULL;
}

void
cnop_loop_watch(int fd, uint32_t events, cnop_loop_fn fn, void *arg)
{
    struct cnop_worker *worker = this_thread->worker;
    struct cnop_watch *watch = find_watch(worker, -1);
    struct epoll_event event = {.events = events, .data.ptr = watch};

    cnop_assert(is_loop(this_thread));
    cnop_assert(fd >= 0);
    cnop_assert(watch != NULL);
    *watch = (struct cnop_watch){fd, fn, arg};
    cnop_assert(epoll_ctl(worker->epoll_fd, EPOLL_CTL_ADD, fd, &event) == 0);
}

void
cnop_loop_unwatch(int fd)
{
    struct cnop_worker *worker = this_thread->worker;
    struct cnop_watch *watch = find_watch(worker, fd);

    cnop_assert(watch != NULL);
    (void)epoll_ctl(worker->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
    watch->fd = -1;
}
