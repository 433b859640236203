/* SPDX-License-Identifier: MIT */
/* Request limits of addresses and users. */

#ifndef _NGX_HTTP_CNOP_LIMIT_H_INCLUDED_
#define _NGX_HTTP_CNOP_LIMIT_H_INCLUDED_


#include "ngx_http_cnop_ctx.h"
#include "ngx_http_cnop_zone.h"


ngx_int_t ngx_http_cnop_limit_zone(ngx_http_cnop_zone_t *zone,
    ngx_uint_t fresh);

/* charges the limits of one kind of key; NGX_DECLINED = go on */

ngx_int_t ngx_http_cnop_limit_check(ngx_http_request_t *r,
    ngx_http_cnop_ctx_t *ctx, ngx_uint_t key_kind);


#endif /* _NGX_HTTP_CNOP_LIMIT_H_INCLUDED_ */
