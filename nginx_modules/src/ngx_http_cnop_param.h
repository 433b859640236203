/* SPDX-License-Identifier: MIT */
/* What the parsing of directives shares. */

#ifndef _NGX_HTTP_CNOP_PARAM_H_INCLUDED_
#define _NGX_HTTP_CNOP_PARAM_H_INCLUDED_


#include "ngx_http_cnop_conf.h"


typedef struct {
    const char   *name;
    ngx_uint_t    min;
    ngx_uint_t    max;
    uint32_t     *number;    /* one of these three; a time in milliseconds */
    uint64_t     *time;
    ngx_uint_t   *plain;
} ngx_http_cnop_param_t;


/* says which parameter of which directive is refused, and why */

char *ngx_http_cnop_refuse(ngx_conf_t *cf, ngx_str_t *arg, const char *rule);

/* "name=value" with the given name: points val behind the sign */

ngx_uint_t ngx_http_cnop_named(ngx_str_t *arg, const char *name,
    ngx_str_t *val);

/* an argument before this one has the same name: said once is said */

ngx_uint_t ngx_http_cnop_repeated(ngx_conf_t *cf, ngx_uint_t i);

/*
 * NGX_OK, or after a message NGX_ERROR: for a name not in the table, one that
 * was given before, or a value out of range
 */

ngx_int_t ngx_http_cnop_parse_param(ngx_conf_t *cf, ngx_str_t *arg,
    ngx_http_cnop_param_t *params);

/*
 * the row of this name in an array whose rows begin with theirs, added when
 * there is none; NULL: refused
 */

void *ngx_http_cnop_named_row(ngx_conf_t *cf, ngx_array_t *rows, ngx_uint_t max,
    ngx_str_t *name, ngx_uint_t *index);

/* of a limit or a service; refuses what is none */

ngx_int_t ngx_http_cnop_check_name(ngx_conf_t *cf, ngx_str_t *name);


#endif /* _NGX_HTTP_CNOP_PARAM_H_INCLUDED_ */
