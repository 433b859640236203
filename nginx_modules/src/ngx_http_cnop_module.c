/* SPDX-License-Identifier: MIT */
/*
 * The directive table, configuration create and merge, and phase registration.
 * No decisions about requests are made here.
 */

#include "ngx_http_cnop_control.h"
#include "ngx_http_cnop_info.h"
#include "ngx_http_cnop_keys.h"
#include "ngx_http_cnop_metrics_page.h"
#include "ngx_http_cnop_phases.h"
#include "ngx_http_cnop_process.h"
#include "ngx_http_cnop_setters.h"
#include "ngx_http_cnop_variables.h"

#include "shared/base/attr.h"


extern ngx_module_t  ngx_http_cnop_filter_module;


static ngx_int_t ngx_http_cnop_preconfiguration(ngx_conf_t *cf);
static ngx_int_t ngx_http_cnop_postconfiguration(ngx_conf_t *cf);
static void *ngx_http_cnop_create_main_conf(ngx_conf_t *cf);
static char *ngx_http_cnop_init_main_conf(ngx_conf_t *cf, void *conf);
static void *ngx_http_cnop_create_loc_conf(ngx_conf_t *cf);
static char *ngx_http_cnop_merge_loc_conf(ngx_conf_t *cf, void *parent,
    void *child);


static ngx_conf_enum_t  ngx_http_cnop_jwt_modes[] = {
    { ngx_string("off"), NGX_HTTP_CNOP_JWT_OFF },
    { ngx_string("optional"), NGX_HTTP_CNOP_JWT_OPTIONAL },
    { ngx_string("strict"), NGX_HTTP_CNOP_JWT_STRICT },
    { ngx_string("required"), NGX_HTTP_CNOP_JWT_REQUIRED },
    { ngx_null_string, 0 }
};


static ngx_conf_enum_t  ngx_http_cnop_csrf_modes[] = {
    { ngx_string("token"), NGX_HTTP_CNOP_CSRF_TOKEN },
    { ngx_string("any"), NGX_HTTP_CNOP_CSRF_ANY },
    { ngx_null_string, 0 }
};


static ngx_conf_enum_t  ngx_http_cnop_revoke_modes[] = {
    { ngx_string("off"), NGX_HTTP_CNOP_REVOKE_OFF },
    { ngx_string("open"), NGX_HTTP_CNOP_REVOKE_OPEN },
    { ngx_string("closed"), NGX_HTTP_CNOP_REVOKE_CLOSED },
    { ngx_null_string, 0 }
};


static ngx_conf_enum_t  ngx_http_cnop_security_modes[] = {
    { ngx_string("off"), NGX_HTTP_CNOP_SECURITY_OFF },
    { ngx_string("api"), NGX_HTTP_CNOP_SECURITY_API },
    { ngx_string("html"), NGX_HTTP_CNOP_SECURITY_HTML },
    { ngx_null_string, 0 }
};


#define NGX_HTTP_CNOP_ALL_CONF                                                \
    (NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF)


static ngx_command_t  ngx_http_cnop_commands[] = {

    { ngx_string("cnop"),
      NGX_HTTP_CNOP_ALL_CONF|NGX_CONF_FLAG,
      ngx_conf_set_flag_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_cnop_loc_conf_t, enable),
      NULL },

    { ngx_string("cnop_zone"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE2,
      ngx_http_cnop_set_zone,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("cnop_keys"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_1MORE,
      ngx_http_cnop_set_keys,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("cnop_revoke"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_enum_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_http_cnop_main_conf_t, revoke),
      ngx_http_cnop_revoke_modes },

    { ngx_string("cnop_service"),
      NGX_HTTP_CNOP_ALL_CONF|NGX_CONF_TAKE12,
      ngx_http_cnop_set_service,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("cnop_breaker"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_1MORE,
      ngx_http_cnop_set_breaker,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("cnop_connections"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_http_cnop_set_connections,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("cnop_socket_mode"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_http_cnop_set_socket_mode,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("cnop_body_deadline"),
      NGX_HTTP_CNOP_ALL_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_cnop_loc_conf_t, body_deadline),
      NULL },

    { ngx_string("cnop_audit_log"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_http_cnop_set_audit_log,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("cnop_audit_event"),
      NGX_HTTP_LOC_CONF|NGX_CONF_TAKE12,
      ngx_http_cnop_set_audit_event,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("cnop_jwt"),
      NGX_HTTP_CNOP_ALL_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_enum_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_cnop_loc_conf_t, jwt),
      ngx_http_cnop_jwt_modes },

    { ngx_string("cnop_jwt_cookie"),
      NGX_HTTP_CNOP_ALL_CONF|NGX_CONF_1MORE,
      ngx_http_cnop_set_jwt_cookie,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("cnop_csrf"),
      NGX_HTTP_CNOP_ALL_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_enum_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_cnop_loc_conf_t, csrf),
      ngx_http_cnop_csrf_modes },

    { ngx_string("cnop_require_role"),
      NGX_HTTP_CNOP_ALL_CONF|NGX_CONF_1MORE,
      ngx_http_cnop_set_require_role,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("cnop_limit"),
      NGX_HTTP_CNOP_ALL_CONF|NGX_CONF_1MORE,
      ngx_http_cnop_set_limit,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("cnop_guard"),
      NGX_HTTP_LOC_CONF|NGX_CONF_1MORE,
      ngx_http_cnop_set_guard,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("cnop_cors"),
      NGX_HTTP_CNOP_ALL_CONF|NGX_CONF_1MORE,
      ngx_http_cnop_set_cors,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("cnop_security"),
      NGX_HTTP_CNOP_ALL_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_enum_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_cnop_loc_conf_t, security),
      ngx_http_cnop_security_modes },

    { ngx_string("cnop_methods"),
      NGX_HTTP_CNOP_ALL_CONF|NGX_CONF_1MORE,
      ngx_http_cnop_set_methods,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("cnop_route"),
      NGX_HTTP_CNOP_ALL_CONF|NGX_CONF_TAKE1,
      ngx_http_cnop_set_route,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("cnop_problem"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS|NGX_CONF_TAKE1,
      ngx_http_cnop_set_problem,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("cnop_metrics"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS,
      ngx_http_cnop_set_metrics,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("cnop_control"),
      NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_cnop_set_control,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("cnop_info"),
      NGX_HTTP_LOC_CONF|NGX_CONF_TAKE12,
      ngx_http_cnop_set_info,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

      ngx_null_command
};


static ngx_http_module_t  ngx_http_cnop_module_ctx = {
    ngx_http_cnop_preconfiguration,        /* preconfiguration */
    ngx_http_cnop_postconfiguration,       /* postconfiguration */

    ngx_http_cnop_create_main_conf,        /* create main configuration */
    ngx_http_cnop_init_main_conf,          /* init main configuration */

    NULL,                                  /* create server configuration */
    NULL,                                  /* merge server configuration */

    ngx_http_cnop_create_loc_conf,         /* create location configuration */
    ngx_http_cnop_merge_loc_conf           /* merge location configuration */
};


ngx_module_t  ngx_http_cnop_module = {
    NGX_MODULE_V1,
    &ngx_http_cnop_module_ctx,             /* module context */
    ngx_http_cnop_commands,                /* module directives */
    NGX_HTTP_MODULE,                       /* module type */
    NULL,                                  /* init master */
    ngx_http_cnop_init_module,             /* init module */
    ngx_http_cnop_init_process,            /* init process */
    NULL,                                  /* init thread */
    NULL,                                  /* exit thread */
    NULL,                                  /* exit process */
    NULL,                                  /* exit master */
    NGX_MODULE_V1_PADDING
};


static ngx_http_module_t  ngx_http_cnop_filter_module_ctx = {
    NULL,                                  /* preconfiguration */
    ngx_http_cnop_filter_init,             /* postconfiguration */

    NULL,                                  /* create main configuration */
    NULL,                                  /* init main configuration */

    NULL,                                  /* create server configuration */
    NULL,                                  /* merge server configuration */

    NULL,                                  /* create location configuration */
    NULL                                   /* merge location configuration */
};


ngx_module_t  ngx_http_cnop_filter_module = {
    NGX_MODULE_V1,
    &ngx_http_cnop_filter_module_ctx,      /* module context */
    NULL,                                  /* module directives */
    NGX_HTTP_MODULE,                       /* module type */
    NULL,                                  /* init master */
    NULL,                                  /* init module */
    NULL,                                  /* init process */
    NULL,                                  /* init thread */
    NULL,                                  /* exit thread */
    NULL,                                  /* exit process */
    NULL,                                  /* exit master */
    NGX_MODULE_V1_PADDING
};


static ngx_int_t
ngx_http_cnop_preconfiguration(ngx_conf_t *cf)
{
    return ngx_http_cnop_add_variables(cf);
}


static ngx_int_t
ngx_http_cnop_postconfiguration(ngx_conf_t *cf)
{
    ngx_http_cnop_main_conf_t  *cmcf;

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_cnop_module);

    if (cmcf->uses_jwt) {
        if (cmcf->keys.jwks.len == 0 && cmcf->keys.secrets.nelts == 0) {
            ngx_conf_log_error(
                NGX_LOG_EMERG, cf, 0,
                "\"cnop_jwt\" is used, but no \"cnop_keys\" is set");
            return NGX_ERROR;
        }

        if (ngx_http_cnop_keys_test(cf, cmcf) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    if ((cmcf->uses_limit && cmcf->zones[NGX_HTTP_CNOP_ZONE_LIMIT] == NULL)
        || (cmcf->uses_guard && cmcf->zones[NGX_HTTP_CNOP_ZONE_GUARD] == NULL)
        || (cmcf->uses_breaker
            && cmcf->zones[NGX_HTTP_CNOP_ZONE_BREAKER] == NULL)
        || (cmcf->revoke != NGX_HTTP_CNOP_REVOKE_OFF
            && cmcf->zones[NGX_HTTP_CNOP_ZONE_REVOKE] == NULL))
    {
        ngx_conf_log_error(
            NGX_LOG_EMERG, cf, 0,
            "\"cnop_limit\", \"cnop_guard\", \"cnop_breaker\" and "
            "\"cnop_revoke\" each need a \"cnop_zone\" of their kind "
            "(limit, guard, breaker, revoke)");
        return NGX_ERROR;
    }

    return ngx_http_cnop_phases_init(cf);
}


static void *
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


static char *
ngx_http_cnop_init_main_conf(ngx_conf_t *cf, void *conf)
{
    ngx_http_cnop_main_conf_t  *cmcf = conf;

    ngx_conf_init_uint_value(cmcf->revoke, NGX_HTTP_CNOP_REVOKE_OFF);

    return NGX_CONF_OK;
}


static void *
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
     *     clcf->audit_success = { 0, NULL };
     *     clcf->audit_failure = { 0, NULL };
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


static char *
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

    if (conf->audit_success.len == 0 && conf->audit_failure.len == 0) {
        conf->audit_success = prev->audit_success;
        conf->audit_failure = prev->audit_failure;
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


/*
 * shared/base asserts end here: a broken invariant costs one worker, not wrong
 * answers
 */

void
cnop_assert_failed(const char *expression, const char *file, int line)
{
    ngx_log_error(NGX_LOG_ALERT, ngx_cycle->log, 0,
                  "assertion \"%s\" failed in %s:%d", expression, file, line);
    ngx_abort();
}
