/* SPDX-License-Identifier: MIT */
/* Circuit breakers: glue between requests and policy/breaker. */

#ifndef _NGX_HTTP_CNOP_BREAKER_H_INCLUDED_
#define _NGX_HTTP_CNOP_BREAKER_H_INCLUDED_


#include "ngx_http_cnop_ctx.h"
#include "ngx_http_cnop_zone.h"


ngx_int_t ngx_http_cnop_breaker_zone(ngx_http_cnop_zone_t *zone,
    ngx_uint_t fresh);

/* may this request go to its service? NGX_DECLINED = yes */

ngx_int_t ngx_http_cnop_breaker_check(ngx_http_request_t *r,
    ngx_http_cnop_ctx_t *ctx);

/* the service has answered, or will not any more */

void ngx_http_cnop_breaker_settle(ngx_http_request_t *r,
    ngx_http_cnop_ctx_t *ctx);

/* name of the state */

const char *ngx_http_cnop_breaker_state(ngx_http_cnop_zone_t *zone,
    ngx_http_cnop_service_t *service, ngx_uint_t *value, uint64_t *opened);

/* by hand: open it now, or close it now */

void ngx_http_cnop_breaker_force(ngx_http_cnop_zone_t *zone,
    ngx_http_cnop_service_t *service, ngx_uint_t open);


#endif /* _NGX_HTTP_CNOP_BREAKER_H_INCLUDED_ */
