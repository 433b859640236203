/* SPDX-License-Identifier: MIT */
/*
 * Answers of the gateway's own.  The one error body: RFC 9457 with the members
 * older clients read.  Every text comes from the error catalogue; nothing about
 * the inside of the system gets in.
 */

#include "ngx_http_cnop_answer.h"

#include "shared/base/escape.h"


#define NGX_HTTP_CNOP_BODY_MAX  2048


static ngx_int_t ngx_http_cnop_problem_send(ngx_http_request_t *r,
    ngx_http_cnop_ctx_t *ctx, enum cnop_err err, ngx_uint_t status,
    const char *detail);
static void ngx_http_cnop_problem_later(ngx_http_request_t *r);
static ngx_int_t ngx_http_cnop_problem_trace(ngx_http_request_t *r,
    ngx_http_cnop_ctx_t *ctx);
static enum cnop_err ngx_http_cnop_problem_of_status(ngx_uint_t status);


ngx_int_t
ngx_http_cnop_add_header(ngx_http_request_t *r, const char *name,
    ngx_str_t *value)
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
ngx_http_cnop_add_literal(ngx_http_request_t *r, const char *name,
    const char *value)
{
    ngx_str_t  text;

    text.data = (u_char *) value;
    text.len = ngx_strlen(value);

    return ngx_http_cnop_add_header(r, name, &text);
}


ngx_int_t
ngx_http_cnop_add_number(ngx_http_request_t *r, const char *name,
    ngx_uint_t number)
{
    ngx_str_t  text;

    text.data = ngx_pnalloc(r->pool, NGX_INT_T_LEN);
    if (text.data == NULL) {
        return NGX_ERROR;
    }

    text.len = ngx_sprintf(text.data, "%ui", number) - text.data;

    return ngx_http_cnop_add_header(r, name, &text);
}


/* a header the answer already has stays as it is */

ngx_int_t
ngx_http_cnop_add_default(ngx_http_request_t *r, const char *name,
    const char *value)
{
    ngx_uint_t  count;

    if (ngx_http_cnop_find_header(&r->headers_out.headers, name, &count)) {
        return NGX_OK;
    }

    return ngx_http_cnop_add_literal(r, name, value);
}


ngx_int_t
ngx_http_cnop_printable(ngx_pool_t *pool, ngx_str_t *s, size_t max,
    ngx_str_t *out)
{
    size_t   i, len;
    u_char  *p, c;

    len = ngx_min(s->len, max);

    p = ngx_pnalloc(pool, len * 3 + 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    out->data = p;

    for (i = 0; i < len; i++) {
        c = s->data[i];

        if (c >= 0x20 && c < 0x7f && c != '"' && c != '\\') {
            *p++ = c;
        } else {
            p = ngx_sprintf(p, "%%%02Xi", (ngx_int_t) c);
        }
    }

    out->len = p - out->data;

    return NGX_OK;
}


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


/* a whole response from memory of the request's pool */

ngx_int_t
ngx_http_cnop_send_text(ngx_http_request_t *r, ngx_uint_t status,
    const char *type, ngx_str_t *text)
{
    ngx_int_t     rc;
    ngx_buf_t    *b;
    ngx_chain_t   out;

    /*
     * a client that asked whether to send its body gets this answer instead
     * of a 100; it may send the body all the same, so the connection ends
     */

    if (r->headers_in.expect && !r->expect_tested) {
        r->expect_tested = 1;
        r->keepalive = 0;
    }

    rc = ngx_http_discard_request_body(r);

    if (rc != NGX_OK) {
        r->keepalive = 0;

        if (rc == NGX_ERROR) {
            return NGX_ERROR;
        }
    }

    ngx_http_clear_accept_ranges(r);
    ngx_http_clear_last_modified(r);
    ngx_http_clear_etag(r);

    if (r->err_status) {
        r->err_status = status;
    }

    r->headers_out.status = status;
    r->headers_out.content_length_n = text->len;
    r->headers_out.content_type.data = (u_char *) type;
    r->headers_out.content_type.len = ngx_strlen(type);
    r->headers_out.content_type_len = r->headers_out.content_type.len;
    r->headers_out.content_type_lowcase = NULL;
    ngx_str_null(&r->headers_out.charset);

    rc = ngx_http_send_header(r);

    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
        return rc;
    }

    if (text->len == 0) {
        return ngx_http_send_special(r, NGX_HTTP_LAST);
    }

    b = ngx_calloc_buf(r->pool);
    if (b == NULL) {
        return NGX_ERROR;
    }

    b->pos = text->data;
    b->last = text->data + text->len;
    b->memory = 1;
    b->last_buf = 1;
    b->last_in_chain = 1;

    out.buf = b;
    out.next = NULL;

    return ngx_http_output_filter(r, &out);
}


ngx_int_t
ngx_http_cnop_send_json(ngx_http_request_t *r, ngx_uint_t status,
    struct cnop_buf *buf)
{
    ngx_str_t  text;

    text.data = (u_char *) buf->ptr;
    text.len = buf->len;

    return ngx_http_cnop_send_text(r, status, "application/json", &text);
}
