/* SPDX-License-Identifier: MIT */
/*
 * The audit log: one JSON object a line for everything that concerns who may do
 * what, with the client's true address.  Never a token, a cookie, a password or
 * a query string.  A line is one write to a file opened for appending, so lines
 * of several workers do not mix.
 */

#include "ngx_http_cnop_audit.h"
#include "ngx_http_cnop_metrics.h"

#include "shared/base/buf.h"
#include "shared/base/escape.h"


#define NGX_HTTP_CNOP_LINE_MAX  4096


static void ngx_http_cnop_audit_write(ngx_http_request_t *r,
    ngx_http_cnop_ctx_t *ctx, ngx_str_t *action, const char *reason,
    ngx_uint_t status, ngx_str_t *user);


static void
ngx_http_cnop_audit_member(struct cnop_buf *buf, const char *name,
    ngx_str_t *value, size_t max)
{
    cnop_buf_printf(buf, ",\"%s\":", name);
    cnop_escape_json(buf, cnop_escape_clip(ngx_http_cnop_str(value), max));
}


static void
ngx_http_cnop_audit_head(struct cnop_buf *buf, ngx_http_cnop_ctx_t *ctx,
    const char *level)
{
    ngx_tm_t     tm;
    ngx_time_t  *tp;

    tp = ngx_timeofday();
    ngx_gmtime(tp->sec, &tm);

    cnop_buf_printf(buf,
                    "{\"timestamp\":\"%04d-%02d-%02dT%02d:%02d:%02d.%03uZ\","
                    "\"level\":\"%s\",\"service\":\"audit\"",
                    (int) tm.ngx_tm_year, (int) tm.ngx_tm_mon,
                    (int) tm.ngx_tm_mday, (int) tm.ngx_tm_hour,
                    (int) tm.ngx_tm_min, (int) tm.ngx_tm_sec,
                    (unsigned) tp->msec, level);

    ngx_http_cnop_audit_member(buf, "request_id", &ctx->request_id, 64);
}


static void
ngx_http_cnop_audit_write(ngx_http_request_t *r, ngx_http_cnop_ctx_t *ctx,
    ngx_str_t *action, const char *reason, ngx_uint_t status, ngx_str_t *user)
{
    char                        line[NGX_HTTP_CNOP_LINE_MAX];
    ngx_str_t                   text;
    struct cnop_buf             buf;
    ngx_http_cnop_main_conf_t  *cmcf;

    cmcf = ngx_http_get_module_main_conf(r, ngx_http_cnop_module);

    if (cmcf->audit == NULL) {
        return;
    }

    cnop_buf_init(&buf, line, sizeof(line));
    ngx_http_cnop_audit_head(&buf, ctx,
                             status < 400 && status ? "INFO" : "WARN");
    ngx_http_cnop_audit_member(&buf, "action", action, 64);

    text.data = (u_char *) reason;
    text.len = ngx_strlen(reason);
    ngx_http_cnop_audit_member(&buf, "message", &text, 256);
    ngx_http_cnop_audit_member(&buf, "user", user, 128);

    cnop_buf_text(&buf, ",\"extra\":{\"service\":\"gateway\"");
    ngx_http_cnop_audit_member(&buf, "ip", &r->connection->addr_text, 64);
    ngx_http_cnop_audit_member(&buf, "method", &ctx->method_name, 16);
    ngx_http_cnop_audit_member(&buf, "path", &ctx->path, 256);

    if (r->headers_in.user_agent) {
        ngx_http_cnop_audit_member(&buf, "user_agent",
                                   &r->headers_in.user_agent->value, 256);
    }

    if (status) {
        cnop_buf_printf(&buf, ",\"status\":%u", (unsigned) status);
    }

    cnop_buf_text(&buf, "}}\n");

    if (buf.overflow
        || ngx_write_fd(cmcf->audit->fd, line, buf.len) != (ssize_t) buf.len)
    {
        ngx_http_cnop_count(cmcf, NGX_HTTP_CNOP_N_AUDIT_FAILED);
    }
}


/* a verdict of the gateway itself */

void
ngx_http_cnop_audit(ngx_http_request_t *r, const char *action,
    const char *reason)
{
    ngx_str_t             name;
    ngx_http_cnop_ctx_t  *ctx;

    ctx = ngx_http_cnop_get_ctx(r);
    if (ctx == NULL) {
        return;
    }

    name.data = (u_char *) action;
    name.len = ngx_strlen(action);

    ngx_http_cnop_audit_write(r, ctx, &name, reason, 0, &ctx->user_id);
}


static void
ngx_http_cnop_audit_user(ngx_http_request_t *r, ngx_http_cnop_ctx_t *ctx,
    ngx_str_t *user)
{
    ngx_uint_t        count;
    ngx_table_elt_t  *h;

    *user = ctx->user_id;

    if (r->upstream == NULL) {
        return;
    }

    /* the worker knows who tried to log in; clients do not get this header */

    h = ngx_http_cnop_find_header(&r->upstream->headers_in.headers,
                                  "X-Cnop-Audit-User", &count);
    if (h) {
        *user = h->value;
    }
}


/* in HTTP's own words: what the event was about is the service's to know */

static const char *
ngx_http_cnop_audit_reason(ngx_uint_t status)
{
    switch (status) {

    case NGX_HTTP_BAD_REQUEST:
    case 422:
        return "invalid_request";

    case NGX_HTTP_UNAUTHORIZED:
        return "unauthenticated";

    case NGX_HTTP_FORBIDDEN:
        return "forbidden";

    case NGX_HTTP_NOT_FOUND:
        return "not_found";

    case NGX_HTTP_CONFLICT:
        return "conflict";

    default:
        return status >= 500 ? "failed" : "refused";
    }
}


/*
 * what a location that stands for an event came to; written before the answer
 * leaves, so that nothing a client has seen is missing
 */

void
ngx_http_cnop_audit_result(ngx_http_request_t *r, ngx_http_cnop_ctx_t *ctx)
{
    ngx_str_t                  user;
    ngx_uint_t                 status;
    const char                *reason;
    ngx_http_cnop_loc_conf_t  *clcf;

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_cnop_module);
    status = r->headers_out.status;

    if (clcf->audit_success.len == 0 || ctx->audited || ctx->problem
        || status == 0)
    {
        return;
    }

    ctx->audited = 1;
    ngx_http_cnop_audit_user(r, ctx, &user);

    if (status < 300) {
        ngx_http_cnop_audit_write(r, ctx, &clcf->audit_success, "succeeded",
                                  status, &user);
        return;
    }

    if (clcf->audit_failure.len == 0) {
        return;
    }

    reason = ngx_http_cnop_audit_reason(status);

    ngx_http_cnop_audit_write(r, ctx, &clcf->audit_failure, reason, status,
                              &user);
}
