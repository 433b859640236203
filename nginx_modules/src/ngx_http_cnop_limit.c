/* SPDX-License-Identifier: MIT */
/*
 * Request limits: charges a request to the windows of its address or user.
 * The table is fixed, so that a flood of addresses forgets strangers and
 * nothing else; what a charge does is policy/limit's.
 */

#include "ngx_http_cnop_limit.h"
#include "ngx_http_cnop_metrics.h"
#include "ngx_http_cnop_problem.h"


typedef struct {
    ngx_http_cnop_zone_head_t   head;
    uint64_t                    buckets;
    struct limit_row            rows[];
} ngx_http_cnop_limit_table_t;


static void ngx_http_cnop_limit_charge(ngx_http_cnop_zone_t *zone,
    ngx_http_cnop_policy_t *policy, const u_char key[16],
    struct limit_result *result);
static ngx_int_t ngx_http_cnop_limit_refuse(ngx_http_request_t *r,
    ngx_http_cnop_ctx_t *ctx, ngx_http_cnop_limit_t *limit,
    ngx_http_cnop_policy_t *policy);
static void ngx_http_cnop_limit_report(ngx_http_cnop_ctx_t *ctx,
    ngx_http_cnop_policy_t *policy, struct limit_result *result);


ngx_int_t
ngx_http_cnop_limit_zone(ngx_http_cnop_zone_t *zone, ngx_uint_t fresh)
{
    ngx_http_cnop_limit_table_t  *table;

    if (fresh) {
        table = (ngx_http_cnop_limit_table_t *) zone->head;
        table->buckets = (table->head.bytes
                          - sizeof(ngx_http_cnop_limit_table_t))
                         / (sizeof(struct limit_row) * LIMIT_WAYS);
    }

    return NGX_OK;
}


/* every limit of one kind of key; the first that is used up ends the request */

ngx_int_t
ngx_http_cnop_limit_check(ngx_http_request_t *r, ngx_http_cnop_ctx_t *ctx,
    ngx_uint_t key_kind)
{
    u_char                      key[16];
    ngx_int_t                   rc;
    ngx_uint_t                  i;
    struct limit_result         result;
    ngx_http_cnop_zone_t       *zone;
    ngx_http_cnop_limit_t      *limit;
    ngx_http_cnop_policy_t     *policies, *policy;
    ngx_http_cnop_loc_conf_t   *clcf;
    ngx_http_cnop_main_conf_t  *cmcf;

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
    policies = cmcf->policies.elts;

    for (i = 0; i < clcf->limits->nelts; i++) {
        policy = &policies[limit[i].policy];

        if (policy->key != key_kind) {
            continue;
        }

        ngx_http_cnop_limit_charge(zone, policy, key, &result);
        ngx_http_cnop_limit_report(ctx, policy, &result);

        if (result.evicted) {
            ngx_http_cnop_count(cmcf, NGX_HTTP_CNOP_N_LIMIT_EVICTED);
        }

        ngx_log_debug3(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                       "cnop limit \"%V\" count:%uL refused:%d",
                       &policy->name, result.count, result.refused);

        if (!result.refused) {
            continue;
        }

        ctx->retry_after = (result.left_ms + 999) / 1000;

        rc = ngx_http_cnop_limit_refuse(r, ctx, &limit[i], policy);

        if (rc != NGX_DECLINED) {
            return rc;
        }
    }

    return NGX_DECLINED;
}


static void
ngx_http_cnop_limit_charge(ngx_http_cnop_zone_t *zone,
    ngx_http_cnop_policy_t *policy, const u_char key[16],
    struct limit_result *result)
{
    uint64_t                      hash;
    struct limit_row             *bucket;
    ngx_http_cnop_limit_table_t  *table;

    table = (ngx_http_cnop_limit_table_t *) zone->head;
    hash = ngx_http_cnop_zone_hash(zone, key, 16)
           + policy->rule.id * 0x9e3779b97f4a7c15ULL;
    bucket = &table->rows[hash % table->buckets * LIMIT_WAYS];

    ngx_shmtx_lock(&zone->shpool->mutex);

    limit_apply(bucket, &policy->rule, key, ngx_http_cnop_now_ms(), result);

    ngx_shmtx_unlock(&zone->shpool->mutex);
}


static ngx_int_t
ngx_http_cnop_limit_refuse(ngx_http_request_t *r, ngx_http_cnop_ctx_t *ctx,
    ngx_http_cnop_limit_t *limit, ngx_http_cnop_policy_t *policy)
{
    ngx_http_cnop_main_conf_t  *cmcf;

    cmcf = ngx_http_get_module_main_conf(r, ngx_http_cnop_module);

    ngx_http_cnop_count_limited(cmcf, limit->policy);

    ngx_log_error(NGX_LOG_INFO, r->connection->log, 0,
                  "limit \"%V\" used up%s", &policy->name,
                  limit->dry_run ? ", dry run" : "");

    if (limit->dry_run) {
        ctx->limit_status = "REJECTED_DRY_RUN";
        ctx->retry_after = 0;
        return NGX_DECLINED;
    }

    ctx->limit_status = "REJECTED";

    return ngx_http_cnop_problem(r, CNOP_E_RATE_LIMITED, NULL);
}


/* the client sees the limit it is closest to */

static void
ngx_http_cnop_limit_report(ngx_http_cnop_ctx_t *ctx,
    ngx_http_cnop_policy_t *policy, struct limit_result *result)
{
    uint64_t    wall_ms;
    ngx_uint_t  remaining;

    struct timespec  now;

    remaining = policy->rule.rate - result->count;

    if (ctx->limit_status == NULL) {
        ctx->limit_status = "PASSED";

    } else if (remaining >= ctx->limit_remaining && !result->refused) {
        return;
    }

    ctx->limit = policy->rule.rate;
    ctx->limit_remaining = remaining;

    /*
     * the sum is rounded up, and not its parts: whoever comes at this second
     * is let in
     */

    (void) clock_gettime(CLOCK_REALTIME, &now);
    wall_ms = (uint64_t) now.tv_sec * 1000 + (uint64_t) now.tv_nsec / 1000000;
    ctx->limit_reset = (time_t) ((wall_ms + result->left_ms + 1000) / 1000);
}
