/* SPDX-License-Identifier: MIT */
/*
 * The directives that need more than a slot: each takes its parameters apart
 * completely at start and says what is wrong with them.  Runs in the master
 * only.
 */

#include "ngx_http_cnop_breaker.h"
#include "ngx_http_cnop_events.h"
#include "ngx_http_cnop_guard.h"
#include "ngx_http_cnop_limit.h"
#include "ngx_http_cnop_metrics.h"
#include "ngx_http_cnop_param.h"
#include "ngx_http_cnop_problem.h"
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
      ngx_http_cnop_metrics_zone },
    { ngx_string("events"), ngx_string("cnop_events"), 512 * 1024,
      ngx_http_cnop_events_zone }
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
                           "revoke, breaker, metrics or events", &value[1]);
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


char *
ngx_http_cnop_set_route(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_cnop_loc_conf_t  *clcf = conf;

    ngx_str_t                  *value;
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

    return ngx_http_cnop_named_row(cf, &cmcf->routes, NGX_HTTP_CNOP_ROUTES_MAX,
                                   &value[1], &clcf->route)
               ? NGX_CONF_OK : NGX_CONF_ERROR;
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
