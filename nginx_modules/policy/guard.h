/* SPDX-License-Identifier: MIT */
/* The login guard of one address: a guess takes a place before it may reach the service and gives
 * it back with the answer, so that parallel guesses never exceed the failures still allowed. Each
 * failure belongs to the account that was guessed at; a success forgives those of its own account
 * and no others. Pure: no clock, no lock, no nginx. */
#ifndef CNOP_POLICY_GUARD_H
#define CNOP_POLICY_GUARD_H

#include <stdbool.h>
#include <stdint.h>

#define GUARD_WAYS 8
#define GUARD_KEY_BYTES 16
#define GUARD_SLOTS 16    /* guesses on their way at once */
#define GUARD_FAILS_MAX 16 /* the most a rule can allow */

struct guard_slot {
    uint32_t pid;     /* of the worker that waits for the answer; 0: free */
    uint32_t until_s; /* an answer later than this no longer comes */
};

struct guard_row {
    uint8_t key[GUARD_KEY_BYTES];
    uint64_t used_ms;    /* 0: empty */
    uint64_t window_ms;  /* of the first failure */
    uint64_t blocked_ms; /* until; 0: not blocked */
    uint32_t fails;
    uint32_t soft_fails;
    uint32_t accounts[GUARD_FAILS_MAX]; /* of each of the failures */
    struct guard_slot slots[GUARD_SLOTS];
};

struct guard_rule {
    uint32_t fails;      /* 1 to GUARD_FAILS_MAX */
    uint32_t soft_fails; /* 0: soft failures are not counted */
    uint64_t within_ms;
    uint64_t block_ms;
    uint64_t hold_ms; /* how long a guess may be on its way */
};

enum guard_event_kind {
    GUARD_ASK,     /* may this guess go on? pid */
    GUARD_FAILED,  /* slot, pid, account */
    GUARD_SOFT,    /* slot, pid */
    GUARD_PASSED,  /* slot, pid, account */
    GUARD_RELEASE, /* the answer says nothing about the guess. slot, pid */
    GUARD_DIED,    /* the worker is gone: its places are free. pid */
    GUARD_BLOCK,   /* by hand: for block_ms */
    GUARD_FORGET,  /* by hand */
};

struct guard_event {
    enum guard_event_kind kind;
    uint32_t pid;
    uint32_t slot;
    uint32_t account; /* hash of its name; 0 for one that was not named */
    uint64_t block_ms;
};

enum guard_verdict { GUARD_GO, GUARD_WAIT, GUARD_BLOCKED };

struct guard_result {
    enum guard_verdict verdict; /* of GUARD_ASK */
    uint32_t slot;              /* with GUARD_GO */
    uint64_t left_ms;           /* with GUARD_BLOCKED, at least 1 */
    bool newly_blocked;
};

/* The row of key in its bucket, made when it is not there and create is set; NULL otherwise. The
 * addresses that are not blocked are forgotten first. */
struct guard_row *guard_find(struct guard_row bucket[GUARD_WAYS],
                             const uint8_t key[GUARD_KEY_BYTES], uint64_t now_ms, bool create,
                             bool *ret_evicted);

void guard_apply(struct guard_row *row, const struct guard_rule *rule,
                 const struct guard_event *event, uint64_t now_ms, struct guard_result *ret_result);

bool guard_row_is_empty(const struct guard_row *row); /* no failures, no block */

#endif
