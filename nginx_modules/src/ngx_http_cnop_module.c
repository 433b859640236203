/* SPDX-License-Identifier: MIT */
/*
 * The directive table, the contexts, and phase registration.
 * No decisions about requests are made here.
 */

#include "ngx_http_cnop_control.h"
#include "ngx_http_cnop_info.h"
#include "ngx_http_cnop_keys.h"
#include "ngx_http_cnop_metrics_page.h"
#include "ngx_http_cnop_phases.h"
#include "ngx_http_cnop_process.h"
#include "ngx_http_cnop_setters.h"
#include "ngx_http_cnop_subscribe.h"
#include "ngx_http_cnop_variables.h"

#include "shared/base/attr.h"


extern ngx_module_t  ngx_http_cnop_filter_module;


static ngx_int_t ngx_http_cnop_preconfiguration(ngx_conf_t *cf);
static ngx_int_t ngx_http_cnop_postconfiguration(ngx_conf_t *cf);


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

    { ngx_string("cnop_stream"),
      NGX_HTTP_LOC_CONF|NGX_CONF_ANY,
      ngx_http_cnop_set_stream,
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
        || (cmcf->uses_stream && cmcf->zones[NGX_HTTP_CNOP_ZONE_EVENTS] == NULL)
        || (cmcf->revoke != NGX_HTTP_CNOP_REVOKE_OFF
            && cmcf->zones[NGX_HTTP_CNOP_ZONE_REVOKE] == NULL))
    {
        ngx_conf_log_error(
            NGX_LOG_EMERG, cf, 0,
            "\"cnop_limit\", \"cnop_guard\", \"cnop_breaker\", "
            "\"cnop_stream\" and \"cnop_revoke\" each need a "
            "\"cnop_zone\" of their kind "
            "(limit, guard, breaker, events, revoke)");
        return NGX_ERROR;
    }

    return ngx_http_cnop_phases_init(cf);
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
