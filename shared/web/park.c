/* SPDX-License-Identifier: MIT */
/* Slot states and epoll membership. Never reads from a connection. */
#include "shared/web/park.h"

#include <sched.h>
#include <sys/epoll.h>
#include <unistd.h>

void
cnop_park_init(struct cnop_park *park, struct cnop_arena *pool, size_t count, int epoll_fd)
{
    park->conns = cnop_arena_alloc_array(pool, count, sizeof(*park->conns));
    cnop_assert(park->conns != NULL);
    park->count = count;
    park->epoll_fd = epoll_fd;
    cnop_assert(pthread_mutex_init(&park->lock, NULL) == 0);
    for (size_t i = count; i > 0; i--) {
        park->conns[i - 1].fd = -1;
        park->conns[i - 1].next = park->free_list;
        park->free_list = &park->conns[i - 1];
    }
}

struct cnop_conn *
cnop_park_reserve(struct cnop_park *park)
{
    struct cnop_conn *conn;

    pthread_mutex_lock(&park->lock);
    conn = park->free_list;
    if (conn != NULL)
        park->free_list = conn->next;
    pthread_mutex_unlock(&park->lock);
    if (conn != NULL)
        atomic_fetch_add(&park->open_count, 1);
    return conn;
}

void
cnop_park_give_back(struct cnop_park *park, struct cnop_conn *conn)
{
    atomic_store(&conn->state, CNOP_CONN_FREE);
    pthread_mutex_lock(&park->lock);
    conn->next = park->free_list;
    park->free_list = conn;
    pthread_mutex_unlock(&park->lock);
    atomic_fetch_sub(&park->open_count, 1);
}

bool
cnop_park_has_room(const struct cnop_park *park)
{
    return atomic_load_explicit(&park->open_count, memory_order_relaxed) < park->count;
}

bool
cnop_park_adopt(struct cnop_park *park, struct cnop_conn *conn, int fd)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP | EPOLLET, .data.ptr = conn};

    cnop_assert(atomic_load(&conn->state) == CNOP_CONN_FREE);
    conn->fd = fd;
    conn->next = NULL;
    conn->lingering = false;
    atomic_store(&conn->peer_closed, false);
    atomic_store(&conn->waiting_since_us, 0);
    atomic_store(&conn->state, CNOP_CONN_BUSY);
    if (epoll_ctl(park->epoll_fd, EPOLL_CTL_ADD, fd, &event) == 0)
        return true;
    conn->fd = -1;
    atomic_store(&conn->state, CNOP_CONN_FREE);
    return false;
}

bool
cnop_conn_claim(struct cnop_conn *conn)
{
    int state = atomic_load(&conn->state);

    for (;;) {
        if (state == CNOP_CONN_IDLE) {
            if (atomic_compare_exchange_weak(&conn->state, &state, CNOP_CONN_BUSY))
                return true;
        } else if (state == CNOP_CONN_BUSY) {
            if (atomic_compare_exchange_weak(&conn->state, &state, CNOP_CONN_AGAIN))
                return false;
        } else if (state == CNOP_CONN_SWEPT) {
            (void)sched_yield();
            state = atomic_load(&conn->state);
        } else {
            return false; /* marked already, or closed since epoll reported it */
        }
    }
}

bool
cnop_conn_sweep(struct cnop_conn *conn)
{
    int state = CNOP_CONN_IDLE;

    return atomic_compare_exchange_strong(&conn->state, &state, CNOP_CONN_SWEPT);
}

void
cnop_conn_unsweep(struct cnop_conn *conn)
{
    cnop_assert(atomic_load(&conn->state) == CNOP_CONN_SWEPT);
    atomic_store(&conn->state, CNOP_CONN_IDLE);
}

bool
cnop_conn_release(struct cnop_conn *conn)
{
    int state = CNOP_CONN_BUSY;

    if (atomic_compare_exchange_strong(&conn->state, &state, CNOP_CONN_IDLE))
        return true;
    cnop_assert(state == CNOP_CONN_AGAIN);
    atomic_store(&conn->state, CNOP_CONN_BUSY);
    return false;
}

int
cnop_conn_take(struct cnop_park *park, struct cnop_conn *conn)
{
    int fd = conn->fd;

    cnop_assert(fd >= 0);
    cnop_assert(atomic_load(&conn->state) >= CNOP_CONN_BUSY);
    /* Another process may hold the same connection: closing alone would leave it registered. */
    (void)epoll_ctl(park->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
    conn->fd = -1;
    cnop_park_give_back(park, conn);
    return fd;
}

void
cnop_conn_drop(struct cnop_park *park, struct cnop_conn *conn, bool closed)
{
    int fd = conn->fd;

    cnop_assert(atomic_load(&conn->state) >= CNOP_CONN_BUSY);
    conn->fd = -1;
    if (!closed)
        (void)close(fd);
    cnop_park_give_back(park, conn);
}
