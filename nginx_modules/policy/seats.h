/* SPDX-License-Identifier: MIT */
/* Who holds a stream open, over all processes: so many of one account, so many of one address.
 * Rows are few and small and are gone through one by one; each becomes valid, and free again, with
 * one word, so a process that dies anywhere leaves no wrong count behind, only rows that name it.
 * Taking is done under a lock; leaving needs none. Pure. */
#ifndef CNOP_POLICY_SEATS_H
#define CNOP_POLICY_SEATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct seat {
    uint64_t account; /* 0: nobody's in particular, not counted by account */
    uint64_t address; /* a hash */
    uint64_t process; /* 0: free */
};

struct seats {
    uint32_t count;
    uint32_t used; /* rows behind these were never taken */
    struct seat rows[];
};

struct seat_limits {
    uint32_t account; /* streams of one */
    uint32_t address;
};

/* False: the account or the address has as many as it may have, or all rows are taken. */
bool seats_take(struct seats *seats, const struct seat_limits *limits, const struct seat *who,
                uint32_t *ret_index);
void seats_leave(struct seats *seats, uint32_t index);

/* Frees the rows of processes that are gone. */
void seats_reclaim(struct seats *seats, bool (*is_gone)(uint64_t process));

uint32_t seats_taken(const struct seats *seats);

#endif
