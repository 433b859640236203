/* SPDX-License-Identifier: MIT */
/* The rule for requests that change something on the strength of a cookie. */

#ifndef _NGX_HTTP_CNOP_CSRF_H_INCLUDED_
#define _NGX_HTTP_CNOP_CSRF_H_INCLUDED_


#include "ngx_http_cnop_ctx.h"


/* NGX_DECLINED = go on */

ngx_int_t ngx_http_cnop_csrf_check(ngx_http_request_t *r,
    ngx_http_cnop_ctx_t *ctx);


#endif /* _NGX_HTTP_CNOP_CSRF_H_INCLUDED_ */
