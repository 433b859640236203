/* SPDX-License-Identifier: MIT */
/*
 * The $cnop_* variables: views of the request context for FastCGI parameters,
 * logs and conditions. They report; evaluating one changes nothing.
 */

#include "ngx_http_cnop_answer.h"
#include "ngx_http_cnop_ctx.h"
#include "ngx_http_cnop_variables.h"


typedef enum {
    NGX_HTTP_CNOP_VAR_REQUEST_ID = 0,
    NGX_HTTP_CNOP_VAR_USER_ID,
    NGX_HTTP_CNOP_VAR_ROLE,
    NGX_HTTP_CNOP_VAR_SID,
    NGX_HTTP_CNOP_VAR_JTI,
    NGX_HTTP_CNOP_VAR_IAT,
    NGX_HTTP_CNOP_VAR_EXP,
    NGX_HTTP_CNOP_VAR_SOURCE,
    NGX_HTTP_CNOP_VAR_TRACEPARENT,
    NGX_HTTP_CNOP_VAR_HTTPS,
    NGX_HTTP_CNOP_VAR_SERVICE,
    NGX_HTTP_CNOP_VAR_ROUTE,
    NGX_HTTP_CNOP_VAR_JWT_STATUS,
    NGX_HTTP_CNOP_VAR_LIMIT_STATUS,
    NGX_HTTP_CNOP_VAR_GUARD_STATUS,
    NGX_HTTP_CNOP_VAR_BREAKER_STATUS,
    NGX_HTTP_CNOP_VAR_CSRF_STATUS,
    NGX_HTTP_CNOP_VAR_LOG_PATH,
    NGX_HTTP_CNOP_VAR_LOG_AGENT,
    NGX_HTTP_CNOP_VAR_METHOD,
    NGX_HTTP_CNOP_VAR_US
} ngx_http_cnop_var_e;


static ngx_int_t ngx_http_cnop_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);


static ngx_http_variable_t  ngx_http_cnop_vars[] = {

    { ngx_string("cnop_request_id"), NULL, ngx_http_cnop_variable,
      NGX_HTTP_CNOP_VAR_REQUEST_ID, 0, 0 },

    { ngx_string("cnop_user_id"), NULL, ngx_http_cnop_variable,
      NGX_HTTP_CNOP_VAR_USER_ID, NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("cnop_role"), NULL, ngx_http_cnop_variable,
      NGX_HTTP_CNOP_VAR_ROLE, NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("cnop_sid"), NULL, ngx_http_cnop_variable,
      NGX_HTTP_CNOP_VAR_SID, NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("cnop_jti"), NULL, ngx_http_cnop_variable,
      NGX_HTTP_CNOP_VAR_JTI, NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("cnop_token_iat"), NULL, ngx_http_cnop_variable,
      NGX_HTTP_CNOP_VAR_IAT, NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("cnop_token_exp"), NULL, ngx_http_cnop_variable,
      NGX_HTTP_CNOP_VAR_EXP, NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("cnop_token_source"), NULL, ngx_http_cnop_variable,
      NGX_HTTP_CNOP_VAR_SOURCE, NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("cnop_traceparent"), NULL, ngx_http_cnop_variable,
      NGX_HTTP_CNOP_VAR_TRACEPARENT, 0, 0 },

    { ngx_string("cnop_https"), NULL, ngx_http_cnop_variable,
      NGX_HTTP_CNOP_VAR_HTTPS, 0, 0 },

    { ngx_string("cnop_service"), NULL, ngx_http_cnop_variable,
      NGX_HTTP_CNOP_VAR_SERVICE, NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("cnop_route"), NULL, ngx_http_cnop_variable,
      NGX_HTTP_CNOP_VAR_ROUTE, NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("cnop_jwt_status"), NULL, ngx_http_cnop_variable,
      NGX_HTTP_CNOP_VAR_JWT_STATUS, NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("cnop_limit_status"), NULL, ngx_http_cnop_variable,
      NGX_HTTP_CNOP_VAR_LIMIT_STATUS, NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("cnop_guard_status"), NULL, ngx_http_cnop_variable,
      NGX_HTTP_CNOP_VAR_GUARD_STATUS, NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("cnop_breaker_status"), NULL, ngx_http_cnop_variable,
      NGX_HTTP_CNOP_VAR_BREAKER_STATUS, NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("cnop_csrf_status"), NULL, ngx_http_cnop_variable,
      NGX_HTTP_CNOP_VAR_CSRF_STATUS, NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("cnop_log_path"), NULL, ngx_http_cnop_variable,
      NGX_HTTP_CNOP_VAR_LOG_PATH, 0, 0 },

    { ngx_string("cnop_log_agent"), NULL, ngx_http_cnop_variable,
      NGX_HTTP_CNOP_VAR_LOG_AGENT, 0, 0 },

    { ngx_string("cnop_method"), NULL, ngx_http_cnop_variable,
      NGX_HTTP_CNOP_VAR_METHOD, 0, 0 },

    { ngx_string("cnop_us"), NULL, ngx_http_cnop_variable,
      NGX_HTTP_CNOP_VAR_US, NGX_HTTP_VAR_NOCACHEABLE, 0 },

      ngx_http_null_variable
};


ngx_int_t
ngx_http_cnop_add_variables(ngx_conf_t *cf)
{
    ngx_http_variable_t  *var, *v;

    for (v = ngx_http_cnop_vars; v->name.len; v++) {
        var = ngx_http_add_variable(cf, &v->name, v->flags);
        if (var == NULL) {
            return NGX_ERROR;
        }

        var->get_handler = v->get_handler;
        var->data = v->data;
    }

    return NGX_OK;
}


static void
ngx_http_cnop_variable_text(ngx_http_variable_value_t *v, const char *text)
{
    v->data = (u_char *) text;
    v->len = text ? ngx_strlen(text) : 0;
}


static void
ngx_http_cnop_variable_str(ngx_http_variable_value_t *v, ngx_str_t *s)
{
    v->data = s->data;
    v->len = s->len;
}


static void
ngx_http_cnop_variable_status(ngx_http_variable_value_t *v, const char *status)
{
    ngx_http_cnop_variable_text(v, status ? status : "-");
}


static ngx_int_t
ngx_http_cnop_variable_number(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, int64_t n)
{
    u_char  *p;

    p = ngx_pnalloc(r->pool, NGX_INT64_LEN);
    if (p == NULL) {
        return NGX_ERROR;
    }

    v->data = p;
    v->len = ngx_sprintf(p, "%L", n) - p;

    return NGX_OK;
}


static ngx_int_t
ngx_http_cnop_variable_printable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, ngx_str_t *s)
{
    ngx_str_t  text;

    if (ngx_http_cnop_printable(r->pool, s, 512, &text) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_http_cnop_variable_str(v, &text);

    return NGX_OK;
}


static int64_t
ngx_http_cnop_elapsed_us(ngx_http_cnop_ctx_t *ctx)
{
    struct timespec  now;

    (void) clock_gettime(CLOCK_MONOTONIC, &now);

    return (int64_t) (now.tv_sec - ctx->start.tv_sec) * 1000000
           + (now.tv_nsec - ctx->start.tv_nsec) / 1000;
}


static ngx_uint_t
ngx_http_cnop_is_tls(ngx_http_request_t *r)
{
#if (NGX_HTTP_SSL)
    return r->connection->ssl != NULL;
#else
    return 0;
#endif
}


/* what is known before any token is looked at */

static ngx_int_t
ngx_http_cnop_request_variable(ngx_http_request_t *r, ngx_http_cnop_ctx_t *ctx,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_http_cnop_route_t      *route;
    ngx_http_cnop_service_t    *service;
    ngx_http_cnop_main_conf_t  *cmcf;

    switch (data) {

    case NGX_HTTP_CNOP_VAR_REQUEST_ID:
        ngx_http_cnop_variable_str(v, &ctx->request_id);
        break;

    case NGX_HTTP_CNOP_VAR_TRACEPARENT:
        ngx_http_cnop_variable_str(v, &ctx->traceparent);
        break;

    case NGX_HTTP_CNOP_VAR_METHOD:
        ngx_http_cnop_variable_str(v, &ctx->method_name);
        break;

    case NGX_HTTP_CNOP_VAR_HTTPS:
        ngx_http_cnop_variable_text(v, ngx_http_cnop_is_tls(r) ? "on" : "off");
        break;

    case NGX_HTTP_CNOP_VAR_SERVICE:
        service = ngx_http_cnop_service(r, ctx);
        if (service) {
            ngx_http_cnop_variable_str(v, &service->name);
        }
        break;

    case NGX_HTTP_CNOP_VAR_ROUTE:
        if (ctx->route != NGX_HTTP_CNOP_NONE) {
            cmcf = ngx_http_get_module_main_conf(r, ngx_http_cnop_module);
            route = cmcf->routes.elts;
            ngx_http_cnop_variable_str(v, &route[ctx->route].label);
        }
        break;

    case NGX_HTTP_CNOP_VAR_LOG_PATH:
        return ngx_http_cnop_variable_printable(r, v, &ctx->path);

    case NGX_HTTP_CNOP_VAR_LOG_AGENT:
        if (r->headers_in.user_agent) {
            return ngx_http_cnop_variable_printable(
                r, v, &r->headers_in.user_agent->value);
        }
        break;

    default: /* NGX_HTTP_CNOP_VAR_US */
        return ngx_http_cnop_variable_number(r, v,
                                             ngx_http_cnop_elapsed_us(ctx));
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_cnop_status_variable(ngx_http_cnop_ctx_t *ctx,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    switch (data) {

    case NGX_HTTP_CNOP_VAR_JWT_STATUS:
        ngx_http_cnop_variable_status(v, ctx->jwt_status);
        break;

    case NGX_HTTP_CNOP_VAR_LIMIT_STATUS:
        ngx_http_cnop_variable_status(v, ctx->limit_status);
        break;

    case NGX_HTTP_CNOP_VAR_GUARD_STATUS:
        ngx_http_cnop_variable_status(v, ctx->guard_status);
        break;

    case NGX_HTTP_CNOP_VAR_BREAKER_STATUS:
        ngx_http_cnop_variable_status(v, ctx->breaker_status);
        break;

    default: /* NGX_HTTP_CNOP_VAR_CSRF_STATUS */
        ngx_http_cnop_variable_status(v, ctx->csrf_status);
        break;
    }

    return NGX_OK;
}


/* empty unless a token was verified and is not revoked */

static ngx_int_t
ngx_http_cnop_identity_variable(ngx_http_request_t *r, ngx_http_cnop_ctx_t *ctx,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    if (!ctx->authenticated) {
        return NGX_OK;
    }

    switch (data) {

    case NGX_HTTP_CNOP_VAR_USER_ID:
        ngx_http_cnop_variable_str(v, &ctx->user_id);
        break;

    case NGX_HTTP_CNOP_VAR_ROLE:
        ngx_http_cnop_variable_text(v, cnop_token_role_name(ctx->claims.role));
        break;

    case NGX_HTTP_CNOP_VAR_SID:
        ngx_http_cnop_variable_text(v, ctx->claims.sid);
        break;

    case NGX_HTTP_CNOP_VAR_JTI:
        ngx_http_cnop_variable_text(v, ctx->claims.jti);
        break;

    case NGX_HTTP_CNOP_VAR_IAT:
        return ngx_http_cnop_variable_number(r, v, ctx->claims.iat_s);

    case NGX_HTTP_CNOP_VAR_EXP:
        return ngx_http_cnop_variable_number(r, v, ctx->claims.exp_s);

    default: /* NGX_HTTP_CNOP_VAR_SOURCE */
        ngx_http_cnop_variable_text(
            v,
            ctx->source == NGX_HTTP_CNOP_SOURCE_BEARER ? "bearer" : "cookie");
        break;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_cnop_variable(ngx_http_request_t *r, ngx_http_variable_value_t *v,
    uintptr_t data)
{
    ngx_http_cnop_ctx_t  *ctx;

    v->valid = 1;
    v->no_cacheable = 0;
    v->not_found = 0;
    v->len = 0;
    v->data = (u_char *) "";

    ctx = ngx_http_cnop_get_ctx(r);
    if (ctx == NULL) {
        v->not_found = 1;
        return NGX_OK;
    }

    switch (data) {

    case NGX_HTTP_CNOP_VAR_USER_ID:
    case NGX_HTTP_CNOP_VAR_ROLE:
    case NGX_HTTP_CNOP_VAR_SID:
    case NGX_HTTP_CNOP_VAR_JTI:
    case NGX_HTTP_CNOP_VAR_IAT:
    case NGX_HTTP_CNOP_VAR_EXP:
    case NGX_HTTP_CNOP_VAR_SOURCE:
        return ngx_http_cnop_identity_variable(r, ctx, v, data);

    case NGX_HTTP_CNOP_VAR_JWT_STATUS:
    case NGX_HTTP_CNOP_VAR_LIMIT_STATUS:
    case NGX_HTTP_CNOP_VAR_GUARD_STATUS:
    case NGX_HTTP_CNOP_VAR_BREAKER_STATUS:
    case NGX_HTTP_CNOP_VAR_CSRF_STATUS:
        return ngx_http_cnop_status_variable(ctx, v, data);

    default:
        return ngx_http_cnop_request_variable(r, ctx, v, data);
    }
}
