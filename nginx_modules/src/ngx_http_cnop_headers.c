/* SPDX-License-Identifier: MIT */
/*
 * Response headers: identifier, limits, CORS and security, on every response
 * whoever made it.  The last look at a response before it leaves, so guard,
 * breaker and audit take its result here.
 */

#include "ngx_http_cnop_answer.h"
#include "ngx_http_cnop_headers.h"


#define NGX_HTTP_CNOP_CORS_METHODS  "GET, POST, PUT, PATCH, DELETE, OPTIONS"
#define NGX_HTTP_CNOP_CORS_HEADERS                                            \
    "Origin, Content-Type, Content-Length, Accept-Encoding, X-CSRF-Token, "   \
    "Authorization, Idempotency-Key, If-None-Match, X-Request-ID, "           \
    "X-Session-Mode, traceparent"
#define NGX_HTTP_CNOP_CORS_EXPOSE                                             \
    "X-Request-ID, X-RateLimit-Limit, X-RateLimit-Remaining, "                \
    "X-RateLimit-Reset, Retry-After, Location, ETag, Idempotency-Replayed, "  \
    "X-Next-Cursor, Link, Content-Disposition, WWW-Authenticate, Allow"


static ngx_int_t ngx_http_cnop_limit_headers(ngx_http_request_t *r,
    ngx_http_cnop_ctx_t *ctx);
static ngx_int_t ngx_http_cnop_cors_headers(ngx_http_request_t *r,
    ngx_http_cnop_ctx_t *ctx, ngx_http_cnop_cors_t *cors);
static ngx_int_t ngx_http_cnop_security_headers(ngx_http_request_t *r,
    ngx_uint_t profile);


ngx_int_t
ngx_http_cnop_response_headers(ngx_http_request_t *r, ngx_http_cnop_ctx_t *ctx)
{
    ngx_http_cnop_loc_conf_t  *clcf;

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_cnop_module);

    if (ngx_http_cnop_add_header(r, "X-Request-ID", &ctx->request_id) != NGX_OK
        || ngx_http_cnop_limit_headers(r, ctx) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (clcf->cors
        && ngx_http_cnop_cors_headers(r, ctx, clcf->cors) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (clcf->security == NGX_HTTP_CNOP_SECURITY_OFF) {
        return NGX_OK;
    }

    return ngx_http_cnop_security_headers(r, clcf->security);
}


static ngx_int_t
ngx_http_cnop_limit_headers(ngx_http_request_t *r, ngx_http_cnop_ctx_t *ctx)
{
    ngx_uint_t  count;

    if (ctx->limit
        && (ngx_http_cnop_add_number(r, "X-RateLimit-Limit", ctx->limit)
                != NGX_OK
            || ngx_http_cnop_add_number(r, "X-RateLimit-Remaining",
                                        ctx->limit_remaining)
                   != NGX_OK
            || ngx_http_cnop_add_number(r, "X-RateLimit-Reset",
                                        ctx->limit_reset)
                   != NGX_OK))
    {
        return NGX_ERROR;
    }

    if (ctx->retry_after && r->headers_out.status >= 400
        && ngx_http_cnop_find_header(&r->headers_out.headers, "Retry-After",
                                     &count) == NULL)
    {
        return ngx_http_cnop_add_number(r, "Retry-After", ctx->retry_after);
    }

    return NGX_OK;
}


static ngx_str_t *
ngx_http_cnop_origin_allowed(ngx_http_request_t *r, ngx_http_cnop_cors_t *cors)
{
    ngx_uint_t        k, count;
    ngx_str_t        *origin;
    ngx_table_elt_t  *h;

    h = ngx_http_cnop_find_header(&r->headers_in.headers, "Origin", &count);

    if (count != 1) {
        return NULL;
    }

    origin = cors->origins.elts;

    for (k = 0; k < cors->origins.nelts; k++) {
        if (origin[k].len == h->value.len
            && ngx_strncmp(origin[k].data, h->value.data, origin[k].len) == 0)
        {
            return &origin[k];
        }
    }

    return NULL;
}


static ngx_int_t
ngx_http_cnop_cors_headers(ngx_http_request_t *r, ngx_http_cnop_ctx_t *ctx,
    ngx_http_cnop_cors_t *cors)
{
    ngx_str_t  any, *origin;

    ngx_str_set(&any, "*");
    origin = &any;

    if (cors->origins.nelts) {
        if (ngx_http_cnop_add_literal(r, "Vary", "Origin") != NGX_OK) {
            return NGX_ERROR;
        }

        origin = ngx_http_cnop_origin_allowed(r, cors);

        if (origin == NULL) {
            return NGX_OK;
        }
    }

    if (ngx_http_cnop_add_header(r, "Access-Control-Allow-Origin", origin)
            != NGX_OK
        || ngx_http_cnop_add_literal(r, "Access-Control-Allow-Methods",
                                     NGX_HTTP_CNOP_CORS_METHODS)
               != NGX_OK
        || ngx_http_cnop_add_literal(r, "Access-Control-Allow-Headers",
                                     NGX_HTTP_CNOP_CORS_HEADERS)
               != NGX_OK
        || ngx_http_cnop_add_literal(r, "Access-Control-Expose-Headers",
                                     NGX_HTTP_CNOP_CORS_EXPOSE)
               != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (cors->credentials
        && ngx_http_cnop_add_literal(r, "Access-Control-Allow-Credentials",
                                     "true")
               != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ctx->preflight) {
        return ngx_http_cnop_add_header(r, "Access-Control-Max-Age",
                                        &cors->max_age);
    }

    return NGX_OK;
}


/*
 * "html" leaves caching and the content policy to the site's own configuration
 */

static ngx_int_t
ngx_http_cnop_security_headers(ngx_http_request_t *r, ngx_uint_t profile)
{
    if (ngx_http_cnop_add_default(r, "X-Content-Type-Options", "nosniff")
            != NGX_OK
        || ngx_http_cnop_add_default(r, "Referrer-Policy", "no-referrer")
               != NGX_OK
        || ngx_http_cnop_add_default(r, "X-Frame-Options", "DENY") != NGX_OK)
    {
        return NGX_ERROR;
    }

#if (NGX_HTTP_SSL)
    if (r->connection->ssl
        && ngx_http_cnop_add_default(r, "Strict-Transport-Security",
                                     "max-age=31536000")
               != NGX_OK)
    {
        return NGX_ERROR;
    }
#endif

    if (profile == NGX_HTTP_CNOP_SECURITY_HTML) {
        if (ngx_http_cnop_add_default(r, "Cross-Origin-Opener-Policy",
                                      "same-origin")
            != NGX_OK)
        {
            return NGX_ERROR;
        }

        return ngx_http_cnop_add_default(
            r, "Permissions-Policy",
            "camera=(), geolocation=(), microphone=(), "
            "payment=(), usb=()");
    }

    if (ngx_http_cnop_add_default(r, "Cache-Control", "no-store") != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_http_cnop_add_default(
        r, "Content-Security-Policy",
        "default-src 'none'; frame-ancestors 'none'");
}
