/* SPDX-License-Identifier: MIT */
/* One worker process: handler threads around the pool of idle connections, and the controller (its
 * first thread) that obeys signals, drains and sweeps. */
#ifndef CNOP_WEB_WORKER_H
#define CNOP_WEB_WORKER_H

#include "shared/web/idle_pool.h"
#include "shared/web/scoreboard.h"
#include "shared/web/serve.h"
#include "shared/web/socket.h"
#include "shared/web/web.h"

#define CNOP_WATCH_MAX 64

struct cnop_watch {
    int fd; /* -1: unused */
    cnop_loop_fn fn;
    void *arg;
};

struct cnop_thread {
    struct cnop_worker *worker;
    unsigned index;
    pthread_t handle;
    void *env;
    struct cnop_request *req; /* THREADS mode */
    unsigned char *peek;      /* scan buffer */
    struct cnop_conn *ready;  /* LOOP mode: to be looked at again after deferred answers */
};

enum cnop_drain {
    CNOP_DRAIN_NO,
    CNOP_DRAIN_CLOSE,    /* the service ends: idle connections are closed */
    CNOP_DRAIN_HANDOVER, /* a successor takes them */
};

/* What the parent gives to a worker. */
struct cnop_worker_start {
    const struct cnop_service *service;
    const struct cnop_web_config *config;
    struct cnop_scoreboard *scoreboard;
    unsigned slot; /* of the heartbeat in the scoreboard */
    int listen_fd;
    int handover[2]; /* -1: none */
};

struct cnop_worker {
    struct cnop_worker_start start;
    struct cnop_worker_beat *beat;
    struct cnop_peers peers;
    struct cnop_idle_pool idle_pool;
    struct cnop_frame_limits limits;
    size_t peek_bytes;
    int epoll_fd;
    int wake_fd;
    _Atomic int draining;
    _Atomic bool stopping;
    _Atomic bool listening; /* the listening socket is in the epoll set */
    _Atomic unsigned started;
    _Atomic bool failed;
    bool drain_told;
    uint64_t lost_lines_seen; /* of the log, counted already */
    struct cnop_thread threads[CNOP_THREAD_MAX];
    unsigned thread_count;
    struct cnop_watch watches[CNOP_WATCH_MAX];
};

/* Runs until drained. Exit status: 0, or 70 when an init hook failed. */
int cnop_worker_run(const struct cnop_worker_start *start);

/* Binds the calling thread; cnop_loop_watch and cnop_request_complete ask for it. */
void cnop_thread_enter(struct cnop_thread *thread);

/* The loop of one handler thread; returns when the worker stops. */
void cnop_thread_run(struct cnop_thread *thread);

/* Takes a connection's next steps until it is idle, closed or answered later. */
void cnop_thread_serve(struct cnop_thread *thread, struct cnop_conn *conn);

/* Adds or removes the listening socket; safe from any thread. */
void cnop_worker_listen(struct cnop_worker *worker, bool on);

/* The owner of a connection ends it because the worker drains; false: not possible yet. */
bool cnop_worker_retire(struct cnop_worker *worker, struct cnop_conn *conn);

#endif
