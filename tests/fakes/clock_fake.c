/* SPDX-License-Identifier: MIT */
/* See clock_fake.h. */
#include "tests/fakes/clock_fake.h"

#include <stdatomic.h>
#include <time.h>

static atomic_bool is_frozen;
static _Atomic int64_t frozen_wall_us;
static _Atomic int64_t frozen_monotonic_us;

void
clock_fake_freeze(int64_t wall_us, int64_t monotonic_us)
{
    atomic_store(&frozen_wall_us, wall_us);
    atomic_store(&frozen_monotonic_us, monotonic_us);
    atomic_store(&is_frozen, true);
}

void
clock_fake_unfreeze(void)
{
    atomic_store(&is_frozen, false);
}

static int64_t
system_us(clockid_t id)
{
    struct timespec now;

    cnop_assert(clock_gettime(id, &now) == 0);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t
cnop_clock_wall_us(void)
{
    return atomic_load(&is_frozen) ? atomic_load(&frozen_wall_us) : system_us(CLOCK_REALTIME);
}

int64_t
cnop_clock_monotonic_us(void)
{
    return atomic_load(&is_frozen) ? atomic_load(&frozen_monotonic_us) : system_us(CLOCK_MONOTONIC);
}
