/* SPDX-License-Identifier: MIT */
/*
 * The denylist: which sessions, tokens and users have ended.  Holds the table
 * in its zone and asks policy/revoke; changes are made under the zone's lock,
 * lookups take none.
 */

#include "ngx_http_cnop_revoke.h"

#include <openssl/rand.h>


typedef struct {
    ngx_http_cnop_zone_head_t   head;
    u_char                      boot_id[16];
    ngx_atomic_t                synced;
    uint64_t                    last_seq;
    uint64_t                    refused;
    uint64_t                    bucket_count;
    struct revoke_bucket        buckets[];
} ngx_http_cnop_revoke_table_t;


ngx_int_t
ngx_http_cnop_revoke_zone(ngx_http_cnop_zone_t *zone, ngx_uint_t fresh)
{
    ngx_http_cnop_revoke_table_t  *table;

    if (!fresh) {
        return NGX_OK;
    }

    table = (ngx_http_cnop_revoke_table_t *) zone->head;
    table->bucket_count = (table->head.bytes
                           - sizeof(ngx_http_cnop_revoke_table_t))
                          / sizeof(struct revoke_bucket);

    return RAND_bytes(table->boot_id, 16) == 1 ? NGX_OK : NGX_ERROR;
}


static struct revoke_table
ngx_http_cnop_revoke_view(ngx_http_cnop_zone_t *zone)
{
    struct revoke_table            view;
    ngx_http_cnop_revoke_table_t  *table;

    table = (ngx_http_cnop_revoke_table_t *) zone->head;
    view.buckets = table->buckets;
    view.bucket_count = table->bucket_count;

    return view;
}


static uint64_t
ngx_http_cnop_revoke_hash(ngx_http_cnop_zone_t *zone, uint64_t kind,
    const uint64_t key[2])
{
    uint64_t  words[3];

    words[0] = key[0];
    words[1] = key[1];
    words[2] = kind;

    return ngx_http_cnop_zone_hash(zone, words, sizeof(words));
}


/* the record that has not expired, or NULL */

static const struct revoke_record *
ngx_http_cnop_revoke_look(ngx_http_cnop_zone_t *zone, enum revoke_kind kind,
    const uint64_t key[2])
{
    struct revoke_table          view;
    const struct revoke_record  *record;

    view = ngx_http_cnop_revoke_view(zone);
    record = revoke_find(&view, ngx_http_cnop_revoke_hash(zone, kind, key),
                         kind, key);

    if (record == NULL || (time_t) record->expires_s <= ngx_time()) {
        return NULL;
    }

    return record;
}


/* 32 lower-case hex digits, as the token library hands them out */

static void
ngx_http_cnop_revoke_key(const char *hex, uint64_t key[2])
{
    if (cnop_str_unhex(cnop_str_make(hex, 32), key, 16) != CNOP_OK) {
        ngx_memzero(key, 16);
    }
}


ngx_uint_t
ngx_http_cnop_revoke_ready(ngx_http_cnop_main_conf_t *cmcf)
{
    ngx_http_cnop_zone_t  *zone;

    if (cmcf->revoke != NGX_HTTP_CNOP_REVOKE_CLOSED) {
        return 1;
    }

    zone = ngx_http_cnop_zone_get(cmcf, NGX_HTTP_CNOP_ZONE_REVOKE);

    return ((ngx_http_cnop_revoke_table_t *) zone->head)->synced;
}


ngx_http_cnop_revocation_e
ngx_http_cnop_revoke_check(ngx_http_cnop_main_conf_t *cmcf,
    const struct cnop_token_claims *claims)
{
    uint64_t                     key[2];
    ngx_http_cnop_zone_t        *zone;
    const struct revoke_record  *record;

    if (cmcf->revoke == NGX_HTTP_CNOP_REVOKE_OFF) {
        return NGX_HTTP_CNOP_NOT_REVOKED;
    }

    if (!ngx_http_cnop_revoke_ready(cmcf)) {
        return NGX_HTTP_CNOP_NOT_SYNCED;
    }

    zone = ngx_http_cnop_zone_get(cmcf, NGX_HTTP_CNOP_ZONE_REVOKE);

    ngx_http_cnop_revoke_key(claims->sid, key);

    if (ngx_http_cnop_revoke_look(zone, REVOKE_SESSION, key)) {
        return NGX_HTTP_CNOP_REVOKED;
    }

    ngx_http_cnop_revoke_key(claims->jti, key);

    if (ngx_http_cnop_revoke_look(zone, REVOKE_TOKEN, key)) {
        return NGX_HTTP_CNOP_REVOKED;
    }

    key[0] = claims->user_id;
    key[1] = 0;
    record = ngx_http_cnop_revoke_look(zone, REVOKE_USER, key);

    if (record && claims->iat_s < (int64_t) record->before_s) {
        return NGX_HTTP_CNOP_REVOKED;
    }

    return NGX_HTTP_CNOP_NOT_REVOKED;
}


ngx_int_t
ngx_http_cnop_revoke_add(ngx_http_cnop_zone_t *zone,
    const struct revoke_record *record)
{
    bool                           added;
    uint64_t                       hash;
    struct revoke_table            view;
    ngx_http_cnop_revoke_table_t  *table;

    table = (ngx_http_cnop_revoke_table_t *) zone->head;
    view = ngx_http_cnop_revoke_view(zone);
    hash = ngx_http_cnop_revoke_hash(zone, record->kind, record->key);

    ngx_shmtx_lock(&zone->shpool->mutex);

    added = revoke_apply(&view, hash, record, (uint32_t) ngx_time());

    if (!added) {
        table->refused++;
    }

    ngx_shmtx_unlock(&zone->shpool->mutex);

    return added ? NGX_OK : NGX_DECLINED;
}


ngx_int_t
ngx_http_cnop_revoke_advance(ngx_http_cnop_zone_t *zone, uint64_t from,
    uint64_t to, ngx_uint_t snapshot)
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
ngx_http_cnop_revoke_state(ngx_http_cnop_zone_t *zone,
    ngx_http_cnop_revoke_state_t *state)
{
    time_t                         now;
    uint64_t                       i;
    ngx_uint_t                     k;
    struct revoke_record          *row;
    ngx_http_cnop_revoke_table_t  *table;

    table = (ngx_http_cnop_revoke_table_t *) zone->head;
    now = ngx_time();

    ngx_memzero(state, sizeof(ngx_http_cnop_revoke_state_t));
    cnop_str_hex(table->boot_id, 16, state->boot_id);
    state->last_seq = table->last_seq;
    state->synced = table->synced;
    state->refused = table->refused;
    state->capacity = table->bucket_count * REVOKE_WAYS;

    for (i = 0; i < table->bucket_count; i++) {
        for (k = 0; k < REVOKE_WAYS; k++) {
            row = &table->buckets[i].rows[k];

            if (row->kind && (time_t) row->expires_s > now) {
                state->records++;
            }
        }
    }
}
