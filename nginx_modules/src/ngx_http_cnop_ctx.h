/* SPDX-License-Identifier: MIT */
/* What a request carries from phase to phase; outlives internal redirects. */

#ifndef _NGX_HTTP_CNOP_CTX_H_INCLUDED_
#define _NGX_HTTP_CNOP_CTX_H_INCLUDED_


#include "ngx_http_cnop_conf.h"
#include "shared/token/token.h"


typedef enum {
    NGX_HTTP_CNOP_SOURCE_NONE = 0,
    NGX_HTTP_CNOP_SOURCE_BEARER,
    NGX_HTTP_CNOP_SOURCE_COOKIE
} ngx_http_cnop_source_e;


typedef struct {
    u_char                      key[16];
    ngx_uint_t                  slot;
    ngx_uint_t                  reserved;      /* unsigned  reserved:1; */
} ngx_http_cnop_guard_hold_t;


typedef struct {
    ngx_http_request_t         *request;
    struct timespec             start;

    ngx_str_t                   request_id;
    ngx_str_t                   traceparent;
    ngx_str_t                   path;          /* as sent, without the query */
    ngx_str_t                   method_name;   /* as sent */
    ngx_uint_t                  method;
    ngx_str_t                   authorization;
    ngx_uint_t                  authorizations;
    ngx_str_t                   encoding;      /* Content-Encoding */
    ngx_uint_t                  keys;          /* Idempotency-Key headers */
    ngx_uint_t                  keyed;         /* exactly one, not empty */

    ngx_uint_t                  route;
    ngx_uint_t                  service;

    ngx_http_cnop_source_e      source;
    struct cnop_token_claims    claims;
    const char                 *jwt_status;
    const char                 *csrf_status;
    ngx_str_t                   user_id;

    const char                 *limit_status;
    ngx_uint_t                  limit;
    ngx_uint_t                  limit_remaining;
    time_t                      limit_reset;
    ngx_uint_t                  retry_after;

    const char                 *guard_status;
    ngx_http_cnop_guard_hold_t  guard_hold;
    ngx_msec_t                  guard_deadline;

    const char                 *breaker_status;
    uint64_t                    breaker_generation;

    void                       *stream;        /* the answer has no end */
    struct timespec             answered;      /* when a stream began */

    ngx_event_t                 body_timer;
    ngx_msec_t                  body_ms;
    ngx_int_t                   refused;       /* enum cnop_err, for later */
    const char                 *refused_detail;
    const char                 *fault_field;   /* of a 422 */
    const char                 *fault_rule;

    unsigned                    preflight:1;
    unsigned                    traced:1;
    unsigned                    limited:1;     /* by address: charged */
    unsigned                    token_done:1;
    unsigned                    authenticated:1;
    unsigned                    breaker_held:1;
    unsigned                    breaker_rejected:1;
    unsigned                    breaker_waits:1;
    unsigned                    problem:1;     /* the body is ours */
} ngx_http_cnop_ctx_t;


/* of the main request; NULL only when memory is short */

ngx_http_cnop_ctx_t *ngx_http_cnop_get_ctx(ngx_http_request_t *r);

/* the service behind the location, by the method; NULL when there is none */

ngx_http_cnop_service_t *ngx_http_cnop_service(ngx_http_request_t *r,
    ngx_http_cnop_ctx_t *ctx);

/* the first header of this name in a list, and how many there are */

ngx_table_elt_t *ngx_http_cnop_find_header(ngx_list_t *headers,
    const char *name, ngx_uint_t *count);


#endif /* _NGX_HTTP_CNOP_CTX_H_INCLUDED_ */
