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


#define NGX_HTTP_CNOP_LINE_MAX        4096
#define NGX_HTTP_CNOP_REFUSAL_KINDS   32
#define NGX_HTTP_CNOP_REFUSAL_LINES   20    /* a second, kind and worker */


/*
 * Refusals cost their sender nothing, and each line is kept for ever.  Those of
 * one kind above so many a second are counted, and told by one line at the end
 * of the second.
 */

typedef struct {
    const char                 *action;     /* NULL: free */
    const char                 *reason;
    ngx_uint_t                  lines;
    ngx_uint_t                  left_out;
} ngx_http_cnop_refusals_t;


static ngx_http_cnop_refusals_t
    ngx_http_cnop_refusals[NGX_HTTP_CNOP_REFUSAL_KINDS];
static ngx_event_t  ngx_http_cnop_refusals_event;


static void ngx_http_cnop_audit_write(ngx_http_request_t *r,
    ngx_http_cnop_main_conf_t *cmcf, const ngx_http_cnop_event_t *event);


static void
ngx_http_cnop_audit_member(struct cnop_buf *buf, const char *name,
    ngx_str_t *value, size_t max)
{
    cnop_buf_printf(buf, ",\"%s\":", name);
    cnop_escape_json(buf, cnop_escape_clip(ngx_http_cnop_str(value), max));
}


static void
ngx_http_cnop_audit_head(struct cnop_buf *buf, ngx_str_t *request_id,
    const char *level)
{
    ngx_tm_t        tm;
    struct timeval  tv;

    ngx_gettimeofday(&tv);
    ngx_gmtime(tv.tv_sec, &tm);

    cnop_buf_printf(buf,
                    "{\"timestamp\":\"%04d-%02d-%02dT%02d:%02d:%02d.%06uZ\","
                    "\"level\":\"%s\",\"service\":\"audit\"",
                    (int) tm.ngx_tm_year, (int) tm.ngx_tm_mon,
                    (int) tm.ngx_tm_mday, (int) tm.ngx_tm_hour,
                    (int) tm.ngx_tm_min, (int) tm.ngx_tm_sec,
                    (unsigned) tv.tv_usec, level);

    if (request_id) {
        ngx_http_cnop_audit_member(buf, "request_id", request_id, 64);

    } else {
        cnop_buf_text(buf, ",\"request_id\":null");
    }
}


static void
ngx_http_cnop_audit_end(ngx_http_cnop_main_conf_t *cmcf, struct cnop_buf *buf)
{
    cnop_buf_text(buf, "}}\n");

    if (buf->overflow
        || ngx_write_fd(cmcf->audit->fd, buf->ptr, buf->len)
           != (ssize_t) buf->len)
    {
        ngx_http_cnop_count(cmcf, NGX_HTTP_CNOP_N_AUDIT_FAILED);
    }
}


static void
ngx_http_cnop_audit_text(struct cnop_buf *buf, const char *name,
    const char *text)
{
    ngx_str_t  value;

    value.data = (u_char *) text;
    value.len = ngx_strlen(text);

    ngx_http_cnop_audit_member(buf, name, &value, 256);
}


static void
ngx_http_cnop_audit_write(ngx_http_request_t *r,
    ngx_http_cnop_main_conf_t *cmcf, const ngx_http_cnop_event_t *event)
{
    char                  line[NGX_HTTP_CNOP_LINE_MAX];
    ngx_str_t             actor, object;
    struct cnop_buf       buf;
    ngx_http_cnop_ctx_t  *ctx;

    ctx = ngx_http_cnop_get_ctx(r);

    if (ctx == NULL) {
        return;
    }

    cnop_buf_init(&buf, line, sizeof(line));
    ngx_http_cnop_audit_head(&buf, &ctx->request_id,
                             event->done ? "INFO" : "WARN");
    ngx_http_cnop_audit_text(&buf, "action", event->action);
    ngx_http_cnop_audit_text(&buf, "message", event->reason);

    actor = event->actor.len ? event->actor : ctx->user_id;
    ngx_http_cnop_audit_member(&buf, "user", &actor, 128);

    cnop_buf_text(&buf, ",\"extra\":{\"origin\":\"gateway\"");
    ngx_http_cnop_audit_text(&buf, "outcome",
                             event->done ? "success" : "failure");
    ngx_http_cnop_audit_text(&buf, "reason", event->reason);

    if (event->object.len) {
        object = event->object;
        ngx_http_cnop_audit_member(&buf, "object", &object, 128);
    }

    ngx_http_cnop_audit_member(&buf, "ip", &r->connection->addr_text, 64);

    if (r->headers_in.user_agent) {
        ngx_http_cnop_audit_member(&buf, "user_agent",
                                   &r->headers_in.user_agent->value, 256);
    }

    ngx_http_cnop_audit_member(&buf, "method", &ctx->method_name, 16);
    ngx_http_cnop_audit_member(&buf, "path", &ctx->path, 256);
    ngx_http_cnop_audit_end(cmcf, &buf);
}


void
ngx_http_cnop_audit_event(ngx_http_request_t *r,
    const ngx_http_cnop_event_t *event)
{
    ngx_http_cnop_main_conf_t  *cmcf;

    cmcf = ngx_http_get_module_main_conf(r, ngx_http_cnop_module);

    if (cmcf->audit) {
        ngx_http_cnop_audit_write(r, cmcf, event);
    }
}


static void
ngx_http_cnop_audit_left_out(ngx_http_cnop_main_conf_t *cmcf,
    const ngx_http_cnop_refusals_t *kind)
{
    char             line[NGX_HTTP_CNOP_LINE_MAX];
    struct cnop_buf  buf;

    cnop_buf_init(&buf, line, sizeof(line));
    ngx_http_cnop_audit_head(&buf, NULL, "WARN");
    ngx_http_cnop_audit_text(&buf, "action", kind->action);
    ngx_http_cnop_audit_text(&buf, "message", "more of the same");
    cnop_buf_text(&buf, ",\"user\":\"\",\"extra\":{\"origin\":\"gateway\"");
    ngx_http_cnop_audit_text(&buf, "outcome", "failure");
    ngx_http_cnop_audit_text(&buf, "reason", kind->reason);
    cnop_buf_printf(&buf, ",\"left_out\":%lu",
                    (unsigned long) kind->left_out);
    ngx_http_cnop_audit_end(cmcf, &buf);
}


static void
ngx_http_cnop_audit_second(ngx_event_t *ev)
{
    ngx_uint_t                 i;
    ngx_http_cnop_refusals_t  *kind;

    for (i = 0; i < NGX_HTTP_CNOP_REFUSAL_KINDS; i++) {
        kind = &ngx_http_cnop_refusals[i];

        if (kind->left_out) {
            ngx_http_cnop_audit_left_out(ev->data, kind);
        }

        ngx_memzero(kind, sizeof(ngx_http_cnop_refusals_t));
    }
}


/* the last kind takes what finds no place of its own */

static ngx_http_cnop_refusals_t *
ngx_http_cnop_audit_kind(const char *action, const char *reason)
{
    ngx_uint_t                 i;
    ngx_http_cnop_refusals_t  *kind;

    kind = NULL;

    for (i = 0; i < NGX_HTTP_CNOP_REFUSAL_KINDS; i++) {
        kind = &ngx_http_cnop_refusals[i];

        if (kind->action == NULL) {
            kind->action = action;
            kind->reason = reason;
        }

        if (ngx_strcmp(kind->action, action) == 0
            && ngx_strcmp(kind->reason, reason) == 0)
        {
            break;
        }
    }

    return kind;
}


/* whether this refusal has a line of its own */

static ngx_uint_t
ngx_http_cnop_audit_admit(ngx_http_cnop_main_conf_t *cmcf,
    const char *action, const char *reason)
{
    ngx_event_t               *ev;
    ngx_http_cnop_refusals_t  *kind;

    kind = ngx_http_cnop_audit_kind(action, reason);
    ev = &ngx_http_cnop_refusals_event;

    if (!ev->timer_set) {
        ev->handler = ngx_http_cnop_audit_second;
        ev->data = cmcf;
        ev->log = ngx_cycle->log;
        ngx_add_timer(ev, 1000);
    }

    if (kind->lines < NGX_HTTP_CNOP_REFUSAL_LINES) {
        kind->lines++;
        return 1;
    }

    kind->left_out++;
    return 0;
}


/* what the gateway itself has refused */

void
ngx_http_cnop_audit(ngx_http_request_t *r, const char *action,
    const char *reason)
{
    ngx_http_cnop_event_t       event;
    ngx_http_cnop_main_conf_t  *cmcf;

    cmcf = ngx_http_get_module_main_conf(r, ngx_http_cnop_module);

    if (cmcf->audit == NULL
        || !ngx_http_cnop_audit_admit(cmcf, action, reason))
    {
        return;
    }

    ngx_memzero(&event, sizeof(ngx_http_cnop_event_t));
    event.action = action;
    event.reason = reason;

    ngx_http_cnop_audit_write(r, cmcf, &event);
}


void
ngx_http_cnop_audit_block(ngx_http_request_t *r, ngx_uint_t blocked,
    const char *actor, const char *reason, ngx_str_t *address)
{
    char                   text[64];
    struct cnop_buf        buf;
    ngx_http_cnop_event_t  event;

    ngx_memzero(&event, sizeof(ngx_http_cnop_event_t));
    event.action = blocked ? "ip_blocked" : "ip_unblocked";
    event.reason = reason;
    event.done = 1;
    event.actor.data = (u_char *) actor;
    event.actor.len = ngx_strlen(actor);

    cnop_buf_init(&buf, text, sizeof(text));
    cnop_buf_text(&buf, "ip:");
    cnop_buf_str(&buf, ngx_http_cnop_str(address));
    event.object.data = (u_char *) buf.ptr;
    event.object.len = buf.len;

    ngx_http_cnop_audit_event(r, &event);
}


void
ngx_http_cnop_audit_reload(ngx_http_cnop_main_conf_t *cmcf)
{
    char             line[NGX_HTTP_CNOP_LINE_MAX];
    struct cnop_buf  buf;

    if (cmcf->audit == NULL) {
        return;
    }

    cnop_buf_init(&buf, line, sizeof(line));
    ngx_http_cnop_audit_head(&buf, NULL, "INFO");
    cnop_buf_text(&buf, ",\"action\":\"config_reloaded\","
                  "\"message\":\"configuration read again\","
                  "\"user\":\"operator\",\"extra\":{"
                  "\"origin\":\"gateway\",\"outcome\":\"success\"");
    ngx_http_cnop_audit_end(cmcf, &buf);
}
