/* SPDX-License-Identifier: MIT */
/* Password hashes: argon2id with a random salt, in the usual text form that carries its own cost.
 * The only place where a password meets the hash function; callers go through hash_gate first,
 * because each call takes tens of milliseconds of a core and its memory cost in RAM. */
#ifndef CNOP_AUTH_PASSWORD_H
#define CNOP_AUTH_PASSWORD_H

#include "shared/base/str.h"

#define PASSWORD_HASH_BYTES 129 /* text with its NUL; the column holds 128 */

struct password_cost {
    uint64_t memory_kib; /* at least 8 */
    uint64_t passes;     /* at least 1 */
};

/* NO_MEMORY: the system cannot give the memory the cost asks for. */
cnop_must_check enum cnop_err password_hash_make(const struct password_cost *cost,
                                                 struct cnop_str password,
                                                 char ret_hash[PASSWORD_HASH_BYTES]);

/* BAD_CREDENTIALS: another password, or not a hash of ours. NO_MEMORY as above. */
cnop_must_check enum cnop_err password_hash_verify(const char *hash, struct cnop_str password);

/* True when the hash was made with another cost, so the next successful login should replace it. */
bool password_hash_is_stale(const char *hash, const struct password_cost *cost);

#endif
