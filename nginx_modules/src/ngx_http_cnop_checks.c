/* SPDX-License-Identifier: MIT */
/*
 * What a request is asked before it gets anywhere, one question after the
 * other; the first that refuses it answers it.  Only PREACCESS calls this.
 */

#include "ngx_http_cnop_answer.h"
#include "ngx_http_cnop_audit.h"
#include "ngx_http_cnop_checks.h"
#include "ngx_http_cnop_csrf.h"
#include "ngx_http_cnop_jwt.h"
#include "ngx_http_cnop_limit.h"
#include "ngx_http_cnop_problem.h"


typedef ngx_int_t (*ngx_http_cnop_check_pt)(ngx_http_request_t *r,
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
static ngx_int_t ngx_http_cnop_encoding(ngx_http_request_t *r,
    ngx_http_cnop_ctx_t *ctx, ngx_http_cnop_loc_conf_t *clcf);
static ngx_int_t ngx_http_cnop_key(ngx_http_request_t *r,
    ngx_http_cnop_ctx_t *ctx, ngx_http_cnop_loc_conf_t *clcf);


static ngx_http_cnop_check_pt  ngx_http_cnop_check_list[] = {
    ngx_http_cnop_address_limits,
    ngx_http_cnop_token,
    ngx_http_cnop_method,
    ngx_http_cnop_identity,
    ngx_http_cnop_role,
    ngx_http_cnop_origin,
    ngx_http_cnop_encoding,
    ngx_http_cnop_key,
    NULL
};


ngx_int_t
ngx_http_cnop_checks(ngx_http_request_t *r, ngx_http_cnop_ctx_t *ctx,
    ngx_http_cnop_loc_conf_t *clcf)
{
    ngx_int_t   rc;
    ngx_uint_t  i;

    for (i = 0; ngx_http_cnop_check_list[i]; i++) {
        rc = ngx_http_cnop_check_list[i](r, ctx, clcf);

        if (rc != NGX_DECLINED) {
            return rc;
        }
    }

    return NGX_DECLINED;
}


/*
 * before any signature is checked, so that a flood of junk tokens costs next to
 * nothing
 */

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
    ngx_str_t  allow;

    if ((clcf->methods == 0 && r->method != NGX_HTTP_TRACE)
        || (r->method & clcf->methods))
    {
        return NGX_DECLINED;
    }

    ngx_str_set(&allow, "GET, HEAD, OPTIONS");

    if (clcf->methods) {
        allow = clcf->allow;
    }

    if (ngx_http_cnop_add_header(r, "Allow", &allow) != NGX_OK) {
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

    return ngx_http_cnop_jwt_demand(r);
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


/* nothing behind the gateway unpacks: a packed body is not what it seems */

static ngx_int_t
ngx_http_cnop_encoding(ngx_http_request_t *r, ngx_http_cnop_ctx_t *ctx,
    ngx_http_cnop_loc_conf_t *clcf)
{
    if (ctx->encoding.len == 0
        || (ctx->encoding.len == 8
            && ngx_strncasecmp(ctx->encoding.data, (u_char *) "identity", 8)
               == 0)
        || (r->headers_in.content_length_n <= 0 && !r->headers_in.chunked))
    {
        return NGX_DECLINED;
    }

    return ngx_http_cnop_problem(r, CNOP_E_UNSUPPORTED_MEDIA,
                                 "Send the body without a Content-Encoding.");
}


/*
 * Whoever sends a key means to be safe from doing a thing twice: one that says
 * nothing, or two that say different things, must not count as none.
 */

static ngx_int_t
ngx_http_cnop_key(ngx_http_request_t *r, ngx_http_cnop_ctx_t *ctx,
    ngx_http_cnop_loc_conf_t *clcf)
{
    if (ctx->keys == 0 || ctx->keyed
        || (r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD)))
    {
        return NGX_DECLINED;
    }

    return ngx_http_cnop_problem(r, CNOP_E_BAD_REQUEST,
                                 "Idempotency-Key is empty or given more than "
                                 "once: send one key, or none.");
}
