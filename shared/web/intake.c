/* SPDX-License-Identifier: MIT */
/* What a worker still takes in: the listening socket in its epoll set or not, and the end of a
 * connection because the worker drains. For the controller and the handler threads alike. */
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "shared/web/worker.h"

void
cnop_worker_listen(struct cnop_worker *worker, bool on)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLEXCLUSIVE,
                                .data.ptr = &worker->start.listen_fd};

    if (atomic_exchange(&worker->listening, on) == on)
        return;
    (void)epoll_ctl(worker->epoll_fd, on ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, worker->start.listen_fd,
                    &event);
}

bool
cnop_worker_retire(struct cnop_worker *worker, struct cnop_conn *conn)
{
    char byte;

    if (conn->lingering)
        return false;
    if (atomic_load(&worker->draining) == CNOP_DRAIN_HANDOVER) {
        if (cnop_handover_send(worker->start.handover[0], conn->fd) != CNOP_OK)
            return false;
        (void)close(cnop_conn_take(&worker->idle_pool, conn));
        return true;
    }
    if (recv(conn->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0)
        return false; /* a request is on its way in: answer it first */
    cnop_conn_drop(&worker->idle_pool, conn, false);
    return true;
}
