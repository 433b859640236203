/* SPDX-License-Identifier: MIT */
/*
 * The request context: identifier, trace, and the removal of headers by which a
 * client could pose as the gateway.  The context outlives internal redirects,
 * so that an error page neither charges a limit twice nor loses the identifier.
 */

#include "ngx_http_cnop_ctx.h"

#include "nginx_modules/policy/credentials.h"

#include <openssl/rand.h>


#define NGX_HTTP_CNOP_ID_MIN  8
#define NGX_HTTP_CNOP_ID_MAX  64


static void ngx_http_cnop_ctx_mark(void *data);
static ngx_int_t ngx_http_cnop_new_id(ngx_http_request_t *r, ngx_str_t *id);
static void ngx_http_cnop_read_headers(ngx_http_request_t *r,
    ngx_http_cnop_ctx_t *ctx);
static ngx_uint_t ngx_http_cnop_identity_name(ngx_str_t *key);


/*
 * nginx zeroes module contexts on an internal redirect: find ours by its
 * cleanup record
 */

static ngx_http_cnop_ctx_t *
ngx_http_cnop_find_ctx(ngx_http_request_t *r)
{
    ngx_pool_cleanup_t   *cln;
    ngx_http_cnop_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_cnop_module);

    if (ctx || !(r->internal || r->filter_finalize || r->error_page)) {
        return ctx;
    }

    for (cln = r->pool->cleanup; cln; cln = cln->next) {
        if (cln->handler == ngx_http_cnop_ctx_mark) {
            ctx = cln->data;
            ngx_http_set_ctx(r, ctx, ngx_http_cnop_module);
            break;
        }
    }

    return ctx;
}


/* the context of the main request; NULL only when memory is short */

ngx_http_cnop_ctx_t *
ngx_http_cnop_get_ctx(ngx_http_request_t *r)
{
    u_char               *query, *blank;
    ngx_pool_cleanup_t   *cln;
    ngx_http_cnop_ctx_t  *ctx;

    r = r->main;
    ctx = ngx_http_cnop_find_ctx(r);

    if (ctx) {
        return ctx;
    }

    cln = ngx_pool_cleanup_add(r->pool, sizeof(ngx_http_cnop_ctx_t));
    if (cln == NULL) {
        return NULL;
    }

    ctx = cln->data;
    ngx_memzero(ctx, sizeof(ngx_http_cnop_ctx_t));
    cln->handler = ngx_http_cnop_ctx_mark;

    ctx->request = r;
    ctx->route = NGX_HTTP_CNOP_NONE;
    ctx->service = NGX_HTTP_CNOP_NONE;
    ctx->method = r->method;
    ctx->method_name = r->method_name;
    ctx->path = r->unparsed_uri;
    (void) clock_gettime(CLOCK_MONOTONIC, &ctx->start);

    query = ngx_strlchr(ctx->path.data, ctx->path.data + ctx->path.len, '?');
    if (query) {
        ctx->path.len = query - ctx->path.data;
    }

    if (r->internal) {

        /* an error before any handler: nginx has made a GET of it */

        ctx->method_name = r->request_line;
        blank = ngx_strlchr(ctx->method_name.data,
                            ctx->method_name.data + ctx->method_name.len, ' ');
        ctx->method_name.len = blank ? blank - ctx->method_name.data : 0;
    }

    ngx_http_cnop_read_headers(r, ctx);

    if (ctx->request_id.len == 0
        && ngx_http_cnop_new_id(r, &ctx->request_id) != NGX_OK)
    {
        return NULL;
    }

    ngx_http_set_ctx(r, ctx, ngx_http_cnop_module);

    return ctx;
}


/* does nothing: the record is how the context is found again */

static void
ngx_http_cnop_ctx_mark(void *data)
{
    (void) data;
}


/* an UUID of version 7: sorts by time, 74 random bits */

static ngx_int_t
ngx_http_cnop_new_id(ngx_http_request_t *r, ngx_str_t *id)
{
    u_char      *p, bytes[16];
    uint64_t     ms;
    ngx_uint_t   i;

    struct timespec  now;

    (void) clock_gettime(CLOCK_REALTIME, &now);
    ms = (uint64_t) now.tv_sec * 1000 + (uint64_t) now.tv_nsec / 1000000;

    if (RAND_bytes(bytes + 6, 10) != 1) {
        return NGX_ERROR;
    }

    for (i = 0; i < 6; i++) {
        bytes[i] = (u_char) (ms >> (8 * (5 - i)));
    }

    bytes[6] = (bytes[6] & 0x0f) | 0x70;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;

    p = ngx_pnalloc(r->pool, 36);
    if (p == NULL) {
        return NGX_ERROR;
    }

    id->data = p;
    id->len = 36;

    for (i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10) {
            *p++ = '-';
        }

        p = ngx_hex_dump(p, &bytes[i], 1);
    }

    return NGX_OK;
}


static ngx_uint_t
ngx_http_cnop_header_is(ngx_table_elt_t *h, const char *name, size_t len)
{
    return h->key.len == len
           && ngx_strncasecmp(h->key.data, (u_char *) name, len) == 0;
}


static void
ngx_http_cnop_read_header(ngx_http_cnop_ctx_t *ctx, ngx_table_elt_t *h)
{
    if (ngx_http_cnop_header_is(h, "Authorization", 13)) {

        /* an empty header counts as none */

        if (h->value.len) {
            ctx->authorization = h->value;
            ctx->authorizations++;
        }

        return;
    }

    if (ngx_http_cnop_header_is(h, "X-Request-ID", 12)) {
        if (h->value.len >= NGX_HTTP_CNOP_ID_MIN
            && h->value.len <= NGX_HTTP_CNOP_ID_MAX
            && cnop_str_is_word(ngx_http_cnop_str(&h->value), "._-"))
        {
            ctx->request_id = h->value;
        }

        return;
    }

    if (ngx_http_cnop_header_is(h, "Idempotency-Key", 15)) {
        ctx->keyed = (++ctx->keys == 1 && h->value.len);
        return;
    }

    if (ngx_http_cnop_header_is(h, "Content-Encoding", 16)) {
        ctx->encoding = h->value;
        return;
    }

    if (ngx_http_cnop_header_is(h, "traceparent", 11)) {
        if (traceparent_is_valid(ngx_http_cnop_str(&h->value))) {
            ctx->traceparent = h->value;
        }

        return;
    }

    if (ngx_http_cnop_identity_name(&h->key)) {

        /*
         * the list cannot shrink without moving what headers_in points to: the
         * header stays, under a name and with a value that mean nothing
         */

        ngx_str_set(&h->key, "X-Removed");
        h->lowcase_key = (u_char *) "x-removed";
        h->hash = ngx_hash_key(h->lowcase_key, h->key.len);
        ngx_str_null(&h->value);
        h->value.data = (u_char *) "";
    }
}


static void
ngx_http_cnop_read_headers(ngx_http_request_t *r, ngx_http_cnop_ctx_t *ctx)
{
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    part = &r->headers_in.headers.part;
    h = part->elts;

    if (h == NULL) {
        return;    /* a request line that could not be parsed */
    }

    for (i = 0; /* void */ ; i++) {

        if (i >= part->nelts) {
            if (part->next == NULL) {
                break;
            }

            part = part->next;
            h = part->elts;
            i = 0;
        }

        ngx_http_cnop_read_header(ctx, &h[i]);
    }
}


/*
 * names a backend might take for the gateway's word; '_' counts as '-', since
 * FastCGI and CGI make one name of both
 */

static ngx_uint_t
ngx_http_cnop_identity_name(ngx_str_t *key)
{
    u_char       name[40];
    size_t       i;
    ngx_uint_t   k;

    static const char *names[] = {"proxy",
                                  "remote-user",
                                  "x-remote-user",
                                  "x-user",
                                  "x-user-id",
                                  "x-user-role",
                                  "x-role",
                                  "x-authenticated",
                                  "x-source",
                                  "x-auth-service",
                                  "x-auth-user",
                                  "x-auth-request-user",
                                  "x-auth-request-email",
                                  "x-forwarded-user",
                                  "x-forwarded-email",
                                  "x-forwarded-groups",
                                  "x-original-user",
                                  "x-client-id",
                                  "x-session-id",
                                  "x-sub",
                                  "x-sid",
                                  "x-jti",
                                  "x-jwt-payload",
                                  "x-accel-redirect",
                                  "auth-subject",
                                  "auth-user"};

    if (key->len >= sizeof(name)) {
        return 0;
    }

    for (i = 0; i < key->len; i++) {
        name[i] = key->data[i] == '_' ? '-' : ngx_tolower(key->data[i]);
    }

    name[i] = '\0';

    if (ngx_strncmp(name, "cnop-", 5) == 0
        || ngx_strncmp(name, "x-cnop-", 7) == 0)
    {
        return 1;
    }

    for (k = 0; k < sizeof(names) / sizeof(names[0]); k++) {
        if (ngx_strcmp(name, names[k]) == 0) {
            return 1;
        }
    }

    return 0;
}


ngx_http_cnop_service_t *
ngx_http_cnop_service(ngx_http_request_t *r, ngx_http_cnop_ctx_t *ctx)
{
    ngx_uint_t                  index;
    ngx_http_cnop_loc_conf_t   *clcf;
    ngx_http_cnop_main_conf_t  *cmcf;

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_cnop_module);

    if (ctx->service == NGX_HTTP_CNOP_NONE) {
        index = (ctx->method & (NGX_HTTP_GET | NGX_HTTP_HEAD))
                    ? clcf->service
                    : clcf->write_service;
        ctx->service = index;
    }

    if (ctx->service == NGX_HTTP_CNOP_NONE) {
        return NULL;
    }

    cmcf = ngx_http_get_module_main_conf(r, ngx_http_cnop_module);

    return (ngx_http_cnop_service_t *) cmcf->services.elts + ctx->service;
}


ngx_table_elt_t *
ngx_http_cnop_find_header(ngx_list_t *headers, const char *name,
    ngx_uint_t *count)
{
    size_t            len;
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h, *found;

    len = ngx_strlen(name);
    found = NULL;
    *count = 0;
    part = &headers->part;
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

        /* nginx takes a header out of an answer by clearing its hash */

        if (h[i].hash && h[i].key.len == len
            && ngx_strncasecmp(h[i].key.data, (u_char *) name, len) == 0)
        {
            found = found ? found : &h[i];
            (*count)++;
        }
    }

    return found;
}
