/* SPDX-License-Identifier: MIT */
/* What answers of the gateway's own are made of: headers, and whole bodies. */

#include "ngx_http_cnop_answer.h"


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
ngx_http_cnop_reply_buf(ngx_http_request_t *r, size_t bytes,
    struct cnop_buf *buf)
{
    u_char  *memory;

    memory = ngx_palloc(r->pool, bytes);
    if (memory == NULL) {
        return NGX_ERROR;
    }

    cnop_buf_init(buf, memory, bytes);

    return NGX_OK;
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
