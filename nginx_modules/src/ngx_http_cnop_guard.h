/* SPDX-License-Identifier: MIT */
/* The login guard: glue between requests and policy/guard. */

#ifndef _NGX_HTTP_CNOP_GUARD_H_INCLUDED_
#define _NGX_HTTP_CNOP_GUARD_H_INCLUDED_


#include "ngx_http_cnop_ctx.h"
#include "ngx_http_cnop_zone.h"
#include "shared/base/buf.h"


ngx_int_t ngx_http_cnop_guard_zone(ngx_http_cnop_zone_t *zone,
    ngx_uint_t fresh);

/* takes a place for this guess; NGX_DECLINED = go on */

ngx_int_t ngx_http_cnop_guard_check(ngx_http_request_t *r,
    ngx_http_cnop_ctx_t *ctx);

/* the answer has come */

void ngx_http_cnop_guard_settle(ngx_http_request_t *r,
    ngx_http_cnop_ctx_t *ctx, ngx_uint_t status);

/* by hand: block for some time, or with 0 forget the address */

void ngx_http_cnop_guard_force(ngx_http_cnop_zone_t *zone,
    const u_char key[16], ngx_msec_t block);

/* how many addresses are blocked; with a buffer, lists those on record */

ngx_uint_t ngx_http_cnop_guard_list(ngx_http_cnop_zone_t *zone,
    struct cnop_buf *buf);


#endif /* _NGX_HTTP_CNOP_GUARD_H_INCLUDED_ */
