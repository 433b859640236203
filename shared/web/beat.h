/* SPDX-License-Identifier: MIT */
/* The heartbeat of a thread: what it does, and since when, in one word. The thread writes it in one
 * store and the watchdog reads it in one load, so the two can never be taken from different
 * moments. */
#ifndef CNOP_WEB_BEAT_H
#define CNOP_WEB_BEAT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* 0: no thread is running; else the monotonic time of the last change, negative while it waits. */
typedef _Atomic int64_t cnop_beat;

/* The thread takes up work; it has nothing to do and waits; it ends. */
void cnop_beat_work(cnop_beat *beat);
void cnop_beat_wait(cnop_beat *beat);
void cnop_beat_end(cnop_beat *beat);

struct cnop_beat_limits {
    int64_t work_us; /* one piece of work may take */
    int64_t wait_us; /* a waiting thread shows itself at least so often */
};

/* Whether a value read from a beat says at now_us that its thread hangs. Pure. A value that is
 * newer than now_us says no. */
bool cnop_beat_is_stuck(int64_t value, int64_t now_us, const struct cnop_beat_limits *limits);

#endif
