/* SPDX-License-Identifier: MIT */
/*
 * The directives that need more than a slot: each takes its parameters apart
 * completely at start and says what is wrong with them.  Runs in the master
 * only.
 */

#include "ngx_http_cnop_answer.h"
#include "ngx_http_cnop_breaker.h"
#include "ngx_http_cnop_guard.h"
#include "ngx_http_cnop_limit.h"
#include "ngx_http_cnop_metrics.h"
#include "ngx_http_cnop_param.h"
#include "ngx_http_cnop_revoke.h"
#include "ngx_http_cnop_setters.h"


typedef struct {
    ngx_str_t                    kind;
    ngx_str_t                    name;
    size_t                       min_size;
    ngx_http_cnop_zone_init_pt   init;
} ngx_http_cnop_zone_def_t;


/* in the order of ngx_http_cnop_zone_kind_e */

static ngx_http_cnop_zone_def_t  ngx_http_cnop_zone_defs[] = {
    { ngx_string("limit"), ngx_string("cnop_limit"), 64 * 1024,
      ngx_http_cnop_limit_zone },
    { ngx_string("guard"), ngx_string("cnop_guard"), 64 * 1024,
      ngx_http_cnop_guard_zone },
    { ngx_string("revoke"), ngx_string("cnop_revoke"), 64 * 1024,
      ngx_http_cnop_revoke_zone },
    { ngx_string("breaker"), ngx_string("cnop_breaker"), 64 * 1024,
      ngx_http_cnop_breaker_zone },
    { ngx_string("metrics"), ngx_string("cnop_metrics"), 640 * 1024,
      ngx_http_cnop_metrics_zone }
};


char *
ngx_http_cnop_set_zone(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_cnop_main_conf_t  *cmcf = conf;

    ssize_t                    size;
    ngx_str_t                 *value;
    ngx_uint_t                 i;
    ngx_http_cnop_zone_t      *zone;
    ngx_http_cnop_zone_def_t  *def;

    value = cf->args->elts;

    for (i = 0; i < NGX_HTTP_CNOP_ZONES; i++) {
        if (ngx_strcmp(value[1].data, ngx_http_cnop_zone_defs[i].kind.data)
            == 0)
        {
            break;
        }
    }

    if (i == NGX_HTTP_CNOP_ZONES) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "unknown zone kind \"%V\": use limit, guard, "
                           "revoke, breaker or metrics", &value[1]);
        return NGX_CONF_ERROR;
    }

    if (cmcf->zones[i]) {
        return "is duplicate";
    }

    def = &ngx_http_cnop_zone_defs[i];
    size = ngx_parse_size(&value[2]);

    if (size == NGX_ERROR) {
        return ngx_http_cnop_refuse(cf, &value[2], "it is not a size");
    }

    if ((size_t) size < def->min_size) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "zone \"%V\" is too small, the least is %uzk",
                           &def->name, def->min_size / 1024);
        return NGX_CONF_ERROR;
    }

    zone = ngx_pcalloc(cf->pool, sizeof(ngx_http_cnop_zone_t));
    if (zone == NULL) {
        return NGX_CONF_ERROR;
    }

    zone->kind = i;
    zone->init = def->init;
    zone->main_conf = cmcf;

    if (ngx_http_cnop_zone_add(cf, zone, &def->name, size) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


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


char *
ngx_http_cnop_set_route(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_cnop_loc_conf_t  *clcf = conf;

    ngx_str_t                  *value;
    ngx_uint_t                  i;
    ngx_http_cnop_route_t      *route;
    ngx_http_cnop_main_conf_t  *cmcf;

    if (clcf->route != NGX_CONF_UNSET_UINT) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (ngx_strcmp(value[1].data, "off") == 0) {
        clcf->route = NGX_HTTP_CNOP_NONE;
        return NGX_CONF_OK;
    }

    if (value[1].len > NGX_HTTP_CNOP_LABEL_MAX
        || !cnop_str_is_word(ngx_http_cnop_str(&value[1]), "/_{}*.-"))
    {
        return "takes a label of at most 63 of A-Z a-z 0-9 / _ { } * . -";
    }

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_cnop_module);
    route = cmcf->routes.elts;

    for (i = 0; i < cmcf->routes.nelts; i++) {
        if (route[i].label.len == value[1].len
            && ngx_strncmp(route[i].label.data, value[1].data, value[1].len)
                   == 0)
        {
            clcf->route = i;
            return NGX_CONF_OK;
        }
    }

    if (i == NGX_HTTP_CNOP_ROUTES_MAX) {
        return "has too many different labels, the most is 96";
    }

    route = ngx_array_push(&cmcf->routes);
    if (route == NULL) {
        return NGX_CONF_ERROR;
    }

    route->label = value[1];
    route->metrics_slot = 0;
    clcf->route = i;

    return NGX_CONF_OK;
}


char *
ngx_http_cnop_set_audit_event(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_cnop_loc_conf_t  *clcf = conf;

    ngx_str_t   *value;
    ngx_uint_t   i;

    if (clcf->audit_success.len) {
        return "is duplicate";
    }

    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {
        if (value[i].len == 0 || value[i].len > 48
            || !cnop_str_is_word(ngx_http_cnop_str(&value[i]), "_"))
        {
            return ngx_http_cnop_refuse(cf, &value[i], NULL);
        }
    }

    clcf->audit_success = value[1];

    if (cf->args->nelts == 3) {
        clcf->audit_failure = value[2];
    }

    return NGX_CONF_OK;
}


char *
ngx_http_cnop_set_audit_log(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_cnop_main_conf_t  *cmcf = conf;

    ngx_str_t  *value;

    if (cmcf->audit) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (ngx_strcmp(value[1].data, "off") == 0) {
        return NGX_CONF_OK;
    }

    cmcf->audit = ngx_conf_open_file(cf->cycle, &value[1]);

    return cmcf->audit ? NGX_CONF_OK : NGX_CONF_ERROR;
}


char *
ngx_http_cnop_set_problem(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_cnop_loc_conf_t  *clcf = conf;

    ngx_int_t                  status;
    ngx_str_t                 *value;
    ngx_http_core_loc_conf_t  *core;

    if (clcf->problem) {
        return "is duplicate";
    }

    clcf->problem = 1;

    if (cf->args->nelts == 2) {
        value = cf->args->elts;
        status = ngx_atoi(value[1].data, value[1].len);

        if (status < 400 || status > 599) {
            return "takes a status of 400 to 599";
        }

        clcf->problem = status;
    }

    core = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    core->handler = ngx_http_cnop_problem_handler;

    return NGX_CONF_OK;
}


char *
ngx_http_cnop_set_connections(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_cnop_main_conf_t  *cmcf = conf;

    ngx_int_t   n;
    ngx_str_t  *value;

    if (cmcf->connections) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (ngx_strcmp(value[1].data, "off") == 0) {
        return NGX_CONF_OK;
    }

    n = ngx_atoi(value[1].data, value[1].len);

    if (n < 1 || n > 1000000) {
        return ngx_http_cnop_refuse(cf, &value[1],
                                    "takes off or 1 to 1000000");
    }

    cmcf->connections = n;

    return NGX_CONF_OK;
}


char *
ngx_http_cnop_set_socket_mode(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_cnop_main_conf_t  *cmcf = conf;

    ngx_str_t   *value;
    ngx_uint_t   i;

    if (cmcf->socket_mode) {
        return "is duplicate";
    }

    value = cf->args->elts;

    for (i = 0; i < value[1].len; i++) {
        if (value[1].data[i] < '0' || value[1].data[i] > '7') {
            break;
        }

        cmcf->socket_mode = cmcf->socket_mode * 8 + value[1].data[i] - '0';
    }

    if (i < value[1].len || value[1].len != 4 || value[1].data[0] != '0'
        || (cmcf->socket_mode & 0600) != 0600)
    {
        return ngx_http_cnop_refuse(cf, &value[1],
                                    "takes a mode such as 0660, at least 0600");
    }

    return NGX_CONF_OK;
}
