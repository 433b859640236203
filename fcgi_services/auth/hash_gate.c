/* SPDX-License-Identifier: MIT */
/* Places (slots + queue) are taken first and held to the end; the slot is then polled for. A hash
 * takes tens of milliseconds, so polling every two costs nothing, and unlike a condition variable
 * it cannot lose a wake-up when the process that would have sent it is killed. */
#include "fcgi_services/auth/hash_gate.h"

#include "shared/base/clock.h"

#include <errno.h>
#include <pthread.h>
#include <sys/mman.h>
#include <time.h>

#define POLL_NS 2000000L

struct hash_gate {
    size_t slot_count;
    size_t place_count;
    uint64_t wait_us;
    pthread_mutex_t slots[HASH_GATE_SLOTS_MAX];
    pthread_mutex_t places[HASH_GATE_PLACES_MAX];
};

struct hash_gate *
hash_gate_new(void)
{
    pthread_mutexattr_t attributes;
    struct hash_gate *gate;

    gate = mmap(NULL, sizeof(*gate), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    cnop_assert(gate != MAP_FAILED);
    cnop_assert(pthread_mutexattr_init(&attributes) == 0);
    cnop_assert(pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED) == 0);
    cnop_assert(pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST) == 0);
    for (size_t i = 0; i < HASH_GATE_SLOTS_MAX; i++)
        cnop_assert(pthread_mutex_init(&gate->slots[i], &attributes) == 0);
    for (size_t i = 0; i < HASH_GATE_PLACES_MAX; i++)
        cnop_assert(pthread_mutex_init(&gate->places[i], &attributes) == 0);
    (void)pthread_mutexattr_destroy(&attributes);
    return gate;
}

void
hash_gate_limit(struct hash_gate *gate, size_t slot_count, size_t queue_count, uint64_t wait_ms)
{
    cnop_assert(slot_count >= 1 && slot_count <= HASH_GATE_SLOTS_MAX);
    cnop_assert(slot_count + queue_count <= HASH_GATE_PLACES_MAX);
    gate->slot_count = slot_count;
    gate->place_count = slot_count + queue_count;
    gate->wait_us = wait_ms * 1000;
}

/* Index of a mutex now held, or count when all are taken. */
static size_t
take_any(pthread_mutex_t *mutexes, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        int result = pthread_mutex_trylock(&mutexes[i]);

        if (result == EOWNERDEAD) /* its holder was killed; nothing is guarded, so go on */
            result = pthread_mutex_consistent(&mutexes[i]);
        if (result == 0)
            break;
        cnop_assert(result == EBUSY);
    }
    return i;
}

enum cnop_err
hash_gate_enter(struct hash_gate *gate, struct hash_gate_pass *ret_pass)
{
    const struct timespec pause = {.tv_nsec = POLL_NS};
    int64_t deadline_us = cnop_clock_monotonic_us() + (int64_t)gate->wait_us;
    size_t place = take_any(gate->places, gate->place_count);
    size_t slot;

    if (place == gate->place_count)
        return CNOP_E_OVERLOADED;
    for (;;) {
        slot = take_any(gate->slots, gate->slot_count);
        if (slot < gate->slot_count)
            break;
        if (cnop_clock_monotonic_us() >= deadline_us) {
            (void)pthread_mutex_unlock(&gate->places[place]);
            return CNOP_E_OVERLOADED;
        }
        (void)clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
    }
    *ret_pass = (struct hash_gate_pass){.gate = gate, .place = place, .slot = slot};
    return CNOP_OK;
}

void
hash_gate_leave(struct hash_gate_pass *pass)
{
    if (pass->gate == NULL)
        return;
    cnop_assert(pthread_mutex_unlock(&pass->gate->slots[pass->slot]) == 0);
    cnop_assert(pthread_mutex_unlock(&pass->gate->places[pass->place]) == 0);
    *pass = (struct hash_gate_pass){0};
}
