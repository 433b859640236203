/* SPDX-License-Identifier: MIT */
/*
 * Tokens: where they come from, and who is asking.  A token is a bearer token
 * or comes in a cookie; other schemes of authorization are not for us.
 */

#include "ngx_http_cnop_answer.h"
#include "ngx_http_cnop_audit.h"
#include "ngx_http_cnop_jwt.h"
#include "ngx_http_cnop_keys.h"
#include "ngx_http_cnop_metrics.h"
#include "ngx_http_cnop_problem.h"
#include "ngx_http_cnop_revoke.h"

#include "nginx_modules/policy/credentials.h"


#define NGX_HTTP_CNOP_REALM    "Bearer realm=\"cnop\""


static ngx_int_t ngx_http_cnop_bearer(ngx_http_cnop_ctx_t *ctx,
    ngx_str_t *token);
static ngx_int_t ngx_http_cnop_token_bad(ngx_http_request_t *r,
    ngx_http_cnop_ctx_t *ctx, enum cnop_err err, const char *detail);
static ngx_int_t ngx_http_cnop_token_refuse(ngx_http_request_t *r,
    ngx_http_cnop_ctx_t *ctx, enum cnop_err err, const char *detail);
static ngx_int_t ngx_http_cnop_accept(ngx_http_request_t *r,
    ngx_http_cnop_ctx_t *ctx);


/* the first cookie that has one of the names, in the order of the names */

static ngx_int_t
ngx_http_cnop_cookie(ngx_http_request_t *r, ngx_array_t *names,
    ngx_str_t *value)
{
    ngx_str_t   *name;
    ngx_uint_t   i;

    if (names == NULL || r->headers_in.cookies.nelts == 0) {
        return NGX_DECLINED;
    }

    name = names->elts;

    for (i = 0; i < names->nelts; i++) {
        if (ngx_http_parse_multi_header_lines(&r->headers_in.cookies, &name[i],
                                              value)
                != NGX_DECLINED
            && value->len)
        {
            return NGX_OK;
        }
    }

    return NGX_DECLINED;
}


ngx_int_t
ngx_http_cnop_jwt_check(ngx_http_request_t *r, ngx_http_cnop_ctx_t *ctx)
{
    ngx_int_t                   rc;
    ngx_str_t                   token;
    enum cnop_token_verdict     verdict;
    ngx_http_cnop_loc_conf_t   *clcf;
    ngx_http_cnop_main_conf_t  *cmcf;

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_cnop_module);
    cmcf = ngx_http_get_module_main_conf(r, ngx_http_cnop_module);

    rc = ngx_http_cnop_bearer(ctx, &token);

    ctx->source = NGX_HTTP_CNOP_SOURCE_BEARER;

    if (rc == NGX_ERROR) {
        ctx->jwt_status = "malformed";
        return ngx_http_cnop_token_refuse(r, ctx, CNOP_E_UNAUTHENTICATED,
                                          "invalid authorization header "
                                          "format");
    }

    if (rc == NGX_DECLINED) {
        if (ngx_http_cnop_cookie(r, clcf->cookies, &token) != NGX_OK) {
            ctx->source = NGX_HTTP_CNOP_SOURCE_NONE;
            ctx->jwt_status = "none";
            return NGX_DECLINED;
        }

        ctx->source = NGX_HTTP_CNOP_SOURCE_COOKIE;
    }

    verdict = ngx_http_cnop_keys_verify(cmcf, &token, &ctx->claims);
    ctx->jwt_status = cnop_token_verdict_name(verdict);

    if (verdict == CNOP_TOKEN_OK) {
        return ngx_http_cnop_accept(r, ctx);
    }

    ngx_http_cnop_count_verdict(cmcf, verdict);

    ngx_log_error(NGX_LOG_INFO, r->connection->log, 0, "token refused: %s",
                  ctx->jwt_status);

    if (verdict == CNOP_TOKEN_EXPIRED) {
        return ngx_http_cnop_token_bad(r, ctx, CNOP_E_TOKEN_EXPIRED, NULL);
    }

    return ngx_http_cnop_token_bad(r, ctx, CNOP_E_UNAUTHENTICATED,
                                       "token validation failed");
}


/*
 * NGX_OK with the token, NGX_DECLINED without one for us, NGX_ERROR when it is
 * not one scheme, blanks and one token
 */

static ngx_int_t
ngx_http_cnop_bearer(ngx_http_cnop_ctx_t *ctx, ngx_str_t *token)
{
    struct cnop_str  text;

    if (ctx->authorizations == 0) {
        return NGX_DECLINED;
    }

    if (ctx->authorizations > 1) {
        return NGX_ERROR;
    }

    switch (bearer_parse(ngx_http_cnop_str(&ctx->authorization), &text)) {

    case BEARER_TOKEN:
        token->data = (u_char *) text.ptr;
        token->len = text.len;
        return NGX_OK;

    case BEARER_FOREIGN:
        return NGX_DECLINED;

    default: /* BEARER_MALFORMED */
        return NGX_ERROR;
    }
}


ngx_uint_t
ngx_http_cnop_has_bearer(ngx_http_cnop_ctx_t *ctx)
{
    ngx_str_t  token;

    return ngx_http_cnop_bearer(ctx, &token) != NGX_DECLINED;
}


/*
 * A token that is no good means that nobody is logged in: browsers send
 * cookies whether wanted or not, and clients keep tokens longer than they
 * hold.  Where somebody must be, or the location is strict about bearer
 * tokens, it is refused.
 */

static ngx_int_t
ngx_http_cnop_token_bad(ngx_http_request_t *r, ngx_http_cnop_ctx_t *ctx,
    enum cnop_err err, const char *detail)
{
    ngx_http_cnop_loc_conf_t  *clcf;

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_cnop_module);

    if (clcf->jwt == NGX_HTTP_CNOP_JWT_OPTIONAL
        || (clcf->jwt == NGX_HTTP_CNOP_JWT_STRICT
            && ctx->source == NGX_HTTP_CNOP_SOURCE_COOKIE))
    {
        return NGX_DECLINED;
    }

    return ngx_http_cnop_token_refuse(r, ctx, err, detail);
}


static ngx_int_t
ngx_http_cnop_token_refuse(ngx_http_request_t *r, ngx_http_cnop_ctx_t *ctx,
    enum cnop_err err, const char *detail)
{
    ngx_http_cnop_audit(r, "token_rejected", ctx->jwt_status);

    if (ngx_http_cnop_add_literal(r, "WWW-Authenticate", NGX_HTTP_CNOP_REALM
                                  ", error=\"invalid_token\"")
        != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_http_cnop_problem(r, err, detail);
}


ngx_int_t
ngx_http_cnop_jwt_challenge(ngx_http_request_t *r)
{
    return ngx_http_cnop_add_literal(r, "WWW-Authenticate",
                                     NGX_HTTP_CNOP_REALM);
}


ngx_int_t
ngx_http_cnop_jwt_demand(ngx_http_request_t *r)
{
    if (ngx_http_cnop_jwt_challenge(r) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_http_cnop_problem(r, CNOP_E_UNAUTHENTICATED,
                                 "Authentication required.");
}


/* the token is good: is its session still alive? */

static ngx_int_t
ngx_http_cnop_accept(ngx_http_request_t *r, ngx_http_cnop_ctx_t *ctx)
{
    u_char                     *p;
    ngx_http_cnop_loc_conf_t   *clcf;
    ngx_http_cnop_main_conf_t  *cmcf;

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_cnop_module);
    cmcf = ngx_http_get_module_main_conf(r, ngx_http_cnop_module);

    switch (ngx_http_cnop_revoke_check(cmcf, &ctx->claims)) {

    case NGX_HTTP_CNOP_REVOKED:
        ctx->jwt_status = "revoked";
        ngx_http_cnop_count(cmcf, NGX_HTTP_CNOP_N_REVOKED);
        return ngx_http_cnop_token_bad(r, ctx, CNOP_E_SESSION_REVOKED,
                                           NULL);

    case NGX_HTTP_CNOP_NOT_SYNCED:
        ctx->jwt_status = "not_synced";
        ngx_http_cnop_count(cmcf, NGX_HTTP_CNOP_N_UNSYNCED);

        if (clcf->jwt != NGX_HTTP_CNOP_JWT_REQUIRED) {
            return NGX_DECLINED;
        }

        ctx->retry_after = 1;
        return ngx_http_cnop_problem(
            r, CNOP_E_UNAVAILABLE,
            "The gateway has not yet learned which sessions "
            "have ended.");

    default: /* NGX_HTTP_CNOP_NOT_REVOKED */
        break;
    }

    p = ngx_pnalloc(r->pool, NGX_INT64_LEN);
    if (p == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ctx->user_id.data = p;
    ctx->user_id.len = ngx_sprintf(p, "%uL", ctx->claims.user_id) - p;
    ctx->authenticated = 1;

    return NGX_DECLINED;
}


