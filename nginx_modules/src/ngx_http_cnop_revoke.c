/* SPDX-License-Identifier: MIT */
/*
 * The denylist: which sessions, tokens and users have ended.  Exact, no false positives, nothing
 * that has not expired is ever forgotten; when there is no room the record is refused so that its
 * sender knows.  Lookups take no lock: a record becomes visible with its kind, written last.
 */

#include "ngx_http_cnop_module.h"

#include <openssl/rand.h>


#define NGX_HTTP_CNOP_REVOKE_WAYS    7
#define NGX_HTTP_CNOP_REVOKE_CHAIN   64


typedef struct {
    uint64_t                    key[2];
    uint32_t                    expires;
    uint32_t                    before;        /* of a user: tokens issued earlier end */
    ngx_atomic_t                kind;          /* 's', 'j', 'u'; 0 = empty */
} ngx_http_cnop_revoked_t;


typedef struct {
    ngx_atomic_t                overflow;      /* look into the next bucket too */
    ngx_http_cnop_revoked_t     rows[NGX_HTTP_CNOP_REVOKE_WAYS];
} ngx_http_cnop_revoke_bucket_t;


typedef struct {
    ngx_http_cnop_zone_head_t      head;
    u_char                         boot_id[16];
    ngx_atomic_t                   synced;
    uint64_t                       last_seq;
    uint64_t                       refused;
    uint64_t                       buckets;
    ngx_http_cnop_revoke_bucket_t  table[];
} ngx_http_cnop_revoke_table_t;


static uint64_t ngx_http_cnop_revoke_bucket(ngx_http_cnop_zone_t *zone, ngx_uint_t kind,
    const uint64_t key[2]);
static ngx_http_cnop_revoked_t *ngx_http_cnop_revoke_find(ngx_http_cnop_zone_t *zone,
    ngx_uint_t kind, const uint64_t key[2]);


ngx_int_t
ngx_http_cnop_revoke_zone(ngx_http_cnop_zone_t *zone, ngx_uint_t fresh)
{
    ngx_http_cnop_revoke_table_t  *table;

    if (!fresh) {
        return NGX_OK;
    }

    table = (ngx_http_cnop_revoke_table_t *) zone->head;
    table->buckets = (table->head.bytes - sizeof(ngx_http_cnop_revoke_table_t))
                     / sizeof(ngx_http_cnop_revoke_bucket_t);

    return RAND_bytes(table->boot_id, 16) == 1 ? NGX_OK : NGX_ERROR;
}


static uint64_t
ngx_http_cnop_revoke_bucket(ngx_http_cnop_zone_t *zone, ngx_uint_t kind,
    const uint64_t key[2])
{
    uint64_t                       words[3];
    ngx_http_cnop_revoke_table_t  *table;

    table = (ngx_http_cnop_revoke_table_t *) zone->head;
    words[0] = key[0];
    words[1] = key[1];
    words[2] = kind;

    return ngx_http_cnop_zone_hash(zone, (u_char *) words, sizeof(words)) % table->buckets;
}


static ngx_http_cnop_revoked_t *
ngx_http_cnop_revoke_find(ngx_http_cnop_zone_t *zone, ngx_uint_t kind,
    const uint64_t key[2])
{
    uint64_t                        i;
    ngx_uint_t                      n, k;
    ngx_http_cnop_revoked_t        *row;
    ngx_http_cnop_revoke_table_t   *table;
    ngx_http_cnop_revoke_bucket_t  *bucket;

    table = (ngx_http_cnop_revoke_table_t *) zone->head;
    i = ngx_http_cnop_revoke_bucket(zone, kind, key);

    for (n = 0; n < NGX_HTTP_CNOP_REVOKE_CHAIN && n < table->buckets; n++) {
        bucket = &table->table[(i + n) % table->buckets];

        for (k = 0; k < NGX_HTTP_CNOP_REVOKE_WAYS; k++) {
            row = &bucket->rows[k];

            if (__atomic_load_n(&row->kind, __ATOMIC_ACQUIRE) == kind
                && row->key[0] == key[0] && row->key[1] == key[1])
            {
                return row;
            }
        }

        if (!bucket->overflow) {
            break;
        }
    }

    return NULL;
}


/* 32 lower-case hex digits, as the token library hands them out */

static void
ngx_http_cnop_revoke_key(const char *hex, uint64_t key[2])
{
    u_char  bytes[16];

    if (cnop_str_unhex(cnop_str_make(hex, 32), bytes, 16) != CNOP_OK) {
        ngx_memzero(bytes, 16);
    }

    ngx_memcpy(key, bytes, 16);
}


ngx_http_cnop_revocation_e
ngx_http_cnop_revoke_check(ngx_http_cnop_main_conf_t *cmcf,
    const struct cnop_token_claims *claims)
{
    time_t                         now;
    uint64_t                       key[2];
    ngx_http_cnop_zone_t          *zone;
    ngx_http_cnop_revoked_t       *row;
    ngx_http_cnop_revoke_table_t  *table;

    if (cmcf->revoke == NGX_HTTP_CNOP_REVOKE_OFF) {
        return NGX_HTTP_CNOP_NOT_REVOKED;
    }

    zone = ngx_http_cnop_zone_get(cmcf, NGX_HTTP_CNOP_ZONE_REVOKE);
    table = (ngx_http_cnop_revoke_table_t *) zone->head;

    if (!table->synced && cmcf->revoke == NGX_HTTP_CNOP_REVOKE_CLOSED) {
        return NGX_HTTP_CNOP_NOT_SYNCED;
    }

    now = ngx_time();

    ngx_http_cnop_revoke_key(claims->sid, key);
    row = ngx_http_cnop_revoke_find(zone, 's', key);

    if (row && (time_t) row->expires > now) {
        return NGX_HTTP_CNOP_REVOKED;
    }

    ngx_http_cnop_revoke_key(claims->jti, key);
    row = ngx_http_cnop_revoke_find(zone, 'j', key);

    if (row && (time_t) row->expires > now) {
        return NGX_HTTP_CNOP_REVOKED;
    }

    key[0] = claims->user_id;
    key[1] = 0;
    row = ngx_http_cnop_revoke_find(zone, 'u', key);

    if (row && (time_t) row->expires > now && claims->iat_s < (int64_t) row->before) {
        return NGX_HTTP_CNOP_REVOKED;
    }

    return NGX_HTTP_CNOP_NOT_REVOKED;
}


/*
 * A free place on the chain of the record; buckets passed on the way are marked so that lookups
 * pass them too.  Expired records are free: nobody may count on them any more.
 */

static ngx_http_cnop_revoked_t *
ngx_http_cnop_revoke_place(ngx_http_cnop_zone_t *zone,
    const ngx_http_cnop_revoke_record_t *record, time_t now)
{
    uint64_t                        i;
    ngx_uint_t                      n, k;
    ngx_http_cnop_revoked_t        *row;
    ngx_http_cnop_revoke_table_t   *table;
    ngx_http_cnop_revoke_bucket_t  *bucket;

    table = (ngx_http_cnop_revoke_table_t *) zone->head;
    i = ngx_http_cnop_revoke_bucket(zone, record->kind, record->key);

    for (n = 0; n < NGX_HTTP_CNOP_REVOKE_CHAIN && n < table->buckets; n++) {
        bucket = &table->table[(i + n) % table->buckets];

        for (k = 0; k < NGX_HTTP_CNOP_REVOKE_WAYS; k++) {
            row = &bucket->rows[k];

            if (row->kind == 0 || (time_t) row->expires <= now) {
                return row;
            }
        }

        bucket->overflow = 1;
    }

    return NULL;
}


ngx_int_t
ngx_http_cnop_revoke_add(ngx_http_cnop_zone_t *zone,
    const ngx_http_cnop_revoke_record_t *record)
{
    time_t                         now;
    ngx_http_cnop_revoked_t       *row;
    ngx_http_cnop_revoke_table_t  *table;

    now = ngx_time();

    if ((time_t) record->expires <= now) {
        return NGX_OK;    /* so are the tokens it would end */
    }

    table = (ngx_http_cnop_revoke_table_t *) zone->head;

    ngx_shmtx_lock(&zone->shpool->mutex);

    row = ngx_http_cnop_revoke_find(zone, record->kind, record->key);

    if (row && (time_t) row->expires > now) {
        row->before = ngx_max(row->before, record->before);
        row->expires = ngx_max(row->expires, record->expires);

        ngx_shmtx_unlock(&zone->shpool->mutex);
        return NGX_OK;
    }

    if (row == NULL) {
        row = ngx_http_cnop_revoke_place(zone, record, now);
    }

    if (row == NULL) {
        table->refused++;

        ngx_shmtx_unlock(&zone->shpool->mutex);
        return NGX_DECLINED;
    }

    __atomic_store_n(&row->kind, 0, __ATOMIC_RELEASE);
    row->key[0] = record->key[0];
    row->key[1] = record->key[1];
    row->before = record->before;
    row->expires = record->expires;
    __atomic_store_n(&row->kind, record->kind, __ATOMIC_RELEASE);

    ngx_shmtx_unlock(&zone->shpool->mutex);

    return NGX_OK;
}


/* NGX_DECLINED when the sender knows of records that never came here */

ngx_int_t
ngx_http_cnop_revoke_advance(ngx_http_cnop_zone_t *zone, uint64_t from, uint64_t to,
    ngx_uint_t snapshot)
{
    ngx_int_t                      rc;
    ngx_http_cnop_revoke_table_t  *table;

    table = (ngx_http_cnop_revoke_table_t *) zone->head;
    rc = NGX_OK;

    ngx_shmtx_lock(&zone->shpool->mutex);

    if (snapshot) {
        table->last_seq = to;
        table->synced = 1;

    } else if (!table->synced || from > table->last_seq) {
        rc = NGX_DECLINED;

    } else if (to > table->last_seq) {
        table->last_seq = to;
    }

    ngx_shmtx_unlock(&zone->shpool->mutex);

    return rc;
}


void
ngx_http_cnop_revoke_state(ngx_http_cnop_zone_t *zone, ngx_http_cnop_revoke_state_t *state)
{
    time_t                         now;
    uint64_t                       i;
    ngx_uint_t                     k;
    ngx_http_cnop_revoked_t       *row;
    ngx_http_cnop_revoke_table_t  *table;

    table = (ngx_http_cnop_revoke_table_t *) zone->head;
    now = ngx_time();

    ngx_memzero(state, sizeof(ngx_http_cnop_revoke_state_t));
    cnop_str_hex(table->boot_id, 16, state->boot_id);
    state->last_seq = table->last_seq;
    state->synced = table->synced;
    state->refused = table->refused;
    state->capacity = table->buckets * NGX_HTTP_CNOP_REVOKE_WAYS;

    for (i = 0; i < table->buckets; i++) {
        for (k = 0; k < NGX_HTTP_CNOP_REVOKE_WAYS; k++) {
            row = &table->table[i].rows[k];

            if (row->kind && (time_t) row->expires > now) {
                state->records++;
            }
        }
    }
}
