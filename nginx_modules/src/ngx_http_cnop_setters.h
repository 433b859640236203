/* SPDX-License-Identifier: MIT */
/* The directives that need more than a slot. Run in the master only. */

#ifndef _NGX_HTTP_CNOP_SETTERS_H_INCLUDED_
#define _NGX_HTTP_CNOP_SETTERS_H_INCLUDED_


#include "ngx_http_cnop_conf.h"


char *ngx_http_cnop_set_zone(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_cnop_set_keys(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_cnop_set_jwt_cookie(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_cnop_set_require_role(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_cnop_set_limit(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_cnop_set_guard(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_cnop_set_service(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_cnop_set_breaker(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_cnop_set_connections(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_cnop_set_socket_mode(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_cnop_set_cors(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_cnop_set_methods(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_cnop_set_route(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_cnop_set_audit_log(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_cnop_set_problem(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);


#endif /* _NGX_HTTP_CNOP_SETTERS_H_INCLUDED_ */
