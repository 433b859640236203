/* SPDX-License-Identifier: MIT */
/* Planted bugs and kill points for the chaos tests. Compiled to nothing unless the build defines
 * CNOP_FAULT_POINTS; then the environment chooses: CNOP_FAULT=<bug> makes the engine misbehave, and
 * CNOP_KILL=<point>:<n> kills the process when it passes the point for the n-th time: accepted,
 * applied, sealed, pre_commit, post_commit, pre_reply, post_reply. */
#ifndef CNOP_ORDER_FAULT_H
#define CNOP_ORDER_FAULT_H

#include <stdbool.h>

enum engine_fault {
    ENGINE_FAULT_REPLY_EARLY,    /* "reply_early": answers before the commit */
    ENGINE_FAULT_SKIP_DEDUPE,    /* "skip_dedupe": stores no idempotency keys */
    ENGINE_FAULT_DROP_FENCE,     /* "drop_fence": writes whatever the epoch */
    ENGINE_FAULT_LOSE_LEG,       /* "lose_leg": forgets one transfer of every 16th order */
    ENGINE_FAULT_CANCEL_UNHEARD, /* "cancel_unheard": says cancelled, and leaves it on the book */
    ENGINE_FAULT_KEEP_HOLD,      /* "keep_hold": a unit stays held when an order is gone */
    ENGINE_FAULT_LOSE_PRIORITY,  /* "lose_priority": stores an order's number as its place */
    ENGINE_FAULT_KEEP_OPEN,      /* "keep_open": what has ended is on the book after a start */
    ENGINE_FAULT_LOSE_TRIGGER,   /* "lose_trigger": an order that was reached goes on waiting */
    ENGINE_FAULT_COUNT,
};

#ifdef CNOP_FAULT_POINTS
bool engine_fault(enum engine_fault fault);
void engine_kill_point(const char *name);
#else
static inline bool
engine_fault(enum engine_fault fault)
{
    (void)fault;
    return false;
}
static inline void
engine_kill_point(const char *name)
{
    (void)name;
}
#endif

#endif
