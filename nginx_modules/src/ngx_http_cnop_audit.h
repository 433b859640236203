/* SPDX-License-Identifier: MIT */
/* The audit log: one JSON object a line for what concerns who may do what. */

#ifndef _NGX_HTTP_CNOP_AUDIT_H_INCLUDED_
#define _NGX_HTTP_CNOP_AUDIT_H_INCLUDED_


#include "ngx_http_cnop_ctx.h"


/* a verdict of the gateway itself */

void ngx_http_cnop_audit(ngx_http_request_t *r, const char *action,
    const char *reason);

/* what a location that stands for an event came to */

void ngx_http_cnop_audit_result(ngx_http_request_t *r,
    ngx_http_cnop_ctx_t *ctx);


#endif /* _NGX_HTTP_CNOP_AUDIT_H_INCLUDED_ */
