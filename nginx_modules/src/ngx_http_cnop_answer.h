/* SPDX-License-Identifier: MIT */
/* Answers of the gateway's own: whole bodies, single headers. */

#ifndef _NGX_HTTP_CNOP_ANSWER_H_INCLUDED_
#define _NGX_HTTP_CNOP_ANSWER_H_INCLUDED_


#include "ngx_http_cnop_ctx.h"
#include "shared/base/buf.h"


ngx_int_t ngx_http_cnop_add_header(ngx_http_request_t *r, const char *name,
    ngx_str_t *value);
ngx_int_t ngx_http_cnop_add_literal(ngx_http_request_t *r, const char *name,
    const char *value);
ngx_int_t ngx_http_cnop_add_number(ngx_http_request_t *r, const char *name,
    ngx_uint_t number);

/* a header the answer already has stays as it is */

ngx_int_t ngx_http_cnop_add_default(ngx_http_request_t *r, const char *name,
    const char *value);

/* room of the request's pool for a response */

ngx_int_t ngx_http_cnop_reply_buf(ngx_http_request_t *r, size_t bytes,
    struct cnop_buf *buf);

/* a whole response from memory of the request's pool */

ngx_int_t ngx_http_cnop_send_text(ngx_http_request_t *r, ngx_uint_t status,
    const char *type, ngx_str_t *text);
ngx_int_t ngx_http_cnop_send_json(ngx_http_request_t *r, ngx_uint_t status,
    struct cnop_buf *buf);

/* printable ASCII stays, all else becomes %XX: valid in any log format */

ngx_int_t ngx_http_cnop_printable(ngx_pool_t *pool, ngx_str_t *s, size_t max,
    ngx_str_t *out);


#endif /* _NGX_HTTP_CNOP_ANSWER_H_INCLUDED_ */
