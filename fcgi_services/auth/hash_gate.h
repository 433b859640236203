/* SPDX-License-Identifier: MIT */
/* How many password hashes run at once, over all processes of the service: a few slots, a short
 * queue, and a refusal for everybody beyond. Without it a flood of logins takes every core from the
 * order path. A process that dies inside frees its place: all places are robust mutexes in shared
 * memory. Never decides about credentials. */
#ifndef CNOP_AUTH_HASH_GATE_H
#define CNOP_AUTH_HASH_GATE_H

#include "shared/base/err.h"

#include <stddef.h>
#include <stdint.h>

#define HASH_GATE_SLOTS_MAX 16
#define HASH_GATE_PLACES_MAX 256

struct hash_gate;

/* Start-up, before processes and threads exist. Aborts when the system gives no shared memory. */
struct hash_gate *hash_gate_new(void);

/* In each process before its first thread, with the same values: slot_count hashes at once,
 * queue_count callers waiting, each at most wait_ms. */
void hash_gate_limit(struct hash_gate *gate, size_t slot_count, size_t queue_count,
                     uint64_t wait_ms);

/* A place inside; give it back with hash_gate_leave from the same thread. */
struct hash_gate_pass {
    struct hash_gate *gate;
    size_t place;
    size_t slot;
};

/* OVERLOADED at once when the queue is full, or after wait_ms without a free slot. */
cnop_must_check enum cnop_err hash_gate_enter(struct hash_gate *gate,
                                              struct hash_gate_pass *ret_pass);
void hash_gate_leave(struct hash_gate_pass *pass); /* also for a zeroed pass */

#endif
