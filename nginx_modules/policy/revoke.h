/* SPDX-License-Identifier: MIT */
/* The denylist: which sessions, tokens and users have ended. Exact, no false positives, nothing
 * that has not expired is ever forgotten; when there is no room the record is refused so that its
 * sender knows. Looking up needs no lock: a record becomes visible with its kind, written last.
 * Adding does. Pure: no clock, no lock, no nginx. */
#ifndef CNOP_POLICY_REVOKE_H
#define CNOP_POLICY_REVOKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REVOKE_WAYS 7

enum revoke_kind {
    REVOKE_NONE = 0,
    REVOKE_SESSION = 's',
    REVOKE_TOKEN = 'j',
    REVOKE_USER = 'u',
};

struct revoke_record {
    uint64_t key[2];
    uint32_t expires_s;
    uint32_t before_s; /* of a user: tokens issued earlier end */
    uint64_t kind;     /* enum revoke_kind */
};

struct revoke_bucket {
    uint64_t overflow; /* look into the next bucket too */
    struct revoke_record rows[REVOKE_WAYS];
};

struct revoke_table {
    struct revoke_bucket *buckets;
    size_t bucket_count;
};

/* hash is of kind and key, the same for both calls. */

/* NULL when there is no such record; one that is there may have expired. */
const struct revoke_record *revoke_find(const struct revoke_table *table, uint64_t hash,
                                        enum revoke_kind kind, const uint64_t key[2]);

/* False when there is no room. A record that is there already is extended, never shortened. */
bool revoke_apply(const struct revoke_table *table, uint64_t hash,
                  const struct revoke_record *record, uint32_t now_s);

#endif
