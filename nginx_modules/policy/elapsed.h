/* SPDX-License-Identifier: MIT */
/* Time between two readings of a clock that never goes back, made by two processes: the later
 * reading may arrive first, and then no time has passed. */
#ifndef CNOP_POLICY_ELAPSED_H
#define CNOP_POLICY_ELAPSED_H

#include <stdint.h>

static inline uint64_t
policy_elapsed(uint64_t since_ms, uint64_t now_ms)
{
    return now_ms > since_ms ? now_ms - since_ms : 0;
}

#endif
