/* SPDX-License-Identifier: MIT */
/* Planted bugs and kill points; see fault.h. Empty in every build that is meant to be used. */
#include "fcgi_services/order/fault.h"

#ifdef CNOP_FAULT_POINTS

#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static const char *const fault_names[ENGINE_FAULT_COUNT] = {
    [ENGINE_FAULT_REPLY_EARLY] = "reply_early",       [ENGINE_FAULT_SKIP_DEDUPE] = "skip_dedupe",
    [ENGINE_FAULT_DROP_FENCE] = "drop_fence",         [ENGINE_FAULT_LOSE_LEG] = "lose_leg",
    [ENGINE_FAULT_CANCEL_UNHEARD] = "cancel_unheard", [ENGINE_FAULT_KEEP_HOLD] = "keep_hold",
    [ENGINE_FAULT_LOSE_PRIORITY] = "lose_priority",   [ENGINE_FAULT_KEEP_OPEN] = "keep_open",
    [ENGINE_FAULT_LOSE_TRIGGER] = "lose_trigger",
};

bool
engine_fault(enum engine_fault fault)
{
    const char *chosen = getenv("CNOP_FAULT");

    return chosen != NULL && strcmp(chosen, fault_names[fault]) == 0;
}

void
engine_kill_point(const char *name)
{
    static atomic_long passed;
    const char *chosen = getenv("CNOP_KILL");
    size_t len = strlen(name);

    if (chosen == NULL || strncmp(chosen, name, len) != 0 || chosen[len] != ':')
        return;
    if (atomic_fetch_add(&passed, 1) + 1 == strtol(chosen + len + 1, NULL, 10))
        (void)raise(SIGKILL);
}

#else

/* ISO C wants a declaration in every translation unit. */
extern int engine_fault_points_are_off;

#endif
