/* SPDX-License-Identifier: MIT */
/* Who is asking: the token of a request, its session and its cookies. */

#ifndef _NGX_HTTP_CNOP_JWT_H_INCLUDED_
#define _NGX_HTTP_CNOP_JWT_H_INCLUDED_


#include "ngx_http_cnop_ctx.h"


/* NGX_DECLINED = go on, with or without an identity */

ngx_int_t ngx_http_cnop_jwt_check(ngx_http_request_t *r,
    ngx_http_cnop_ctx_t *ctx);

/* the header that says how to make oneself known */

ngx_int_t ngx_http_cnop_jwt_challenge(ngx_http_request_t *r);

/* refuses whoever is not known, with the challenge */

ngx_int_t ngx_http_cnop_jwt_demand(ngx_http_request_t *r);

/* the request has a bearer token, good or bad */

ngx_uint_t ngx_http_cnop_has_bearer(ngx_http_cnop_ctx_t *ctx);


#endif /* _NGX_HTTP_CNOP_JWT_H_INCLUDED_ */
