/* SPDX-License-Identifier: MIT */
/* Slot states and epoll membership. Never reads from a connection. */
#include "shared/web/idle_pool.h"

#include <sched.h>
#include <sys/epoll.h>
#include <unistd.h>

void
cnop_idle_pool_init(struct cnop_idle_pool *idle_pool, struct cnop_arena *pool, size_t count,
                    int epoll_fd)
{
    idle_pool->conns = cnop_arena_alloc_array(pool, count, sizeof(*idle_pool->conns));
    cnop_assert(idle_pool->conns != NULL);
    idle_pool->count = count;
    idle_pool->epoll_fd = epoll_fd;
    cnop_assert(pthread_mutex_init(&idle_pool->lock, NULL) == 0);
    for (size_t i = count; i > 0; i--) {
        idle_pool->conns[i - 1].fd = -1;
        idle_pool->conns[i - 1].next = idle_pool->free_list;
        idle_pool->free_list = &idle_pool->conns[i - 1];
    }
}

struct cnop_conn *
cnop_idle_pool_reserve(struct cnop_idle_pool *idle_pool)
{
    struct cnop_conn *conn;

    pthread_mutex_lock(&idle_pool->lock);
    conn = idle_pool->free_list;
    if (conn != NULL)
        idle_pool->free_list = conn->next;
    pthread_mutex_unlock(&idle_pool->lock);
    if (conn != NULL)
        atomic_fetch_add(&idle_pool->open_count, 1);
    return conn;
}

void
cnop_idle_pool_give_back(struct cnop_idle_pool *idle_pool, struct cnop_conn *conn)
{
    atomic_store(&conn->state, CNOP_CONN_FREE);
    pthread_mutex_lock(&idle_pool->lock);
    conn->next = idle_pool->free_list;
    idle_pool->free_list = conn;
    pthread_mutex_unlock(&idle_pool->lock);
    atomic_fetch_sub(&idle_pool->open_count, 1);
}

bool
cnop_idle_pool_has_room(const struct cnop_idle_pool *idle_pool)
{
    return atomic_load_explicit(&idle_pool->open_count, memory_order_relaxed) < idle_pool->count;
}

bool
cnop_idle_pool_adopt(struct cnop_idle_pool *idle_pool, struct cnop_conn *conn, int fd)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP | EPOLLET, .data.ptr = conn};

    cnop_assert(atomic_load(&conn->state) == CNOP_CONN_FREE);
    conn->fd = fd;
    conn->next = NULL;
    conn->lingering = false;
    atomic_store(&conn->peer_closed, false);
    atomic_store(&conn->waiting_since_us, 0);
    atomic_store(&conn->state, CNOP_CONN_BUSY);
    if (epoll_ctl(idle_pool->epoll_fd, EPOLL_CTL_ADD, fd, &event) == 0)
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
cnop_conn_take(struct cnop_idle_pool *idle_pool, struct cnop_conn *conn)
{
    int fd = conn->fd;

    cnop_assert(fd >= 0);
    cnop_assert(atomic_load(&conn->state) >= CNOP_CONN_BUSY);
    /* Another process may hold the same connection: closing alone would leave it registered. */
    (void)epoll_ctl(idle_pool->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
    conn->fd = -1;
    cnop_idle_pool_give_back(idle_pool, conn);
    return fd;
}

void
cnop_conn_drop(struct cnop_idle_pool *idle_pool, struct cnop_conn *conn, bool closed)
{
    int fd = conn->fd;

    cnop_assert(atomic_load(&conn->state) >= CNOP_CONN_BUSY);
    conn->fd = -1;
    if (!closed)
        (void)close(fd);
    cnop_idle_pool_give_back(idle_pool, conn);
}
