/* SPDX-License-Identifier: MIT */
/*
 * Control: what the auth side and operators tell the gateway, line by line, and
 * what it answers. Changes are taken on a unix socket only; the listener's file
 * mode says who may connect.
 */

#include "ngx_http_cnop_control.h"
#include "ngx_http_cnop_control_commands.h"
#include "ngx_http_cnop_events.h"
#include "ngx_http_cnop_problem.h"

#include "shared/base/buf.h"


#define NGX_HTTP_CNOP_CONTROL_LINE   4096   /* the longest of any kind */


typedef struct {
    ngx_str_t                   uri;
    ngx_http_cnop_zone_kind_e   kind;
    ngx_int_t                 (*get)(ngx_http_request_t *r,
                                      ngx_http_cnop_zone_t *zone);
    ngx_http_cnop_line_pt       line;
    ngx_int_t                 (*done)(ngx_http_request_t *r,
                                       ngx_http_cnop_feed_t *feed);
} ngx_http_cnop_control_t;


static void ngx_http_cnop_control_body(ngx_http_request_t *r);


static ngx_http_cnop_control_t  ngx_http_cnop_controls[] = {

    { ngx_string("/control/revocations"), NGX_HTTP_CNOP_ZONE_REVOKE,
      ngx_http_cnop_revocations_get, ngx_http_cnop_revocations_line,
      ngx_http_cnop_revocations_done },

    { ngx_string("/control/events"), NGX_HTTP_CNOP_ZONE_EVENTS,
      ngx_http_cnop_events_get, ngx_http_cnop_events_line,
      ngx_http_cnop_events_done },

    { ngx_string("/control/guard"), NGX_HTTP_CNOP_ZONE_GUARD,
      ngx_http_cnop_guard_get, ngx_http_cnop_guard_line, NULL },

    { ngx_string("/control/breakers"), NGX_HTTP_CNOP_ZONE_BREAKER,
      ngx_http_cnop_breakers_get, ngx_http_cnop_breakers_line, NULL },

    { ngx_null_string, 0, NULL, NULL, NULL }
};


static ngx_http_cnop_control_t *
ngx_http_cnop_control_find(ngx_http_request_t *r)
{
    ngx_http_cnop_control_t  *control;

    for (control = ngx_http_cnop_controls; control->uri.len; control++) {
        if (control->uri.len == r->uri.len
            && ngx_strncmp(control->uri.data, r->uri.data, r->uri.len) == 0)
        {
            return control;
        }
    }

    return NULL;
}


static ngx_int_t
ngx_http_cnop_control_handler(ngx_http_request_t *r)
{
    ngx_int_t                   rc;
    ngx_http_cnop_zone_t       *zone;
    ngx_http_cnop_control_t    *control;
    ngx_http_cnop_loc_conf_t   *clcf;
    ngx_http_cnop_main_conf_t  *cmcf;

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_cnop_module);
    cmcf = ngx_http_get_module_main_conf(r, ngx_http_cnop_module);
    control = ngx_http_cnop_control_find(r);

    if (control == NULL) {
        return NGX_HTTP_NOT_FOUND;
    }

    zone = ngx_http_cnop_zone_get(cmcf, control->kind);

    if (zone == NULL) {
        return NGX_HTTP_NOT_FOUND;
    }

    if (r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD)) {
        return control->get(r, zone);
    }

    if (r->method != NGX_HTTP_POST) {
        return NGX_HTTP_NOT_ALLOWED;
    }

    if (!clcf->control_write
        || r->connection->listening->sockaddr->sa_family != AF_UNIX)
    {
        return NGX_HTTP_FORBIDDEN;
    }

    rc = ngx_http_read_client_request_body(r, ngx_http_cnop_control_body);

    return rc >= NGX_HTTP_SPECIAL_RESPONSE ? rc : NGX_DONE;
}


/* feeds whole lines; what is left of one waits in "rest" */

static ngx_int_t
ngx_http_cnop_control_feed(ngx_http_cnop_feed_t *feed,
    ngx_http_cnop_line_pt line, u_char *p, u_char *last, ngx_str_t *rest)
{
    for ( /* void */ ; p < last; p++) {

        if (*p != '\n') {
            if (rest->len == NGX_HTTP_CNOP_CONTROL_LINE) {
                return NGX_DECLINED;
            }

            rest->data[rest->len++] = *p;
            continue;
        }

        if (rest->len && line(feed, ngx_http_cnop_str(rest)) != NGX_OK) {
            return NGX_DECLINED;
        }

        feed->lines++;
        rest->len = 0;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_cnop_control_buf(ngx_http_cnop_feed_t *feed,
    ngx_http_cnop_line_pt line, ngx_buf_t *b, ngx_str_t *rest)
{
    off_t      at;
    u_char     chunk[8192];
    size_t     size;
    ssize_t    n;
    ngx_int_t  rc;

    if (!b->in_file) {
        return ngx_http_cnop_control_feed(feed, line, b->pos, b->last, rest);
    }

    for (at = b->file_pos; at < b->file_last; at += n) {
        size = (size_t) ngx_min((off_t) sizeof(chunk), b->file_last - at);
        n = ngx_read_file(b->file, chunk, size, at);

        if (n <= 0) {
            return NGX_ERROR;
        }

        rc = ngx_http_cnop_control_feed(feed, line, chunk, chunk + n, rest);

        if (rc != NGX_OK) {
            return rc;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_cnop_control_read(ngx_http_request_t *r, ngx_http_cnop_feed_t *feed,
    ngx_http_cnop_line_pt line)
{
    u_char        memory[NGX_HTTP_CNOP_CONTROL_LINE];
    ngx_int_t     rc;
    ngx_str_t     rest;
    ngx_chain_t  *cl;

    if (r->request_body == NULL) {
        return NGX_DECLINED;
    }

    rest.data = memory;
    rest.len = 0;

    for (cl = r->request_body->bufs; cl; cl = cl->next) {
        rc = ngx_http_cnop_control_buf(feed, line, cl->buf, &rest);

        if (rc != NGX_OK) {
            return rc;
        }
    }

    if (rest.len) {
        return line(feed, ngx_http_cnop_str(&rest));
    }

    return NGX_OK;
}


static void
ngx_http_cnop_control_body(ngx_http_request_t *r)
{
    char                      text[128];
    ngx_int_t                 rc;
    struct cnop_buf           buf;
    ngx_http_cnop_feed_t      feed;
    ngx_http_cnop_control_t  *control;

    control = ngx_http_cnop_control_find(r);

    if (control == NULL) {
        ngx_http_finalize_request(r, NGX_HTTP_NOT_FOUND);
        return;
    }

    ngx_memzero(&feed, sizeof(ngx_http_cnop_feed_t));
    feed.cmcf = ngx_http_get_module_main_conf(r, ngx_http_cnop_module);
    feed.zone = ngx_http_cnop_zone_get(feed.cmcf, control->kind);
    feed.request = r;

    rc = ngx_http_cnop_control_read(r, &feed, control->line);

    if (rc != NGX_OK) {

        /* the lines before count: those who listen are told of them */

        ngx_http_cnop_events_revoked(feed.cmcf);
    }

    if (rc == NGX_ERROR) {
        ngx_http_finalize_request(r, NGX_HTTP_INTERNAL_SERVER_ERROR);
        return;
    }

    if (rc == NGX_DECLINED) {
        cnop_buf_init(&buf, text, sizeof(text));
        cnop_buf_printf(&buf, "line %lu is not understood",
                        (unsigned long) feed.lines + 1);
        cnop_buf_char(&buf, '\0');
        (void) ngx_http_cnop_problem(r, CNOP_E_BAD_REQUEST, text);
        return;
    }

    if (control->done) {
        rc = control->done(r, &feed);
    } else {
        rc = control->get(r, feed.zone);
    }

    ngx_http_finalize_request(r, rc);
}


char *
ngx_http_cnop_set_control(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_cnop_loc_conf_t  *clcf = conf;

    ngx_str_t                 *value;
    ngx_http_core_loc_conf_t  *core;

    value = cf->args->elts;

    if (ngx_strcmp(value[1].data, "write") == 0) {
        clcf->control_write = 1;

    } else if (ngx_strcmp(value[1].data, "read") != 0) {
        return "takes \"read\" or \"write\"";
    }

    core = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    core->handler = ngx_http_cnop_control_handler;

    return NGX_CONF_OK;
}
