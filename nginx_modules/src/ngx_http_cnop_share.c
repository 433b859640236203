/* SPDX-License-Identifier: MIT */
/*
 * Connections of one address in this worker, from accept to close: whoever
 * opens them and says nothing, or says it slowly, must not use up those of
 * everybody else.  Counted per process, so that a worker's death leaves no
 * count behind.
 */

#include "ngx_http_cnop_share.h"
#include "ngx_http_cnop_metrics.h"
#include "ngx_http_cnop_zone.h"

#include "nginx_modules/policy/siphash.h"

#include <openssl/rand.h>


#define NGX_HTTP_CNOP_SHARE_BUCKETS  4096


typedef struct ngx_http_cnop_share_s  ngx_http_cnop_share_t;

struct ngx_http_cnop_share_s {
    u_char                      key[16];
    ngx_uint_t                  count;
    ngx_http_cnop_share_t      *next;
};


/* of this process */

static struct {
    uint64_t                    seed[2];
    ngx_http_cnop_main_conf_t  *main_conf;
    ngx_http_cnop_share_t      *free;
    ngx_http_cnop_share_t      *buckets[NGX_HTTP_CNOP_SHARE_BUCKETS];
} ngx_http_cnop_shares;


static void ngx_http_cnop_share_accept(ngx_connection_t *c);
static void ngx_http_cnop_share_cleanup(void *data);


ngx_int_t
ngx_http_cnop_share_init_process(ngx_cycle_t *cycle,
    ngx_http_cnop_main_conf_t *cmcf)
{
    ngx_uint_t              i;
    ngx_listening_t        *ls;
    ngx_http_cnop_share_t  *rows;

    if (cmcf->connections == 0) {
        return NGX_OK;
    }

    rows = ngx_pcalloc(cycle->pool,
                       cycle->connection_n * sizeof(ngx_http_cnop_share_t));
    if (rows == NULL
        || RAND_bytes((u_char *) ngx_http_cnop_shares.seed,
                      sizeof(ngx_http_cnop_shares.seed)) != 1)
    {
        return NGX_ERROR;
    }

    /* an address with a connection has a row: there are never too few */

    for (i = 0; i < cycle->connection_n; i++) {
        rows[i].next = ngx_http_cnop_shares.free;
        ngx_http_cnop_shares.free = &rows[i];
    }

    ngx_http_cnop_shares.main_conf = cmcf;
    ls = cycle->listening.elts;

    for (i = 0; i < cycle->listening.nelts; i++) {
        if (ls[i].handler == ngx_http_init_connection
            && ls[i].sockaddr->sa_family != AF_UNIX)
        {
            ls[i].handler = ngx_http_cnop_share_accept;
        }
    }

    return NGX_OK;
}


static ngx_http_cnop_share_t **
ngx_http_cnop_share_bucket(const u_char key[16])
{
    uint64_t  hash;

    hash = policy_siphash(ngx_http_cnop_shares.seed, key, 16);

    return &ngx_http_cnop_shares.buckets[hash % NGX_HTTP_CNOP_SHARE_BUCKETS];
}


/* the row of an address; NULL when it has its share already */

static ngx_http_cnop_share_t *
ngx_http_cnop_share_take(const u_char key[16])
{
    ngx_http_cnop_share_t  *row, **bucket;

    bucket = ngx_http_cnop_share_bucket(key);

    for (row = *bucket; row; row = row->next) {
        if (ngx_memcmp(row->key, key, 16) == 0) {
            break;
        }
    }

    if (row && row->count >= ngx_http_cnop_shares.main_conf->connections) {
        return NULL;
    }

    if (row == NULL) {
        row = ngx_http_cnop_shares.free;
        if (row == NULL) {
            return NULL;
        }

        ngx_http_cnop_shares.free = row->next;
        ngx_memcpy(row->key, key, 16);
        row->count = 0;
        row->next = *bucket;
        *bucket = row;
    }

    row->count++;

    return row;
}


static void
ngx_http_cnop_share_accept(ngx_connection_t *c)
{
    u_char                  key[16];
    ngx_pool_cleanup_t     *cln;
    ngx_http_cnop_share_t  *row;

    ngx_http_cnop_sockaddr_key(c->sockaddr, key);

    cln = ngx_pool_cleanup_add(c->pool, 0);
    if (cln == NULL) {
        ngx_http_close_connection(c);
        return;
    }

    row = ngx_http_cnop_share_take(key);

    if (row == NULL) {
        ngx_log_error(NGX_LOG_INFO, c->log, 0,
                      "address has its share of connections");
        ngx_http_cnop_count(ngx_http_cnop_shares.main_conf,
                            NGX_HTTP_CNOP_N_CONNECTIONS_REFUSED);
        ngx_http_close_connection(c);
        return;
    }

    cln->handler = ngx_http_cnop_share_cleanup;
    cln->data = row;

    ngx_http_init_connection(c);
}


static void
ngx_http_cnop_share_cleanup(void *data)
{
    ngx_http_cnop_share_t *row = data;

    ngx_http_cnop_share_t  **at;

    if (--row->count) {
        return;
    }

    for (at = ngx_http_cnop_share_bucket(row->key); *at; at = &(*at)->next) {
        if (*at == row) {
            *at = row->next;
            break;
        }
    }

    row->next = ngx_http_cnop_shares.free;
    ngx_http_cnop_shares.free = row;
}
