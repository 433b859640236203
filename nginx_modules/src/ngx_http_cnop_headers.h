/* SPDX-License-Identifier: MIT */
/* Response headers that every answer gets, whoever made it. */

#ifndef _NGX_HTTP_CNOP_HEADERS_H_INCLUDED_
#define _NGX_HTTP_CNOP_HEADERS_H_INCLUDED_


#include "ngx_http_cnop_ctx.h"


ngx_int_t ngx_http_cnop_response_headers(ngx_http_request_t *r,
    ngx_http_cnop_ctx_t *ctx);


#endif /* _NGX_HTTP_CNOP_HEADERS_H_INCLUDED_ */
