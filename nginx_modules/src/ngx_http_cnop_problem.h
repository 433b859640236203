/* SPDX-License-Identifier: MIT */
/* Errors of the gateway's own, as RFC 9457 problems. */

#ifndef _NGX_HTTP_CNOP_PROBLEM_H_INCLUDED_
#define _NGX_HTTP_CNOP_PROBLEM_H_INCLUDED_


#include "ngx_http_cnop_ctx.h"
#include "shared/base/err.h"


/* from a phase handler: answers, and ends the request */

ngx_int_t ngx_http_cnop_problem(ngx_http_request_t *r, enum cnop_err err,
    const char *detail);

/* from a content handler: answers */

ngx_int_t ngx_http_cnop_problem_content(ngx_http_request_t *r,
    enum cnop_err err, const char *detail);

/* content handler of "cnop_problem" */

ngx_int_t ngx_http_cnop_problem_handler(ngx_http_request_t *r);


#endif /* _NGX_HTTP_CNOP_PROBLEM_H_INCLUDED_ */
