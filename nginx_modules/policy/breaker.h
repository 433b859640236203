/* SPDX-License-Identifier: MIT */
/* The breaker of one service: closed, open for a while, half-open with as many probes as it takes
 * successes to close. A lost connection is an event of the service, not of the request that met
 * it: however many requests one crash meets, it counts once a slice of time. An open breaker soon
 * lets a probe through; the pause doubles with each probe that fails, and is shortened by chance so
 * that gateways do not probe in step. Pure: no clock, no lock, no nginx. */
#ifndef CNOP_POLICY_BREAKER_H
#define CNOP_POLICY_BREAKER_H

#include <stdbool.h>
#include <stdint.h>

#define BREAKER_NAME_BYTES 32

enum breaker_state { BREAKER_CLOSED, BREAKER_HALF_OPEN, BREAKER_OPEN };

struct breaker_row {
    char name[BREAKER_NAME_BYTES]; /* empty: free */
    uint32_t state;
    uint32_t consecutive;
    uint32_t successes;
    uint32_t probes;
    uint64_t generation; /* of the state */
    uint64_t down_ms;    /* when it last was closed */
    uint64_t opened_ms;
    uint64_t pause_ms; /* of this opening, before chance shortened it */
    uint64_t wait_ms;  /* after */
    uint64_t probed_ms;
    uint64_t window_ms;
    uint64_t lost_ms; /* when a lost connection last counted */
    uint64_t total;   /* in the window */
    uint64_t failed;
    uint64_t opened; /* times, ever */
};

struct breaker_rule {
    uint32_t failures; /* consecutive, or in the window when they are ratio percent of all */
    uint32_t ratio;
    uint32_t successes; /* to close again, and probes at once */
    uint64_t window_ms;
    uint64_t slice_ms;
    uint64_t probe_ms; /* the first pause */
    uint64_t open_ms;  /* the longest */
    uint64_t hold_ms;  /* so long after the first failure a request may wait for it to close */
};

enum breaker_event_kind {
    BREAKER_ASK,     /* may this request go to the service? */
    BREAKER_SUCCESS, /* generation, as of the three below */
    BREAKER_FAILURE, /* the service answered that it failed */
    BREAKER_LOST,    /* no answer: refused, reset, or timed out */
    BREAKER_NOTHING, /* says nothing about the service */
    BREAKER_TRIP,    /* by hand: open for open_ms */
    BREAKER_RESET,   /* by hand, or the service says that it is ready: close */
};

struct breaker_event {
    enum breaker_event_kind kind;
    uint64_t generation; /* of the state in which the request was let through */
    uint32_t chance;     /* any number, for the pause */
};

struct breaker_result {
    bool admitted;
    bool may_wait;   /* not admitted, but it may pass before long */
    bool changed;    /* the state is another one now */
    uint64_t wait_ms; /* not admitted: until it is worth asking again */
};

void breaker_apply(struct breaker_row *row, const struct breaker_rule *rule,
                   const struct breaker_event *event, uint64_t now_ms,
                   struct breaker_result *ret_result);

#endif
