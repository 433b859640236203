/* SPDX-License-Identifier: MIT */
/* Buckets in a row: a full one marks itself, and its records go on in the next. */
#include "nginx_modules/policy/revoke.h"

#include "shared/base/attr.h"

#define CHAIN_MAX 64 /* buckets one record may be away from its own */

static struct revoke_record *
find(const struct revoke_table *table, uint64_t hash, uint64_t kind, const uint64_t key[2])
{
    cnop_assert(table->bucket_count > 0);
    for (size_t n = 0; n < CHAIN_MAX && n < table->bucket_count; n++) {
        struct revoke_bucket *bucket = &table->buckets[(hash + n) % table->bucket_count];

        for (int i = 0; i < REVOKE_WAYS; i++) {
            struct revoke_record *row = &bucket->rows[i];

            if (__atomic_load_n(&row->kind, __ATOMIC_ACQUIRE) == kind && row->key[0] == key[0] &&
                row->key[1] == key[1])
                return row;
        }
        if (__atomic_load_n(&bucket->overflow, __ATOMIC_ACQUIRE) == 0)
            return NULL;
    }
    return NULL;
}

const struct revoke_record *
revoke_find(const struct revoke_table *table, uint64_t hash, enum revoke_kind kind,
            const uint64_t key[2])
{
    return find(table, hash, kind, key);
}

/* Expired records are free: nobody may count on them any more. */
static struct revoke_record *
free_place(const struct revoke_table *table, uint64_t hash, uint32_t now_s)
{
    for (size_t n = 0; n < CHAIN_MAX && n < table->bucket_count; n++) {
        struct revoke_bucket *bucket = &table->buckets[(hash + n) % table->bucket_count];

        for (int i = 0; i < REVOKE_WAYS; i++)
            if (bucket->rows[i].kind == REVOKE_NONE || bucket->rows[i].expires_s <= now_s)
                return &bucket->rows[i];
        __atomic_store_n(&bucket->overflow, 1, __ATOMIC_RELEASE);
    }
    return NULL;
}

bool
revoke_apply(const struct revoke_table *table, uint64_t hash, const struct revoke_record *record,
             uint32_t now_s)
{
    struct revoke_record *row;

    cnop_assert(record->kind != REVOKE_NONE);
    if (record->expires_s <= now_s)
        return true; /* so are the tokens it would end */
    row = find(table, hash, record->kind, record->key);
    if (row != NULL && row->expires_s > now_s) {
        if (record->before_s > row->before_s)
            row->before_s = record->before_s;
        if (record->expires_s > row->expires_s)
            row->expires_s = record->expires_s;
        return true;
    }
    if (row == NULL)
        row = free_place(table, hash, now_s);
    if (row == NULL)
        return false;
    __atomic_store_n(&row->kind, REVOKE_NONE, __ATOMIC_RELEASE);
    row->key[0] = record->key[0];
    row->key[1] = record->key[1];
    row->before_s = record->before_s;
    row->expires_s = record->expires_s;
    __atomic_store_n(&row->kind, record->kind, __ATOMIC_RELEASE);
    return true;
}
