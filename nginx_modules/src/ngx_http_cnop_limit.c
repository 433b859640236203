/* SPDX-License-Identifier: MIT */
/*
 * Request limits: a window per address or user that opens with the first request and counts
 * exactly, whichever worker serves the request.  The table is fixed: eight records a bucket, the
 * oldest window makes room, so that a flood of addresses forgets strangers and nothing else.
 */

#include "ngx_http_cnop_module.h"


#define NGX_HTTP_CNOP_LIMIT_WAYS   8


typedef struct {
    u_char                      key[16];
    uint64_t                    start_ms;      /* 0 = empty */
    uint32_t                    policy;
    uint32_t                    count;
} ngx_http_cnop_window_t;


typedef struct {
    ngx_http_cnop_zone_head_t   head;
    uint64_t                    buckets;
    ngx_http_cnop_window_t      windows[];
} ngx_http_cnop_limit_table_t;


typedef struct {
    ngx_uint_t                  count;         /* including this request when it is let in */
    uint64_t                    left_ms;       /* until the window ends */
    ngx_uint_t                  rejected;
    ngx_uint_t                  evicted;
} ngx_http_cnop_limit_result_t;


static ngx_http_cnop_window_t *ngx_http_cnop_limit_find(ngx_http_cnop_zone_t *zone,
    ngx_http_cnop_limit_t *limit, const u_char key[16], uint64_t now,
    ngx_uint_t *evicted);
static void ngx_http_cnop_limit_charge(ngx_http_cnop_zone_t *zone,
    ngx_http_cnop_limit_t *limit, const u_char key[16],
    ngx_http_cnop_limit_result_t *result);
static void ngx_http_cnop_limit_report(ngx_http_cnop_ctx_t *ctx,
    ngx_http_cnop_limit_t *limit, ngx_http_cnop_limit_result_t *result);


ngx_int_t
ngx_http_cnop_limit_zone(ngx_http_cnop_zone_t *zone, ngx_uint_t fresh)
{
    ngx_http_cnop_limit_table_t  *table;

    if (fresh) {
        table = (ngx_http_cnop_limit_table_t *) zone->head;
        table->buckets = (table->head.bytes - sizeof(ngx_http_cnop_limit_table_t))
                         / (sizeof(ngx_http_cnop_window_t) * NGX_HTTP_CNOP_LIMIT_WAYS);
    }

    return NGX_OK;
}


/* charges every limit of one kind of key; the first that is used up ends the request */

ngx_int_t
ngx_http_cnop_limit_check(ngx_http_request_t *r, ngx_http_cnop_ctx_t *ctx,
    ngx_uint_t key_kind)
{
    u_char                         key[16];
    ngx_uint_t                     i;
    ngx_http_cnop_zone_t          *zone;
    ngx_http_cnop_limit_t         *limit;
    ngx_http_cnop_loc_conf_t      *clcf;
    ngx_http_cnop_main_conf_t     *cmcf;
    ngx_http_cnop_limit_result_t   result;

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_cnop_module);
    cmcf = ngx_http_get_module_main_conf(r, ngx_http_cnop_module);
    zone = ngx_http_cnop_zone_get(cmcf, NGX_HTTP_CNOP_ZONE_LIMIT);

    if (key_kind == NGX_HTTP_CNOP_KEY_IP) {
        ngx_http_cnop_address_key(r, key);

    } else {
        ngx_memzero(key, 16);
        key[0] = 'u';
        ngx_memcpy(key + 8, &ctx->claims.user_id, 8);
    }

    limit = clcf->limits->elts;

    for (i = 0; i < clcf->limits->nelts; i++) {

        if (limit[i].key != key_kind) {
            continue;
        }

        ngx_http_cnop_limit_charge(zone, &limit[i], key, &result);
        ngx_http_cnop_limit_report(ctx, &limit[i], &result);

        if (result.evicted) {
            ngx_http_cnop_count(cmcf, NGX_HTTP_CNOP_N_LIMIT_EVICTED);
        }

        if (!result.rejected) {
            continue;
        }

        ngx_http_cnop_count_limited(cmcf, limit[i].policy);

        ngx_log_error(NGX_LOG_INFO, r->connection->log, 0, "limit \"%V\" used up%s",
                      &limit[i].name, limit[i].dry_run ? ", dry run" : "");

        if (limit[i].dry_run) {
            ctx->limit_status = "REJECTED_DRY_RUN";
            continue;
        }

        ctx->limit_status = "REJECTED";
        ctx->retry_after = (result.left_ms + 999) / 1000;

        return ngx_http_cnop_problem(r, CNOP_E_RATE_LIMITED, NULL);
    }

    return NGX_DECLINED;
}


static void
ngx_http_cnop_limit_charge(ngx_http_cnop_zone_t *zone, ngx_http_cnop_limit_t *limit,
    const u_char key[16], ngx_http_cnop_limit_result_t *result)
{
    uint64_t                 now;
    ngx_http_cnop_window_t  *window;

    ngx_memzero(result, sizeof(ngx_http_cnop_limit_result_t));
    now = ngx_http_cnop_now_ms();

    ngx_shmtx_lock(&zone->shpool->mutex);

    window = ngx_http_cnop_limit_find(zone, limit, key, now, &result->evicted);

    if (window->count < limit->rate) {
        window->count++;
    } else {
        result->rejected = 1;
    }

    result->count = window->count;
    result->left_ms = window->start_ms + limit->window - now;

    ngx_shmtx_unlock(&zone->shpool->mutex);
}


/* under the lock: the record of this key with a window that has not ended */

static ngx_http_cnop_window_t *
ngx_http_cnop_limit_find(ngx_http_cnop_zone_t *zone, ngx_http_cnop_limit_t *limit,
    const u_char key[16], uint64_t now, ngx_uint_t *evicted)
{
    uint64_t                      hash;
    ngx_uint_t                    i;
    ngx_http_cnop_window_t       *row, *oldest;
    ngx_http_cnop_limit_table_t  *table;

    table = (ngx_http_cnop_limit_table_t *) zone->head;
    hash = ngx_http_cnop_zone_hash(zone, key, 16) + limit->id * 0x9e3779b97f4a7c15ULL;
    row = &table->windows[hash % table->buckets * NGX_HTTP_CNOP_LIMIT_WAYS];
    oldest = row;

    for (i = 0; i < NGX_HTTP_CNOP_LIMIT_WAYS; i++) {

        if (row[i].start_ms && row[i].policy == limit->id
            && ngx_memcmp(row[i].key, key, 16) == 0)
        {
            if (now - row[i].start_ms >= limit->window) {
                row[i].start_ms = now;
                row[i].count = 0;
            }

            return &row[i];
        }

        if (row[i].start_ms < oldest->start_ms) {
            oldest = &row[i];
        }
    }

    /* a window much older than any in use is no loss */

    *evicted = (oldest->start_ms && now - oldest->start_ms < limit->window);

    oldest->start_ms = 0;
    ngx_memcpy(oldest->key, key, 16);
    oldest->policy = limit->id;
    oldest->count = 0;
    oldest->start_ms = now;

    return oldest;
}


/* the client sees the limit it is closest to */

static void
ngx_http_cnop_limit_report(ngx_http_cnop_ctx_t *ctx, ngx_http_cnop_limit_t *limit,
    ngx_http_cnop_limit_result_t *result)
{
    ngx_uint_t  remaining;

    remaining = result->count < limit->rate ? limit->rate - result->count : 0;

    if (ctx->limit_status == NULL) {
        ctx->limit_status = "PASSED";

    } else if (remaining >= ctx->limit_remaining && !result->rejected) {
        return;
    }

    ctx->limit = limit->rate;
    ctx->limit_remaining = remaining;
    ctx->limit_reset = ngx_time() + (time_t) ((result->left_ms + 999) / 1000);
}
