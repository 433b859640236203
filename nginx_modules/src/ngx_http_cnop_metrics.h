/* SPDX-License-Identifier: MIT */
/* Counters and the latency histogram, in a zone of their own. */

#ifndef _NGX_HTTP_CNOP_METRICS_H_INCLUDED_
#define _NGX_HTTP_CNOP_METRICS_H_INCLUDED_


#include "ngx_http_cnop_ctx.h"
#include "ngx_http_cnop_zone.h"


typedef enum {
    NGX_HTTP_CNOP_N_GUARD_REJECTED = 0,
    NGX_HTTP_CNOP_N_GUARD_BLOCKED,
    NGX_HTTP_CNOP_N_CSRF_REJECTED,
    NGX_HTTP_CNOP_N_REVOKED,
    NGX_HTTP_CNOP_N_UNSYNCED,
    NGX_HTTP_CNOP_N_CACHE_HITS,
    NGX_HTTP_CNOP_N_CACHE_MISSES,
    NGX_HTTP_CNOP_N_LIMIT_EVICTED,
    NGX_HTTP_CNOP_N_GUARD_EVICTED,
    NGX_HTTP_CNOP_N_BREAKER_REJECTED,
    NGX_HTTP_CNOP_N_BREAKER_HELD,
    NGX_HTTP_CNOP_N_CONNECTIONS_REFUSED,
    NGX_HTTP_CNOP_N_KEYS_BROKEN,
    NGX_HTTP_CNOP_N_AUDIT_FAILED,
    NGX_HTTP_CNOP_N_COUNTERS
} ngx_http_cnop_counter_e;


#define NGX_HTTP_CNOP_STATUSES         500     /* 100 to 599 */
#define NGX_HTTP_CNOP_BUCKETS          15
#define NGX_HTTP_CNOP_ERRORS           8


typedef struct {
    char                         label[NGX_HTTP_CNOP_LABEL_MAX + 1];
    ngx_atomic_t                 status[NGX_HTTP_CNOP_STATUSES];
    ngx_atomic_t                 bucket[NGX_HTTP_CNOP_BUCKETS];
    ngx_atomic_t                 sum_us;
} ngx_http_cnop_route_row_t;


typedef struct {
    char                         name[NGX_HTTP_CNOP_NAME_MAX + 1];
    ngx_atomic_t                 errors[NGX_HTTP_CNOP_ERRORS];
} ngx_http_cnop_service_row_t;


typedef struct {
    char                         name[NGX_HTTP_CNOP_NAME_MAX + 1];
    ngx_atomic_t                 rejected;
} ngx_http_cnop_policy_row_t;


typedef struct {
    ngx_http_cnop_zone_head_t    head;
    ngx_atomic_t                 counters[NGX_HTTP_CNOP_N_COUNTERS];
    ngx_atomic_t                 verdicts[CNOP_TOKEN_VERDICT_COUNT];
    ngx_http_cnop_policy_row_t   policies[NGX_HTTP_CNOP_POLICIES_MAX];
    ngx_http_cnop_service_row_t  services[NGX_HTTP_CNOP_SERVICES_MAX];
    ngx_http_cnop_route_row_t    routes[NGX_HTTP_CNOP_ROUTES_MAX];
} ngx_http_cnop_metrics_table_t;


ngx_int_t ngx_http_cnop_metrics_zone(ngx_http_cnop_zone_t *zone,
    ngx_uint_t fresh);
ngx_http_cnop_metrics_table_t *ngx_http_cnop_metrics_table(
    ngx_http_cnop_main_conf_t *cmcf);

void ngx_http_cnop_count(ngx_http_cnop_main_conf_t *cmcf,
    ngx_http_cnop_counter_e counter);
void ngx_http_cnop_count_verdict(ngx_http_cnop_main_conf_t *cmcf,
    enum cnop_token_verdict verdict);
void ngx_http_cnop_count_limited(ngx_http_cnop_main_conf_t *cmcf,
    ngx_uint_t policy);
void ngx_http_cnop_metrics_record(ngx_http_request_t *r,
    ngx_http_cnop_ctx_t *ctx);


#endif /* _NGX_HTTP_CNOP_METRICS_H_INCLUDED_ */
