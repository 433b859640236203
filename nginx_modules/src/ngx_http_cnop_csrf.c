/* SPDX-License-Identifier: MIT */
/*
 * The rule for requests that change something on the strength of a cookie.
 * Stateless: the browser says where the request came from, or it is refused.
 */

#include "ngx_http_cnop_audit.h"
#include "ngx_http_cnop_csrf.h"
#include "ngx_http_cnop_jwt.h"
#include "ngx_http_cnop_metrics.h"
#include "ngx_http_cnop_problem.h"


static ngx_uint_t ngx_http_cnop_same_origin(ngx_http_request_t *r);
static ngx_uint_t ngx_http_cnop_json_body(ngx_http_request_t *r);


ngx_int_t
ngx_http_cnop_csrf_check(ngx_http_request_t *r, ngx_http_cnop_ctx_t *ctx)
{
    ngx_http_cnop_loc_conf_t   *clcf;
    ngx_http_cnop_main_conf_t  *cmcf;

    if (r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD|NGX_HTTP_OPTIONS)) {
        return NGX_DECLINED;
    }

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_cnop_module);

    if (!(ctx->authenticated && ctx->source == NGX_HTTP_CNOP_SOURCE_COOKIE)
        && !(clcf->csrf == NGX_HTTP_CNOP_CSRF_ANY
             && !ngx_http_cnop_has_bearer(ctx)
             && r->headers_in.cookies.nelts))
    {
        return NGX_DECLINED;
    }

    cmcf = ngx_http_get_module_main_conf(r, ngx_http_cnop_module);

    if (!ngx_http_cnop_same_origin(r)) {
        ctx->csrf_status = "REJECTED";
        ngx_http_cnop_count(cmcf, NGX_HTTP_CNOP_N_CSRF_REJECTED);
        ngx_http_cnop_audit(r, "access_denied", "csrf");

        return ngx_http_cnop_problem(r, CNOP_E_CSRF, NULL);
    }

    if (!ngx_http_cnop_json_body(r)) {
        ctx->csrf_status = "REJECTED";
        ngx_http_cnop_count(cmcf, NGX_HTTP_CNOP_N_CSRF_REJECTED);

        return ngx_http_cnop_problem(r, CNOP_E_UNSUPPORTED_MEDIA, NULL);
    }

    ctx->csrf_status = "PASSED";

    return NGX_DECLINED;
}


/*
 * https is accepted on plain connections too: a proxy in front may have taken
 * the TLS off
 */

static ngx_uint_t
ngx_http_cnop_same_origin(ngx_http_request_t *r)
{
    size_t            scheme;
    ngx_uint_t        count, plain;
    ngx_table_elt_t  *h, *host;

    h = ngx_http_cnop_find_header(&r->headers_in.headers, "Sec-Fetch-Site",
                                  &count);

    if (count) {
        return count == 1 && h->value.len == 11
               && ngx_strncmp(h->value.data, "same-origin", 11) == 0;
    }

    h = ngx_http_cnop_find_header(&r->headers_in.headers, "Origin", &count);
    host = r->headers_in.host;

    if (count != 1 || host == NULL || host->value.len == 0) {
        return 0;
    }

#if (NGX_HTTP_SSL)
    plain = (r->connection->ssl == NULL);
#else
    plain = 1;
#endif

    if (ngx_strncasecmp(h->value.data, (u_char *) "https://", 8) == 0) {
        scheme = 8;
    } else if (plain
               && ngx_strncasecmp(h->value.data, (u_char *) "http://", 7)
                      == 0)
    {
        scheme = 7;
    } else {
        return 0;
    }

    return h->value.len == scheme + host->value.len
           && ngx_strncasecmp(h->value.data + scheme, host->value.data,
                              host->value.len) == 0;
}


/* a form can send three content types across sites; JSON is none of them */

static ngx_uint_t
ngx_http_cnop_json_body(ngx_http_request_t *r)
{
    ngx_str_t  *type;

    if (r->headers_in.content_length_n <= 0 && !r->headers_in.chunked) {
        return 1;
    }

    if (r->headers_in.content_type == NULL) {
        return 0;
    }

    type = &r->headers_in.content_type->value;

    return type->len >= 16
           && ngx_strncasecmp(type->data, (u_char *) "application/json", 16)
                  == 0
           && (type->len == 16 || type->data[16] == ';'
               || type->data[16] == ' ');
}
