/* SPDX-License-Identifier: MIT */
/* One thread tells another that something is there: a descriptor that stays readable until it is
 * drained. It says that, not how often; the thing itself lies under a mutex of its owner. */
#ifndef CNOP_ORDER_WAKE_H
#define CNOP_ORDER_WAKE_H

#include <errno.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "shared/base/base.h"

/* Negative: the process has no descriptor left. Closed like any other. */
static inline int
wake_open(void)
{
    return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
}

static inline void
wake_signal(int fd)
{
    uint64_t one = 1;

    cnop_assert(fd >= 0);
    while (write(fd, &one, sizeof(one)) < 0 && errno == EINTR)
        continue;
}

static inline void
wake_drain(int fd)
{
    uint64_t count;

    cnop_assert(fd >= 0);
    while (read(fd, &count, sizeof(count)) < 0 && errno == EINTR)
        continue;
}

#endif
