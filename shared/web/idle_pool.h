/* SPDX-License-Identifier: MIT */
/* The pool of idle connections: a fixed set of slots, each FREE, IDLE (watched by epoll) or BUSY
 * (owned by one thread). Ownership passes by compare-and-swap, so a connection has one user at any
 * time and an event for a busy one is remembered, never lost. */
#ifndef CNOP_WEB_IDLE_POOL_H
#define CNOP_WEB_IDLE_POOL_H

#include "shared/base/arena.h"

#include <pthread.h>
#include <stdatomic.h>

struct cnop_request;

enum cnop_conn_state {
    CNOP_CONN_FREE,
    CNOP_CONN_IDLE,
    CNOP_CONN_BUSY,
    CNOP_CONN_AGAIN, /* busy, and an event has come in meanwhile */
    CNOP_CONN_SWEPT, /* the controller looks at it for a moment; events wait */
};

struct cnop_conn {
    int fd;
    _Atomic int state;
    _Atomic int64_t waiting_since_us; /* part of a request has come; 0: none */
    _Atomic bool peer_closed;         /* no more will come */
    bool lingering;                   /* answered; what still comes is thrown away */
    struct cnop_request *req;         /* LOOP mode: the slot's own request */
    struct cnop_conn *next;           /* free list, or the loop's list of ready connections */
};

struct cnop_idle_pool {
    struct cnop_conn *conns;
    size_t count;
    int epoll_fd;
    pthread_mutex_t lock; /* guards the free list */
    struct cnop_conn *free_list;
    _Atomic uint32_t open_count;
};

void cnop_idle_pool_init(struct cnop_idle_pool *idle_pool, struct cnop_arena *pool, size_t count,
                         int epoll_fd);

/* A free slot for a connection to come; NULL: all are in use. Goes to adopt or give_back. */
struct cnop_conn *cnop_idle_pool_reserve(struct cnop_idle_pool *idle_pool);
void cnop_idle_pool_give_back(struct cnop_idle_pool *idle_pool, struct cnop_conn *conn);

/* Puts fd into a reserved slot, as BUSY and the caller's, and registers it with epoll. False: the
 * kernel refused; slot and fd stay the caller's. */
bool cnop_idle_pool_adopt(struct cnop_idle_pool *idle_pool, struct cnop_conn *conn, int fd);
bool cnop_idle_pool_has_room(const struct cnop_idle_pool *idle_pool);

/* An event has arrived. True: the caller now owns the connection. */
bool cnop_conn_claim(struct cnop_conn *conn);
/* The controller's claim of an idle connection, and its end. */
bool cnop_conn_sweep(struct cnop_conn *conn);
void cnop_conn_unsweep(struct cnop_conn *conn);
/* The owner puts it back. False: an event came meanwhile, the caller still owns it. */
bool cnop_conn_release(struct cnop_conn *conn);

/* The owner closes the connection, or has already lost its fd (closed = true); the slot is free. */
void cnop_conn_drop(struct cnop_idle_pool *idle_pool, struct cnop_conn *conn, bool closed);

/* The owner takes fd out of the pool without closing it; the slot is free. */
int cnop_conn_take(struct cnop_idle_pool *idle_pool, struct cnop_conn *conn);

#endif
