/* SPDX-License-Identifier: MIT */
/* What the gateway's login guard says of addresses, as far as it is believed, and what it is told.
 * Pure. */
#ifndef CNOP_OPS_GUARD_JSON_H
#define CNOP_OPS_GUARD_JSON_H

#include "shared/base/arena.h"
#include "shared/base/buf.h"

#define OPS_GUARD_REPLY_BYTES ((size_t)320 * 1024)
#define OPS_GUARD_ROW_MAX 1000
#define OPS_GUARD_LINE_BYTES 128
#define OPS_GUARD_SECONDS_MAX (UINT64_C(30) * 86400)

struct ops_guard_row {
    struct cnop_str address;
    uint64_t fails;         /* of logins, within the window */
    uint64_t unknown_users; /* logins of users that there are not, the same */
    uint64_t seconds_left;  /* of a block; 0: there is none */
};

struct ops_guard {
    const struct ops_guard_row *rows; /* longest blocked first, then by failures */
    size_t count;
    uint64_t blocked_count; /* also those that had no room in the answer */
};

/* UNAVAILABLE: not an answer of a guard. NO_MEMORY. */
cnop_must_check enum cnop_err ops_guard_read(struct cnop_arena *arena, struct cnop_str body,
                                             struct ops_guard *ret_guard);

/* IPv4 or IPv6, in the usual spelling, without a zone or a prefix. */
bool ops_guard_address_is_valid(struct cnop_str address);

/* One line of a command; 0 seconds lift the block. */
void ops_guard_write(struct cnop_buf *buf, struct cnop_str address, uint64_t seconds);

#endif
