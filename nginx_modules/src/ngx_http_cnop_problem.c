/* SPDX-License-Identifier: MIT */
/*
 * The one error body: RFC 9457 with the members older clients read.  Every text
 * comes from the error catalogue; nothing about the inside of the system gets
 * in.
 */

#include "ngx_http_cnop_answer.h"
#include "ngx_http_cnop_problem.h"

#include "shared/base/escape.h"


#define NGX_HTTP_CNOP_BODY_MAX  2048


static ngx_int_t ngx_http_cnop_problem_send(ngx_http_request_t *r,
    ngx_http_cnop_ctx_t *ctx, enum cnop_err err, ngx_uint_t status,
    const char *detail);
static void ngx_http_cnop_problem_later(ngx_http_request_t *r);
static ngx_int_t ngx_http_cnop_problem_trace(ngx_http_request_t *r,
    ngx_http_cnop_ctx_t *ctx);
static enum cnop_err ngx_http_cnop_problem_of_status(ngx_uint_t status);


/* from a phase handler: answers, and ends the request */

ngx_int_t
ngx_http_cnop_problem(ngx_http_request_t *r, enum cnop_err err,
    const char *detail)
{
    ngx_int_t             rc;
    ngx_http_cnop_ctx_t  *ctx;

    ctx = ngx_http_cnop_get_ctx(r);
    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    /*
     * a body of unknown length is taken in before it is refused, so that
     * "client_max_body_size" bounds it like one that says its length
     */

    if (r->headers_in.chunked && r->request_body == NULL && !r->discard_body
        && r->headers_in.expect == NULL)
    {
        ctx->refused = err;
        ctx->refused_detail = detail;

        rc = ngx_http_read_client_request_body(r,
                                               ngx_http_cnop_problem_later);

        if (rc >= NGX_HTTP_SPECIAL_RESPONSE) {
            return rc;
        }

        ngx_http_finalize_request(r, NGX_DONE);

        return NGX_DONE;
    }

    ngx_http_finalize_request(
        r,
        ngx_http_cnop_problem_send(r, ctx, err, cnop_err_status(err), detail));

    return NGX_DONE;
}


static void
ngx_http_cnop_problem_later(ngx_http_request_t *r)
{
    enum cnop_err         err;
    ngx_http_cnop_ctx_t  *ctx;

    ctx = ngx_http_cnop_get_ctx(r);
    if (ctx == NULL) {
        ngx_http_finalize_request(r, NGX_HTTP_INTERNAL_SERVER_ERROR);
        return;
    }

    err = ctx->refused;

    ngx_http_finalize_request(
        r, ngx_http_cnop_problem_send(r, ctx, err, cnop_err_status(err),
                                      ctx->refused_detail));
}


/* from a content handler: answers */

ngx_int_t
ngx_http_cnop_problem_content(ngx_http_request_t *r, enum cnop_err err,
    const char *detail)
{
    ngx_http_cnop_ctx_t  *ctx;

    ctx = ngx_http_cnop_get_ctx(r);
    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_http_cnop_problem_send(r, ctx, err, cnop_err_status(err),
                                      detail);
}


/*
 * content handler: the error that led here by error_page, or the one the
 * location stands for
 */

ngx_int_t
ngx_http_cnop_problem_handler(ngx_http_request_t *r)
{
    ngx_uint_t                 status;
    ngx_http_cnop_ctx_t       *ctx;
    ngx_http_cnop_loc_conf_t  *clcf;

    ctx = ngx_http_cnop_get_ctx(r);
    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (r->err_status == NGX_HTTP_NOT_ALLOWED && !ctx->traced
        && ngx_strncmp(ctx->method_name.data, "TRACE", 5) == 0)
    {
        return ngx_http_cnop_problem_trace(r, ctx);
    }

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_cnop_module);
    status = clcf->problem > 1 ? clcf->problem : r->err_status;

    switch (status) {

    case 0:
        status = NGX_HTTP_NOT_FOUND;
        break;

    case NGX_HTTP_REQUEST_HEADER_TOO_LARGE:
        status = 431;
        break;

    case NGX_HTTP_TO_HTTPS:
    case 495:
    case 496:
        status = NGX_HTTP_BAD_REQUEST;
        break;

    default:
        break;
    }

    if (status == NGX_HTTP_NOT_ALLOWED
        && ngx_http_cnop_add_literal(r, "Allow", "GET, HEAD") != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (ctx->retry_after == 0
        && (status == NGX_HTTP_TOO_MANY_REQUESTS
            || status == NGX_HTTP_BAD_GATEWAY
            || status == NGX_HTTP_SERVICE_UNAVAILABLE
            || status == NGX_HTTP_GATEWAY_TIME_OUT))
    {
        ctx->retry_after = 1;
    }

    return ngx_http_cnop_problem_send(
        r, ctx, ngx_http_cnop_problem_of_status(status), status, NULL);
}


/*
 * nginx refuses TRACE before it knows the location: back to where the client
 * wanted to go, whose methods are named in the answer
 */

static ngx_int_t
ngx_http_cnop_problem_trace(ngx_http_request_t *r, ngx_http_cnop_ctx_t *ctx)
{
    ngx_str_t   uri, args;
    ngx_uint_t  flags;

    ctx->traced = 1;
    uri = ctx->path;
    ngx_str_null(&args);
    flags = 0;

    if (ngx_http_parse_unsafe_uri(r, &uri, &args, &flags) != NGX_OK) {
        return NGX_HTTP_BAD_REQUEST;
    }

    r->method = NGX_HTTP_TRACE;
    (void) ngx_http_internal_redirect(r, &uri, NULL);

    return NGX_DONE;
}


static enum cnop_err
ngx_http_cnop_problem_of_status(ngx_uint_t status)
{
    switch (status) {
    case 401:
        return CNOP_E_UNAUTHENTICATED;
    case 403:
        return CNOP_E_FORBIDDEN;
    case 404:
        return CNOP_E_ROUTE_UNKNOWN;
    case 405:
        return CNOP_E_METHOD_NOT_ALLOWED;
    case 408:
        return CNOP_E_REQUEST_TIMEOUT;
    case 409:
        return CNOP_E_CONFLICT;
    case 413:
        return CNOP_E_BODY_TOO_LARGE;
    case 414:
        return CNOP_E_URI_TOO_LONG;
    case 415:
        return CNOP_E_UNSUPPORTED_MEDIA;
    case 429:
        return CNOP_E_RATE_LIMITED;
    case 431:
        return CNOP_E_HEADERS_TOO_LARGE;
    case 501:
        return CNOP_E_NOT_IMPLEMENTED;
    case 502:
        return CNOP_E_BAD_GATEWAY;
    case 503:
        return CNOP_E_UNAVAILABLE;
    case 504:
        return CNOP_E_BACKEND_TIMEOUT;
    default:
        return status >= 500 ? CNOP_E_INTERNAL : CNOP_E_BAD_REQUEST;
    }
}


static void
ngx_http_cnop_problem_time(struct cnop_buf *buf)
{
    ngx_tm_t         tm;
    struct timespec  now;

    (void) clock_gettime(CLOCK_REALTIME, &now);
    ngx_gmtime(now.tv_sec, &tm);

    cnop_buf_printf(
        buf, "%04d-%02d-%02dT%02d:%02d:%02d.%06ldZ", (int) tm.ngx_tm_year,
        (int) tm.ngx_tm_mon, (int) tm.ngx_tm_mday, (int) tm.ngx_tm_hour,
        (int) tm.ngx_tm_min, (int) tm.ngx_tm_sec, now.tv_nsec / 1000);
}


static void
ngx_http_cnop_problem_member(struct cnop_buf *buf, const char *name,
    struct cnop_str value)
{
    cnop_buf_printf(buf, ",\"%s\":", name);
    cnop_escape_json(buf, value);
}


static void
ngx_http_cnop_problem_write(struct cnop_buf *buf, ngx_http_cnop_ctx_t *ctx,
    ngx_str_t *instance, enum cnop_err err, ngx_uint_t status,
    const char *detail)
{
    const char  *code;

    code = cnop_err_code(err);

    if (detail == NULL) {
        detail = cnop_err_meaning(err);
    }

    cnop_buf_printf(buf, "{\"type\":\"/docs/errors#%s\",\"status\":%u", code,
                    (unsigned) status);
    ngx_http_cnop_problem_member(buf, "title",
                                 cnop_str_from(cnop_err_title(err)));
    ngx_http_cnop_problem_member(buf, "detail", cnop_str_from(detail));
    ngx_http_cnop_problem_member(buf, "instance", ngx_http_cnop_str(instance));
    ngx_http_cnop_problem_member(buf, "trace_id",
                                 ngx_http_cnop_str(&ctx->request_id));
    ngx_http_cnop_problem_member(buf, "message", cnop_str_from(detail));
    ngx_http_cnop_problem_member(buf, "code", cnop_str_from(code));

    if (status == NGX_HTTP_TOO_MANY_REQUESTS) {
        ngx_http_cnop_problem_member(buf, "error",
                                     CNOP_STR("Rate limit exceeded"));
        cnop_buf_printf(
            buf,
            ",\"retry_after\":%lu,\"limit\":%lu,\"remaining\":%lu,"
            "\"reset_time\":%lld",
            (unsigned long) ctx->retry_after, (unsigned long) ctx->limit,
            (unsigned long) ctx->limit_remaining, (long long) ctx->limit_reset);

    } else {
        ngx_http_cnop_problem_member(buf, "error", cnop_str_from(code));
    }

    if (ctx->fault_field) {
        cnop_buf_text(buf, ",\"errors\":[{\"field\":");
        cnop_escape_json(buf, cnop_str_from(ctx->fault_field));
        ngx_http_cnop_problem_member(buf, "message",
                                     cnop_str_from(ctx->fault_rule));
        ngx_http_cnop_problem_member(buf, "type", CNOP_STR("value_error"));
        cnop_buf_text(buf, "}]");
    }

    cnop_buf_text(buf, ",\"timestamp\":\"");
    ngx_http_cnop_problem_time(buf);
    cnop_buf_text(buf, "\"}\n");
}


static ngx_int_t
ngx_http_cnop_problem_send(ngx_http_request_t *r, ngx_http_cnop_ctx_t *ctx,
    enum cnop_err err, ngx_uint_t status, const char *detail)
{
    u_char           *memory;
    ngx_str_t         text, instance;
    struct cnop_buf   buf;

    if (r->header_sent) {
        return NGX_ERROR;
    }

    memory = ngx_pnalloc(r->pool, NGX_HTTP_CNOP_BODY_MAX);
    if (memory == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (ngx_http_cnop_printable(r->pool, &ctx->path, 128, &instance)
        != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    cnop_buf_init(&buf, memory, NGX_HTTP_CNOP_BODY_MAX);
    ngx_http_cnop_problem_write(&buf, ctx, &instance, err, status, detail);

    ctx->problem = 1;
    text.data = memory;
    text.len = buf.len;

    return ngx_http_cnop_send_text(r, status, "application/problem+json",
                                   &text);
}
