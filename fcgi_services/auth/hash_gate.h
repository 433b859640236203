/* SPDX-License-Identifier: MIT */
/* How many password hashes run at once, over all processes of the service: a few slots and a short
 * queue, in which known callers come first and every source gets its turn. Whoever is not served in
 * time is refused early. Without it a flood of logins takes every core from the order path, and the
 * queue from everybody else. A process that dies inside frees its place. Never decides about
 * credentials. */
#ifndef CNOP_AUTH_HASH_GATE_H
#define CNOP_AUTH_HASH_GATE_H

#include "shared/base/err.h"

#include <stddef.h>
#include <stdint.h>

#define HASH_GATE_SLOTS_MAX 16
#define HASH_GATE_QUEUE_MAX 200

struct hash_gate;

/* Who goes first. A better class passes a worse one, and takes its place when the queue is full. */
enum hash_class {
    HASH_CLASS_KNOWN,    /* the user has logged in from this source before */
    HASH_CLASS_FAMILIAR, /* somebody has */
    HASH_CLASS_UNKNOWN,
    HASH_CLASS_COUNT
};

/* Callers of one class and one source wait in line; sources of a class take turns. */
struct hash_caller {
    enum hash_class hash_class;
    uint64_t source;
};

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
};

/* OVERLOADED at once when the queue holds nobody of less right, when somebody of more right took
 * the place, or after wait_ms. */
cnop_must_check enum cnop_err hash_gate_enter(struct hash_gate *gate,
                                              const struct hash_caller *caller,
                                              struct hash_gate_pass *ret_pass);
void hash_gate_leave(struct hash_gate_pass *pass); /* also for a zeroed pass */

#endif
