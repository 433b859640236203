/* SPDX-License-Identifier: MIT */
/* A table of places in shared memory. Each place has a robust mutex that its caller holds from
 * entering to leaving, so that a place whose caller was killed shows itself; one more guards the
 * table. Callers look every two milliseconds whether it is their turn: a hash takes tens of them,
 * and unlike a condition variable looking cannot lose a wake-up with the process that would have
 * sent it. Sources take turns by start times (start-time fair queueing): each caller of a source
 * starts one step after the one before it, and the smallest start goes first. */
#include "fcgi_services/auth/hash_gate.h"

#include "shared/base/clock.h"

#include <errno.h>
#include <pthread.h>
#include <sys/mman.h>
#include <time.h>

#define POLL_NS 2000000L
/* Callers that lost their place keep its mutex until they look again: room for as many. */
#define PLACE_COUNT (HASH_GATE_SLOTS_MAX + 2 * HASH_GATE_QUEUE_MAX)
#define SOURCE_BUCKETS 1024

enum place_state { PLACE_FREE, PLACE_WAITING, PLACE_RUNNING, PLACE_LOST };

struct place {
    pthread_mutex_t held;
    enum place_state state;
    enum hash_class hash_class;
    uint64_t start;
    uint64_t ticket; /* order of arrival, among equal starts */
};

struct hash_gate {
    size_t slot_count;
    size_t queue_count;
    uint64_t wait_us;
    pthread_mutex_t table;
    uint64_t next_ticket;
    uint64_t now[HASH_CLASS_COUNT]; /* start of the caller served last */
    uint64_t next_start[HASH_CLASS_COUNT][SOURCE_BUCKETS];
    struct place places[PLACE_COUNT];
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
    cnop_assert(pthread_mutex_init(&gate->table, &attributes) == 0);
    for (size_t i = 0; i < PLACE_COUNT; i++)
        cnop_assert(pthread_mutex_init(&gate->places[i].held, &attributes) == 0);
    (void)pthread_mutexattr_destroy(&attributes);
    return gate;
}

void
hash_gate_limit(struct hash_gate *gate, size_t slot_count, size_t queue_count, uint64_t wait_ms)
{
    cnop_assert(slot_count >= 1 && slot_count <= HASH_GATE_SLOTS_MAX);
    cnop_assert(queue_count <= HASH_GATE_QUEUE_MAX);
    gate->slot_count = slot_count;
    gate->queue_count = queue_count;
    gate->wait_us = wait_ms * 1000;
}

/* ---- the table, under its lock ---- */

static void
table_lock(struct hash_gate *gate)
{
    int result = pthread_mutex_lock(&gate->table);

    if (result == EOWNERDEAD) /* every field is valid at any moment; at worst a place looks taken */
        result = pthread_mutex_consistent(&gate->table);
    cnop_assert(result == 0);
}

static void
table_unlock(struct hash_gate *gate)
{
    cnop_assert(pthread_mutex_unlock(&gate->table) == 0);
}

/* Takes the mutex of a place that nobody alive holds. */
static bool
place_try(struct place *place)
{
    int result = pthread_mutex_trylock(&place->held);

    if (result == EOWNERDEAD)
        result = pthread_mutex_consistent(&place->held);
    cnop_assert(result == 0 || result == EBUSY);
    return result == 0;
}

static bool
goes_before(const struct place *a, const struct place *b)
{
    if (a->hash_class != b->hash_class)
        return a->hash_class < b->hash_class;
    return a->start != b->start ? a->start < b->start : a->ticket < b->ticket;
}

struct survey {
    size_t running_count;
    size_t waiting_count;
    struct place *first; /* of those that wait; NULL: none */
    struct place *last;
};

/* Counts, and frees the places of callers that were killed. own: the caller's, or NULL. */
static struct survey
survey_table(struct hash_gate *gate, const struct place *own)
{
    struct survey survey = {.running_count = 0};

    for (size_t i = 0; i < PLACE_COUNT; i++) {
        struct place *place = &gate->places[i];

        if (place->state == PLACE_FREE)
            continue;
        if (place != own && place_try(place)) {
            place->state = PLACE_FREE;
            cnop_assert(pthread_mutex_unlock(&place->held) == 0);
            continue;
        }
        survey.running_count += place->state == PLACE_RUNNING;
        if (place->state != PLACE_WAITING)
            continue;
        survey.waiting_count++;
        if (survey.first == NULL || goes_before(place, survey.first))
            survey.first = place;
        if (survey.last == NULL || goes_before(survey.last, place))
            survey.last = place;
    }
    return survey;
}

static struct place *
place_take(struct hash_gate *gate)
{
    for (size_t i = 0; i < PLACE_COUNT; i++) {
        if (gate->places[i].state == PLACE_FREE && place_try(&gate->places[i]))
            return &gate->places[i];
    }
    return NULL;
}

static void
place_give(struct place *place)
{
    place->state = PLACE_FREE;
    cnop_assert(pthread_mutex_unlock(&place->held) == 0);
}

/* One step after the caller's last, or now when that is long ago. */
static void
place_line_up(struct hash_gate *gate, struct place *place, const struct hash_caller *caller)
{
    uint64_t *next = &gate->next_start[caller->hash_class][caller->source % SOURCE_BUCKETS];
    uint64_t now = gate->now[caller->hash_class];

    place->hash_class = caller->hash_class;
    place->start = *next > now ? *next : now;
    place->ticket = gate->next_ticket++;
    place->state = PLACE_WAITING;
}

/* The new caller's place, in line; NULL when it has less right than all who wait. */
static struct place *
join(struct hash_gate *gate, const struct hash_caller *caller)
{
    struct place *own = place_take(gate);
    struct survey survey;

    if (own == NULL)
        return NULL;
    place_line_up(gate, own, caller);
    survey = survey_table(gate, own);
    if (survey.running_count + survey.waiting_count > gate->slot_count + gate->queue_count) {
        if (survey.last == own) {
            place_give(own);
            return NULL;
        }
        survey.last->state = PLACE_LOST;
    }
    gate->next_start[caller->hash_class][caller->source % SOURCE_BUCKETS] = own->start + 1;
    return own;
}

/* True when the place now runs. */
static bool
advance(struct hash_gate *gate, struct place *own)
{
    struct survey survey = survey_table(gate, own);

    if (own->state != PLACE_WAITING || survey.first != own ||
        survey.running_count >= gate->slot_count)
        return false;
    own->state = PLACE_RUNNING;
    gate->now[own->hash_class] = own->start;
    return true;
}

/* ---- callers ---- */

enum cnop_err
hash_gate_enter(struct hash_gate *gate, const struct hash_caller *caller,
                struct hash_gate_pass *ret_pass)
{
    const struct timespec pause = {.tv_nsec = POLL_NS};
    int64_t deadline_us = cnop_clock_monotonic_us() + (int64_t)gate->wait_us;
    struct place *own;
    bool runs = false;

    cnop_assert(caller->hash_class < HASH_CLASS_COUNT);
    table_lock(gate);
    own = join(gate, caller);
    if (own == NULL) {
        table_unlock(gate);
        return CNOP_E_OVERLOADED;
    }
    while (!(runs = advance(gate, own)) && own->state == PLACE_WAITING &&
           cnop_clock_monotonic_us() < deadline_us) {
        table_unlock(gate);
        (void)clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
        table_lock(gate);
    }
    if (!runs)
        place_give(own);
    table_unlock(gate);
    if (!runs)
        return CNOP_E_OVERLOADED;
    *ret_pass = (struct hash_gate_pass){.gate = gate, .place = (size_t)(own - gate->places)};
    return CNOP_OK;
}

void
hash_gate_leave(struct hash_gate_pass *pass)
{
    if (pass->gate == NULL)
        return;
    table_lock(pass->gate);
    cnop_assert(pass->gate->places[pass->place].state == PLACE_RUNNING);
    place_give(&pass->gate->places[pass->place]);
    table_unlock(pass->gate);
    *pass = (struct hash_gate_pass){0};
}
