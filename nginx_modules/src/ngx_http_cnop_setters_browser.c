/* SPDX-License-Identifier: MIT */
/*
 * The directives about what browsers may send: origins and methods.  Runs in
 * the master only.
 */

#include "ngx_http_cnop_param.h"
#include "ngx_http_cnop_setters.h"


/*
 * Browsers send an origin in one spelling, and it is compared byte by byte:
 * any other spelling could never match.  NULL when the origin can.
 */

static const char *
ngx_http_cnop_origin_flaw(ngx_str_t *origin)
{
    u_char      *host, *p, *last, *port;
    ngx_int_t    n;
    ngx_uint_t   tls;

    tls = (origin->data[4] == 's');
    host = origin->data + (tls ? sizeof("https://") - 1
                               : sizeof("http://") - 1);
    last = origin->data + origin->len;
    port = NULL;

    if (host == last) {
        return "an origin has a host";
    }

    for (p = host; p < last; p++) {

        if (*p >= 'A' && *p <= 'Z') {
            return "an origin is written in lower case";
        }

        if (*p == ',') {
            return "origins are separated by blanks";
        }

        if (*p == ':' && (*host != '[' || p[-1] == ']')) {
            port = p + 1;
        }

        if ((*p < 'a' || *p > 'z') && (*p < '0' || *p > '9')
            && ngx_strchr("-._:[]", *p) == NULL)
        {
            return "an origin is scheme, host and port, without a path";
        }
    }

    if (port == NULL) {
        return NULL;
    }

    n = ngx_atoi(port, last - port);

    if (n < 1 || n > 65535 || *port == '0') {
        return "the port is not a number of 1 to 65535";
    }

    return n == (tls ? 443 : 80) ? "the default port is left out" : NULL;
}


char *
ngx_http_cnop_set_cors(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_cnop_loc_conf_t  *clcf = conf;

    ngx_str_t             *value, *origin, val;
    ngx_uint_t             i, any;
    const char            *rule;
    ngx_http_cnop_cors_t  *cors;

    if (clcf->cors != NGX_CONF_UNSET_PTR) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (cf->args->nelts == 2 && ngx_strcmp(value[1].data, "off") == 0) {
        clcf->cors = NULL;
        return NGX_CONF_OK;
    }

    cors = ngx_pcalloc(cf->pool, sizeof(ngx_http_cnop_cors_t));
    if (cors == NULL
        || ngx_array_init(&cors->origins, cf->pool, 4, sizeof(ngx_str_t))
               != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    ngx_str_set(&cors->max_age, "600");
    any = 0;

    for (i = 1; i < cf->args->nelts; i++) {

        if (ngx_http_cnop_repeated(cf, i)) {
            return NGX_CONF_ERROR;
        }

        if (ngx_strcmp(value[i].data, "*") == 0) {
            any = 1;

        } else if (ngx_strcmp(value[i].data, "credentials") == 0) {
            cors->credentials = 1;

        } else if (ngx_http_cnop_named(&value[i], "max_age", &val)
                   && ngx_atoi(val.data, val.len) != NGX_ERROR)
        {
            cors->max_age = val;

        } else if (ngx_strncmp(value[i].data, "http://", 7) == 0
                   || ngx_strncmp(value[i].data, "https://", 8) == 0)
        {
            rule = ngx_http_cnop_origin_flaw(&value[i]);

            if (rule) {
                return ngx_http_cnop_refuse(cf, &value[i], rule);
            }

            origin = ngx_array_push(&cors->origins);
            if (origin == NULL) {
                return NGX_CONF_ERROR;
            }

            *origin = value[i];

        } else {
            return ngx_http_cnop_refuse(cf, &value[i], NULL);
        }
    }

    if (any && cors->credentials) {
        return "cannot allow credentials for any origin: name the origins";
    }

    if (any == (cors->origins.nelts != 0)) {
        return "takes either \"*\" or a list of origins";
    }

    clcf->cors = cors;

    return NGX_CONF_OK;
}


char *
ngx_http_cnop_set_methods(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_cnop_loc_conf_t  *clcf = conf;

    u_char      *p;
    size_t       len;
    ngx_str_t   *value;
    ngx_uint_t   i, k;

    static ngx_conf_bitmask_t  methods[] = {
        { ngx_string("GET"), NGX_HTTP_GET|NGX_HTTP_HEAD },
        { ngx_string("POST"), NGX_HTTP_POST },
        { ngx_string("PUT"), NGX_HTTP_PUT },
        { ngx_string("PATCH"), NGX_HTTP_PATCH },
        { ngx_string("DELETE"), NGX_HTTP_DELETE },
        { ngx_null_string, 0 }
    };

    if (clcf->methods != NGX_CONF_UNSET_UINT) {
        return "is duplicate";
    }

    clcf->methods = 0;
    value = cf->args->elts;
    len = sizeof("HEAD, OPTIONS") - 1;

    for (i = 1; i < cf->args->nelts; i++) {
        if (ngx_http_cnop_repeated(cf, i)) {
            return NGX_CONF_ERROR;
        }

        for (k = 0; methods[k].name.len; k++) {
            if (ngx_strcmp(methods[k].name.data, value[i].data) == 0) {
                break;
            }
        }

        if (methods[k].name.len == 0) {
            return ngx_http_cnop_refuse(cf, &value[i], NULL);
        }

        clcf->methods |= methods[k].mask;
        len += value[i].len + 2;
    }

    p = ngx_pnalloc(cf->pool, len);
    if (p == NULL) {
        return NGX_CONF_ERROR;
    }

    clcf->allow.data = p;

    for (i = 1; i < cf->args->nelts; i++) {
        p = ngx_sprintf(p, "%V, ", &value[i]);
    }

    if (clcf->methods & NGX_HTTP_HEAD) {
        p = ngx_cpymem(p, "HEAD, ", 6);
    }

    p = ngx_cpymem(p, "OPTIONS", 7);
    clcf->allow.len = p - clcf->allow.data;

    return NGX_CONF_OK;
}
