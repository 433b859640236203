/* SPDX-License-Identifier: MIT */
/*
 * Response headers: identifier, limits, CORS and security, on every response whoever made it.  The
 * last look at a response before it leaves, so guard, breaker and audit take its result here.
 */

#include "ngx_http_cnop_module.h"


#define NGX_HTTP_CNOP_CORS_METHODS  "GET, POST, PUT, DELETE, OPTIONS"
#define NGX_HTTP_CNOP_CORS_HEADERS                                            \
    "Origin, Content-Type, Content-Length, Accept-Encoding, X-CSRF-Token, "   \
    "Authorization, Idempotency-Key, If-None-Match, X-Request-ID, "           \
    "X-Session-Mode, traceparent"
#define NGX_HTTP_CNOP_CORS_EXPOSE                                             \
    "X-Request-ID, X-RateLimit-Limit, X-RateLimit-Remaining, "                \
    "X-RateLimit-Reset, Retry-After, Location, ETag, Idempotency-Replayed"


static ngx_int_t ngx_http_cnop_header_filter(ngx_http_request_t *r);
static ngx_int_t ngx_http_cnop_limit_headers(ngx_http_request_t *r,
    ngx_http_cnop_ctx_t *ctx);
static ngx_int_t ngx_http_cnop_cors_headers(ngx_http_request_t *r,
    ngx_http_cnop_ctx_t *ctx, ngx_http_cnop_cors_t *cors);
static ngx_int_t ngx_http_cnop_security_headers(ngx_http_request_t *r,
    ngx_uint_t profile);


static ngx_http_output_header_filter_pt  ngx_http_next_header_filter;


ngx_int_t
ngx_http_cnop_filter_init(ngx_conf_t *cf)
{
    ngx_http_next_header_filter = ngx_http_top_header_filter;
    ngx_http_top_header_filter = ngx_http_cnop_header_filter;

    return NGX_OK;
}


static ngx_int_t
ngx_http_cnop_header_filter(ngx_http_request_t *r)
{
    ngx_http_cnop_ctx_t       *ctx;
    ngx_http_cnop_loc_conf_t  *clcf;

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_cnop_module);

    if (!clcf->enable || r != r->main) {
        return ngx_http_next_header_filter(r);
    }

    ctx = ngx_http_cnop_get_ctx(r);
    if (ctx == NULL) {
        return NGX_ERROR;
    }

    ngx_http_cnop_guard_settle(r, ctx, r->headers_out.status);
    ngx_http_cnop_breaker_settle(r, ctx);
    ngx_http_cnop_audit_result(r, ctx);

    if (ngx_http_cnop_add_header(r, "X-Request-ID", &ctx->request_id) != NGX_OK
        || ngx_http_cnop_limit_headers(r, ctx) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (clcf->cors && ngx_http_cnop_cors_headers(r, ctx, clcf->cors) != NGX_OK) {
        return NGX_ERROR;
    }

    if (clcf->security != NGX_HTTP_CNOP_SECURITY_OFF
        && ngx_http_cnop_security_headers(r, clcf->security) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_next_header_filter(r);
}


ngx_int_t
ngx_http_cnop_add_header(ngx_http_request_t *r, const char *name, ngx_str_t *value)
{
    ngx_table_elt_t  *h;

    h = ngx_list_push(&r->headers_out.headers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    h->hash = 1;
    h->key.data = (u_char *) name;
    h->key.len = ngx_strlen(name);
    h->value = *value;

    return NGX_OK;
}


ngx_int_t
ngx_http_cnop_add_literal(ngx_http_request_t *r, const char *name, const char *value)
{
    ngx_str_t  text;

    text.data = (u_char *) value;
    text.len = ngx_strlen(value);

    return ngx_http_cnop_add_header(r, name, &text);
}


static ngx_int_t
ngx_http_cnop_add_number(ngx_http_request_t *r, const char *name, ngx_uint_t number)
{
    ngx_str_t  text;

    text.data = ngx_pnalloc(r->pool, NGX_INT_T_LEN);
    if (text.data == NULL) {
        return NGX_ERROR;
    }

    text.len = ngx_sprintf(text.data, "%ui", number) - text.data;

    return ngx_http_cnop_add_header(r, name, &text);
}


static ngx_table_elt_t *
ngx_http_cnop_sent_header(ngx_http_request_t *r, const char *name)
{
    size_t            len;
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    len = ngx_strlen(name);
    part = &r->headers_out.headers.part;
    h = part->elts;

    for (i = 0; /* void */ ; i++) {

        if (i >= part->nelts) {
            if (part->next == NULL) {
                return NULL;
            }

            part = part->next;
            h = part->elts;
            i = 0;
        }

        if (h[i].hash && h[i].key.len == len
            && ngx_strncasecmp(h[i].key.data, (u_char *) name, len) == 0)
        {
            return &h[i];
        }
    }
}


/* a header the answer already has stays as it is */

static ngx_int_t
ngx_http_cnop_add_default(ngx_http_request_t *r, const char *name, const char *value)
{
    return ngx_http_cnop_sent_header(r, name) ? NGX_OK
                                              : ngx_http_cnop_add_literal(r, name, value);
}


static ngx_int_t
ngx_http_cnop_limit_headers(ngx_http_request_t *r, ngx_http_cnop_ctx_t *ctx)
{
    if (ctx->limit
        && (ngx_http_cnop_add_number(r, "X-RateLimit-Limit", ctx->limit) != NGX_OK
            || ngx_http_cnop_add_number(r, "X-RateLimit-Remaining", ctx->limit_remaining)
               != NGX_OK
            || ngx_http_cnop_add_number(r, "X-RateLimit-Reset", ctx->limit_reset)
               != NGX_OK))
    {
        return NGX_ERROR;
    }

    if (ctx->retry_after && r->headers_out.status >= 400
        && ngx_http_cnop_sent_header(r, "Retry-After") == NULL)
    {
        return ngx_http_cnop_add_number(r, "Retry-After", ctx->retry_after);
    }

    return NGX_OK;
}


static ngx_str_t *
ngx_http_cnop_origin_allowed(ngx_http_request_t *r, ngx_http_cnop_cors_t *cors)
{
    ngx_uint_t        i, k;
    ngx_str_t        *origin;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    part = &r->headers_in.headers.part;
    h = part->elts;

    for (i = 0; h; i++) {

        if (i >= part->nelts) {
            if (part->next == NULL) {
                break;
            }

            part = part->next;
            h = part->elts;
            i = 0;
        }

        if (h[i].key.len != 6
            || ngx_strncasecmp(h[i].key.data, (u_char *) "Origin", 6) != 0)
        {
            continue;
        }

        origin = cors->origins.elts;

        for (k = 0; k < cors->origins.nelts; k++) {
            if (origin[k].len == h[i].value.len
                && ngx_strncmp(origin[k].data, h[i].value.data, origin[k].len) == 0)
            {
                return &origin[k];
            }
        }

        break;
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

    if (ngx_http_cnop_add_header(r, "Access-Control-Allow-Origin", origin) != NGX_OK
        || ngx_http_cnop_add_literal(r, "Access-Control-Allow-Methods",
                                     NGX_HTTP_CNOP_CORS_METHODS) != NGX_OK
        || ngx_http_cnop_add_literal(r, "Access-Control-Allow-Headers",
                                     NGX_HTTP_CNOP_CORS_HEADERS) != NGX_OK
        || ngx_http_cnop_add_literal(r, "Access-Control-Expose-Headers",
                                     NGX_HTTP_CNOP_CORS_EXPOSE) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (cors->credentials
        && ngx_http_cnop_add_literal(r, "Access-Control-Allow-Credentials", "true")
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ctx->preflight) {
        return ngx_http_cnop_add_header(r, "Access-Control-Max-Age", &cors->max_age);
    }

    return NGX_OK;
}


/* "html" leaves caching and the content policy to the site's own configuration */

static ngx_int_t
ngx_http_cnop_security_headers(ngx_http_request_t *r, ngx_uint_t profile)
{
    if (ngx_http_cnop_add_default(r, "X-Content-Type-Options", "nosniff") != NGX_OK
        || ngx_http_cnop_add_default(r, "Referrer-Policy", "no-referrer") != NGX_OK
        || ngx_http_cnop_add_default(r, "X-Frame-Options", "DENY") != NGX_OK)
    {
        return NGX_ERROR;
    }

#if (NGX_HTTP_SSL)
    if (r->connection->ssl
        && ngx_http_cnop_add_default(r, "Strict-Transport-Security", "max-age=31536000")
           != NGX_OK)
    {
        return NGX_ERROR;
    }
#endif

    if (profile == NGX_HTTP_CNOP_SECURITY_HTML) {
        if (ngx_http_cnop_add_default(r, "Cross-Origin-Opener-Policy", "same-origin")
            != NGX_OK)
        {
            return NGX_ERROR;
        }

        return ngx_http_cnop_add_default(r, "Permissions-Policy",
                                         "camera=(), geolocation=(), microphone=(), "
                                         "payment=(), usb=()");
    }

    if (ngx_http_cnop_add_default(r, "Cache-Control", "no-store") != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_http_cnop_add_default(r, "Content-Security-Policy",
                                     "default-src 'none'; frame-ancestors 'none'");
}


/* OPTIONS on any path ends here, before limits, token and routing */

ngx_int_t
ngx_http_cnop_preflight(ngx_http_request_t *r, ngx_http_cnop_ctx_t *ctx)
{
    ngx_int_t  rc;

    ctx->preflight = 1;

    rc = ngx_http_discard_request_body(r);

    if (rc != NGX_OK) {
        return rc;
    }

    r->headers_out.status = NGX_HTTP_NO_CONTENT;
    r->header_only = 1;

    ngx_http_finalize_request(r, ngx_http_send_header(r));

    return NGX_DONE;
}
