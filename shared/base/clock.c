/* SPDX-License-Identifier: MIT */
/* The only reader of system clocks. Nothing else stands in this file, so that tests can put clocks
 * of their own in its place. */
#include "shared/base/clock.h"

#include <time.h>

static int64_t
clock_read(clockid_t id)
{
    struct timespec now;
    int failed = clock_gettime(id, &now);

    cnop_assert(failed == 0);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t
cnop_clock_wall_us(void)
{
    return clock_read(CLOCK_REALTIME);
}

int64_t
cnop_clock_monotonic_us(void)
{
    return clock_read(CLOCK_MONOTONIC);
}
