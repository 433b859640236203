/* SPDX-License-Identifier: MIT */
/*
 * The configuration as nginx makes it: empty at first, then what was said, then
 * merged with the level above.  Runs in the master only.
 */

#include "ngx_http_cnop_conf.h"


void *
ngx_http_cnop_create_main_conf(ngx_conf_t *cf)
{
    ngx_http_cnop_main_conf_t  *cmcf;

    cmcf = ngx_pcalloc(cf->pool, sizeof(ngx_http_cnop_main_conf_t));
    if (cmcf == NULL) {
        return NULL;
    }

    cmcf->revoke = NGX_CONF_UNSET_UINT;

    if (ngx_array_init(&cmcf->keys.secrets, cf->pool, 1,
                       sizeof(ngx_http_cnop_secret_t)) != NGX_OK
        || ngx_array_init(&cmcf->routes, cf->pool, 32,
                          sizeof(ngx_http_cnop_route_t)) != NGX_OK
        || ngx_array_init(&cmcf->services, cf->pool, 8,
                          sizeof(ngx_http_cnop_service_t)) != NGX_OK
        || ngx_array_init(&cmcf->policies, cf->pool, NGX_HTTP_CNOP_POLICIES_MAX,
                          sizeof(ngx_http_cnop_policy_t)) != NGX_OK)
    {
        return NULL;
    }

    return cmcf;
}


char *
ngx_http_cnop_init_main_conf(ngx_conf_t *cf, void *conf)
{
    ngx_http_cnop_main_conf_t  *cmcf = conf;

    ngx_conf_init_uint_value(cmcf->revoke, NGX_HTTP_CNOP_REVOKE_OFF);

    return NGX_CONF_OK;
}


void *
ngx_http_cnop_create_loc_conf(ngx_conf_t *cf)
{
    ngx_http_cnop_loc_conf_t  *clcf;

    clcf = ngx_pcalloc(cf->pool, sizeof(ngx_http_cnop_loc_conf_t));
    if (clcf == NULL) {
        return NULL;
    }

    /*
     * set by ngx_pcalloc():
     *
     *     clcf->allow = { 0, NULL };
     *     clcf->guard = NULL;
     *     clcf->problem = 0;
     *     clcf->control_write = 0;
     *     clcf->info = { 0, NULL };
     *     clcf->info_ready = 0;
     */

    clcf->enable = NGX_CONF_UNSET;
    clcf->jwt = NGX_CONF_UNSET_UINT;
    clcf->cookies = NGX_CONF_UNSET_PTR;
    clcf->csrf = NGX_CONF_UNSET_UINT;
    clcf->roles = NGX_CONF_UNSET_UINT;
    clcf->limits = NGX_CONF_UNSET_PTR;
    clcf->service = NGX_CONF_UNSET_UINT;
    clcf->write_service = NGX_CONF_UNSET_UINT;
    clcf->cors = NGX_CONF_UNSET_PTR;
    clcf->security = NGX_CONF_UNSET_UINT;
    clcf->methods = NGX_CONF_UNSET_UINT;
    clcf->route = NGX_CONF_UNSET_UINT;
    clcf->body_deadline = NGX_CONF_UNSET_MSEC;

    return clcf;
}


char *
ngx_http_cnop_merge_loc_conf(ngx_conf_t *cf, void *parent, void *child)
{
    ngx_http_cnop_loc_conf_t   *prev = parent;
    ngx_http_cnop_loc_conf_t   *conf = child;
    ngx_http_cnop_main_conf_t  *cmcf;

    if (conf->methods == NGX_CONF_UNSET_UINT) {
        conf->allow = prev->allow;
    }

    ngx_conf_merge_value(conf->enable, prev->enable, 0);
    ngx_conf_merge_uint_value(conf->jwt, prev->jwt, NGX_HTTP_CNOP_JWT_OFF);
    ngx_conf_merge_ptr_value(conf->cookies, prev->cookies, NULL);
    ngx_conf_merge_uint_value(conf->csrf, prev->csrf, NGX_HTTP_CNOP_CSRF_TOKEN);
    ngx_conf_merge_uint_value(conf->roles, prev->roles, 0);
    ngx_conf_merge_ptr_value(conf->limits, prev->limits, NULL);
    ngx_conf_merge_uint_value(conf->service, prev->service, NGX_HTTP_CNOP_NONE);
    ngx_conf_merge_uint_value(conf->write_service, prev->write_service,
                              NGX_HTTP_CNOP_NONE);
    ngx_conf_merge_ptr_value(conf->cors, prev->cors, NULL);
    ngx_conf_merge_uint_value(conf->security, prev->security,
                              NGX_HTTP_CNOP_SECURITY_OFF);
    ngx_conf_merge_uint_value(conf->methods, prev->methods, 0);
    ngx_conf_merge_uint_value(conf->route, prev->route, NGX_HTTP_CNOP_NONE);
    ngx_conf_merge_msec_value(conf->body_deadline, prev->body_deadline, 0);

    /*
     * a block inside a location ("if", a nested location) keeps what has no
     * unset value
     */

    if (conf->guard == NULL) {
        conf->guard = prev->guard;
    }

    if (conf->roles != 0 && conf->jwt != NGX_HTTP_CNOP_JWT_REQUIRED) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"cnop_require_role\" needs \"cnop_jwt required\"");
        return NGX_CONF_ERROR;
    }

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_cnop_module);

    if (conf->enable && conf->jwt != NGX_HTTP_CNOP_JWT_OFF) {
        cmcf->uses_jwt = 1;
    }

    if (conf->enable && conf->limits && conf->limits->nelts) {
        cmcf->uses_limit = 1;
    }

    if (conf->enable && conf->guard) {
        cmcf->uses_guard = 1;
    }

    return NGX_CONF_OK;
}
