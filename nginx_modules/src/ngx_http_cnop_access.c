/* SPDX-License-Identifier: MIT */
/*
 * The order of the policies.  They run in PREACCESS, which neither "satisfy any" nor a subrequest
 * can get around: limits of the address, token, limits of the user, method, identity, role, origin.
 * Guard and breaker follow in PRECONTENT, when nothing else can refuse the request any more.
 */

#include "ngx_http_cnop_module.h"


typedef ngx_int_t (*ngx_http_cnop_policy_pt)(ngx_http_request_t *r,
    ngx_http_cnop_ctx_t *ctx, ngx_http_cnop_loc_conf_t *clcf);


static ngx_int_t ngx_http_cnop_address_limits(ngx_http_request_t *r,
    ngx_http_cnop_ctx_t *ctx, ngx_http_cnop_loc_conf_t *clcf);
static ngx_int_t ngx_http_cnop_token(ngx_http_request_t *r,
    ngx_http_cnop_ctx_t *ctx, ngx_http_cnop_loc_conf_t *clcf);
static ngx_int_t ngx_http_cnop_method(ngx_http_request_t *r,
    ngx_http_cnop_ctx_t *ctx, ngx_http_cnop_loc_conf_t *clcf);
static ngx_int_t ngx_http_cnop_identity(ngx_http_request_t *r,
    ngx_http_cnop_ctx_t *ctx, ngx_http_cnop_loc_conf_t *clcf);
static ngx_int_t ngx_http_cnop_role(ngx_http_request_t *r,
    ngx_http_cnop_ctx_t *ctx, ngx_http_cnop_loc_conf_t *clcf);
static ngx_int_t ngx_http_cnop_origin(ngx_http_request_t *r,
    ngx_http_cnop_ctx_t *ctx, ngx_http_cnop_loc_conf_t *clcf);


static ngx_http_cnop_policy_pt  ngx_http_cnop_policies[] = {
    ngx_http_cnop_address_limits,
    ngx_http_cnop_token,
    ngx_http_cnop_method,
    ngx_http_cnop_identity,
    ngx_http_cnop_role,
    ngx_http_cnop_origin,
    NULL
};


static ngx_http_cnop_loc_conf_t *
ngx_http_cnop_policed(ngx_http_request_t *r)
{
    ngx_http_cnop_loc_conf_t  *clcf;

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_cnop_module);

    /* an error page is an answer already: nothing polices it */

    if (!clcf->enable || r != r->main || clcf->problem == 1) {
        return NULL;
    }

    return clcf;
}


ngx_int_t
ngx_http_cnop_preaccess_handler(ngx_http_request_t *r)
{
    ngx_int_t                  rc;
    ngx_uint_t                 i;
    ngx_http_cnop_ctx_t       *ctx;
    ngx_http_cnop_loc_conf_t  *clcf;

    clcf = ngx_http_cnop_policed(r);

    if (clcf == NULL) {
        return NGX_DECLINED;
    }

    ctx = ngx_http_cnop_get_ctx(r);
    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (ctx->route == NGX_HTTP_CNOP_NONE) {
        ctx->route = clcf->route;
    }

    (void) ngx_http_cnop_service(r, ctx);

    for (i = 0; ngx_http_cnop_policies[i]; i++) {
        rc = ngx_http_cnop_policies[i](r, ctx, clcf);

        if (rc != NGX_DECLINED) {
            return rc;
        }
    }

    return NGX_DECLINED;
}


ngx_int_t
ngx_http_cnop_precontent_handler(ngx_http_request_t *r)
{
    ngx_int_t                  rc;
    ngx_http_cnop_ctx_t       *ctx;
    ngx_http_cnop_loc_conf_t  *clcf;

    clcf = ngx_http_cnop_policed(r);

    if (clcf == NULL) {
        return NGX_DECLINED;
    }

    ctx = ngx_http_cnop_get_ctx(r);
    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (clcf->guard) {
        rc = ngx_http_cnop_guard_check(r, ctx);

        if (rc != NGX_DECLINED) {
            return rc;
        }
    }

    return ngx_http_cnop_breaker_check(r, ctx);
}


/* before any signature is checked, so that a flood of junk tokens costs next to nothing */

static ngx_int_t
ngx_http_cnop_address_limits(ngx_http_request_t *r, ngx_http_cnop_ctx_t *ctx,
    ngx_http_cnop_loc_conf_t *clcf)
{
    if (ctx->limited || clcf->limits == NULL) {
        return NGX_DECLINED;
    }

    ctx->limited = 1;

    return ngx_http_cnop_limit_check(r, ctx, NGX_HTTP_CNOP_KEY_IP);
}


static ngx_int_t
ngx_http_cnop_token(ngx_http_request_t *r, ngx_http_cnop_ctx_t *ctx,
    ngx_http_cnop_loc_conf_t *clcf)
{
    ngx_int_t  rc;

    if (ctx->token_done || clcf->jwt == NGX_HTTP_CNOP_JWT_OFF) {
        return NGX_DECLINED;
    }

    ctx->token_done = 1;

    rc = ngx_http_cnop_jwt_check(r, ctx);

    if (rc != NGX_DECLINED || !ctx->authenticated || clcf->limits == NULL) {
        return rc;
    }

    return ngx_http_cnop_limit_check(r, ctx, NGX_HTTP_CNOP_KEY_USER);
}


static ngx_int_t
ngx_http_cnop_method(ngx_http_request_t *r, ngx_http_cnop_ctx_t *ctx,
    ngx_http_cnop_loc_conf_t *clcf)
{
    if (clcf->methods == 0 || (r->method & clcf->methods)) {
        return NGX_DECLINED;
    }

    if (ngx_http_cnop_add_header(r, "Allow", &clcf->allow) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_http_cnop_problem(r, CNOP_E_METHOD_NOT_ALLOWED, NULL);
}


static ngx_int_t
ngx_http_cnop_identity(ngx_http_request_t *r, ngx_http_cnop_ctx_t *ctx,
    ngx_http_cnop_loc_conf_t *clcf)
{
    if (clcf->jwt != NGX_HTTP_CNOP_JWT_REQUIRED || ctx->authenticated) {
        return NGX_DECLINED;
    }

    if (ngx_http_cnop_add_literal(r, "WWW-Authenticate", "Bearer") != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_http_cnop_problem(r, CNOP_E_UNAUTHENTICATED, "Authentication required.");
}


static ngx_int_t
ngx_http_cnop_role(ngx_http_request_t *r, ngx_http_cnop_ctx_t *ctx,
    ngx_http_cnop_loc_conf_t *clcf)
{
    if (clcf->roles == 0
        || (ctx->authenticated && (clcf->roles & (1u << ctx->claims.role))))
    {
        return NGX_DECLINED;
    }

    ngx_http_cnop_audit(r, "access_denied", "role");

    return ngx_http_cnop_problem(r, CNOP_E_FORBIDDEN, NULL);
}


static ngx_int_t
ngx_http_cnop_origin(ngx_http_request_t *r, ngx_http_cnop_ctx_t *ctx,
    ngx_http_cnop_loc_conf_t *clcf)
{
    return ngx_http_cnop_csrf_check(r, ctx);
}
