/* SPDX-License-Identifier: MIT */
/* The audit log: one JSON object a line for what concerns who may do what. */

#ifndef _NGX_HTTP_CNOP_AUDIT_H_INCLUDED_
#define _NGX_HTTP_CNOP_AUDIT_H_INCLUDED_


#include "ngx_http_cnop_ctx.h"


typedef struct {
    const char                 *action;
    const char                 *reason;
    ngx_str_t                   actor;    /* empty: the token's user */
    ngx_str_t                   object;   /* "kind:id", or empty */
    ngx_uint_t                  done;     /* else it was refused */
} ngx_http_cnop_event_t;


void ngx_http_cnop_audit_event(ngx_http_request_t *r,
    const ngx_http_cnop_event_t *event);

/* what the gateway itself has refused */

void ngx_http_cnop_audit(ngx_http_request_t *r, const char *action,
    const char *reason);

/* an address that is blocked or free again, by whom and why */

void ngx_http_cnop_audit_block(ngx_http_request_t *r, ngx_uint_t blocked,
    const char *actor, const char *reason, ngx_str_t *address);

/* in the master, which has taken a new configuration */

void ngx_http_cnop_audit_reload(ngx_http_cnop_main_conf_t *cmcf);


#endif /* _NGX_HTTP_CNOP_AUDIT_H_INCLUDED_ */
