/* SPDX-License-Identifier: MIT */
/*
 * Where the module takes part in a request, from its headers to its log line.
 * The policies run in PREACCESS, which neither "satisfy any" nor a subrequest
 * can get around: limits of the address, token, limits of the user, method,
 * identity, role, origin, encoding, key.  Guard and breaker follow in
 * PRECONTENT, when nothing else can refuse the request any more, and settle in
 * the header filter.
 */

#include "ngx_http_cnop_breaker.h"
#include "ngx_http_cnop_checks.h"
#include "ngx_http_cnop_guard.h"
#include "ngx_http_cnop_headers.h"
#include "ngx_http_cnop_metrics.h"
#include "ngx_http_cnop_phases.h"


static void ngx_http_cnop_body_begin(ngx_http_request_t *r,
    ngx_http_cnop_ctx_t *ctx, ngx_http_cnop_loc_conf_t *clcf);
static void ngx_http_cnop_body_end(void *data);
static void ngx_http_cnop_body_late(ngx_event_t *ev);
static ngx_int_t ngx_http_cnop_post_read_handler(ngx_http_request_t *r);
static ngx_int_t ngx_http_cnop_preflight(ngx_http_request_t *r,
    ngx_http_cnop_ctx_t *ctx);
static ngx_int_t ngx_http_cnop_preaccess_handler(ngx_http_request_t *r);
static ngx_int_t ngx_http_cnop_precontent_handler(ngx_http_request_t *r);
static ngx_int_t ngx_http_cnop_header_filter(ngx_http_request_t *r);
static ngx_int_t ngx_http_cnop_log_handler(ngx_http_request_t *r);


static ngx_http_output_header_filter_pt  ngx_http_next_header_filter;


static ngx_int_t
ngx_http_cnop_add_handler(ngx_http_core_main_conf_t *cmcf, ngx_uint_t phase,
    ngx_http_handler_pt handler)
{
    ngx_http_handler_pt  *h;

    h = ngx_array_push(&cmcf->phases[phase].handlers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    *h = handler;

    return NGX_OK;
}


ngx_int_t
ngx_http_cnop_phases_init(ngx_conf_t *cf)
{
    ngx_uint_t                  i;
    ngx_http_core_main_conf_t  *cmcf;

    static const struct {
        ngx_uint_t           phase;
        ngx_http_handler_pt  handler;
    } handlers[] = {
        { NGX_HTTP_POST_READ_PHASE, ngx_http_cnop_post_read_handler },
        { NGX_HTTP_PREACCESS_PHASE, ngx_http_cnop_preaccess_handler },
        { NGX_HTTP_PRECONTENT_PHASE, ngx_http_cnop_precontent_handler },
        { NGX_HTTP_LOG_PHASE, ngx_http_cnop_log_handler }
    };

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);

    for (i = 0; i < sizeof(handlers) / sizeof(handlers[0]); i++) {
        if (ngx_http_cnop_add_handler(cmcf, handlers[i].phase,
                                      handlers[i].handler)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


ngx_int_t
ngx_http_cnop_filter_init(ngx_conf_t *cf)
{
    ngx_http_next_header_filter = ngx_http_top_header_filter;
    ngx_http_top_header_filter = ngx_http_cnop_header_filter;

    return NGX_OK;
}


static ngx_int_t
ngx_http_cnop_post_read_handler(ngx_http_request_t *r)
{
    ngx_http_cnop_ctx_t       *ctx;
    ngx_http_cnop_loc_conf_t  *clcf;

    if (r != r->main || r->internal) {
        return NGX_DECLINED;
    }

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_cnop_module);

    if (!clcf->enable) {
        return NGX_DECLINED;
    }

    ngx_log_debug0(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "cnop post read handler");

    ctx = ngx_http_cnop_get_ctx(r);
    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (clcf->cors && r->method == NGX_HTTP_OPTIONS) {
        return ngx_http_cnop_preflight(r, ctx);
    }

    return NGX_DECLINED;
}


/* OPTIONS on any path ends here, before limits, token and routing */

static ngx_int_t
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


static ngx_http_cnop_loc_conf_t *
ngx_http_cnop_policed(ngx_http_request_t *r)
{
    ngx_http_cnop_loc_conf_t  *clcf;

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_cnop_module);

    /* an error page is an answer already: nothing polices it */

    if (!clcf->enable || r != r->main || clcf->problem == 1) {
        return NULL;
    }

    return clcf;
}


static ngx_int_t
ngx_http_cnop_preaccess_handler(ngx_http_request_t *r)
{
    ngx_http_cnop_ctx_t       *ctx;
    ngx_http_cnop_loc_conf_t  *clcf;

    clcf = ngx_http_cnop_policed(r);

    if (clcf == NULL) {
        return NGX_DECLINED;
    }

    ngx_log_debug1(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "cnop preaccess handler, jwt:%ui", clcf->jwt);

    ctx = ngx_http_cnop_get_ctx(r);
    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (ctx->route == NGX_HTTP_CNOP_NONE) {
        ctx->route = clcf->route;
    }

    (void) ngx_http_cnop_service(r, ctx);

    ngx_http_cnop_body_begin(r, ctx, clcf);

    return ngx_http_cnop_checks(r, ctx, clcf);
}


/*
 * nginx gives each part of a body its time; all of it together has a time too,
 * or a byte now and then would hold a connection for ever
 */

static void
ngx_http_cnop_body_begin(ngx_http_request_t *r, ngx_http_cnop_ctx_t *ctx,
    ngx_http_cnop_loc_conf_t *clcf)
{
    ngx_pool_cleanup_t  *cln;

    if (clcf->body_deadline == 0 || ctx->body_timer.handler
        || (r->headers_in.content_length_n <= 0 && !r->headers_in.chunked))
    {
        return;
    }

    cln = ngx_pool_cleanup_add(r->pool, 0);
    if (cln == NULL) {
        return;    /* each part still has its time */
    }

    cln->handler = ngx_http_cnop_body_end;
    cln->data = ctx;

    ctx->body_timer.handler = ngx_http_cnop_body_late;
    ctx->body_timer.data = ctx;
    ctx->body_timer.log = r->connection->log;

    ctx->body_ms = clcf->body_deadline;
    ngx_add_timer(&ctx->body_timer, ctx->body_ms);
}


static void
ngx_http_cnop_body_end(void *data)
{
    ngx_http_cnop_ctx_t *ctx = data;

    if (ctx->body_timer.timer_set) {
        ngx_del_timer(&ctx->body_timer);
    }
}


static void
ngx_http_cnop_body_late(ngx_event_t *ev)
{
    ngx_connection_t     *c;
    ngx_http_request_t   *r;
    ngx_http_cnop_ctx_t  *ctx;

    ctx = ev->data;
    r = ctx->request;
    c = r->connection;

    if (r->request_body == NULL) {
        ngx_add_timer(ev, ctx->body_ms);    /* a guess that waits its turn */
        return;
    }

    if (r->request_body->rest <= 0) {
        return;
    }

    ngx_log_error(NGX_LOG_INFO, c->log, 0, "request body takes too long");

    c->read->timedout = 1;
    r->read_event_handler(r);
    ngx_http_run_posted_requests(c);
}


static ngx_int_t
ngx_http_cnop_precontent_handler(ngx_http_request_t *r)
{
    ngx_int_t                  rc;
    ngx_http_cnop_ctx_t       *ctx;
    ngx_http_cnop_loc_conf_t  *clcf;

    clcf = ngx_http_cnop_policed(r);

    if (clcf == NULL) {
        return NGX_DECLINED;
    }

    ngx_log_debug0(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "cnop precontent handler");

    ctx = ngx_http_cnop_get_ctx(r);
    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (clcf->guard) {
        rc = ngx_http_cnop_guard_check(r, ctx);

        if (rc != NGX_DECLINED) {
            return rc;
        }
    }

    return ngx_http_cnop_breaker_check(r, ctx);
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

    ngx_log_debug1(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "cnop header filter, status:%ui", r->headers_out.status);

    ctx = ngx_http_cnop_get_ctx(r);
    if (ctx == NULL) {
        return NGX_ERROR;
    }

    ngx_http_cnop_guard_settle(r, ctx, r->headers_out.status);
    ngx_http_cnop_breaker_settle(r, ctx);

    if (ngx_http_cnop_response_headers(r, ctx) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_http_next_header_filter(r);
}


static ngx_int_t
ngx_http_cnop_log_handler(ngx_http_request_t *r)
{
    ngx_http_cnop_ctx_t       *ctx;
    ngx_http_cnop_loc_conf_t  *clcf;

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_cnop_module);

    if (!clcf->enable || r != r->main) {
        return NGX_OK;
    }

    ctx = ngx_http_cnop_get_ctx(r);

    if (ctx) {
        ngx_http_cnop_metrics_record(r, ctx);
    }

    return NGX_OK;
}
