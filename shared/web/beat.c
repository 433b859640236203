/* SPDX-License-Identifier: MIT */
/* Heartbeats; see beat.h. */
#include "shared/web/beat.h"

#include "shared/base/clock.h"

void
cnop_beat_work(cnop_beat *beat)
{
    atomic_store_explicit(beat, cnop_clock_monotonic_us(), memory_order_relaxed);
}

void
cnop_beat_wait(cnop_beat *beat)
{
    atomic_store_explicit(beat, -cnop_clock_monotonic_us(), memory_order_relaxed);
}

void
cnop_beat_end(cnop_beat *beat)
{
    atomic_store_explicit(beat, 0, memory_order_relaxed);
}

bool
cnop_beat_is_stuck(int64_t value, int64_t now_us, const struct cnop_beat_limits *limits)
{
    if (value > 0)
        return now_us - value > limits->work_us;
    return value < 0 && now_us + value > limits->wait_us;
}
