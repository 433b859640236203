/* SPDX-License-Identifier: MIT */
/*
 * A breaker per service.  Only what the service did counts; a client's error,
 * an aborted request and a refusal of our own never do.  While a breaker is
 * open for a short time, requests that can be repeated wait for it to close
 * instead of being refused.  What an event does to a row is policy/breaker's.
 */

#include "ngx_http_cnop_breaker.h"
#include "ngx_http_cnop_metrics.h"
#include "ngx_http_cnop_problem.h"
#include "ngx_http_cnop_wait.h"


#define NGX_HTTP_CNOP_BREAKER_SLOTS    64
#define NGX_HTTP_CNOP_BREAKER_POLL_MS  25
#define NGX_HTTP_CNOP_BREAKER_HELD     1024   /* of one worker at once */


typedef struct {
    ngx_http_cnop_zone_head_t   head;
    struct breaker_row          rows[NGX_HTTP_CNOP_BREAKER_SLOTS];
} ngx_http_cnop_breaker_table_t;


static void ngx_http_cnop_breaker_tell(ngx_http_cnop_zone_t *zone,
    ngx_http_cnop_service_t *service, struct breaker_event *event,
    struct breaker_result *result, struct breaker_row *copy);
static ngx_int_t ngx_http_cnop_breaker_hold(ngx_http_request_t *r,
    ngx_http_cnop_ctx_t *ctx);
static ngx_int_t ngx_http_cnop_breaker_wait(ngx_http_request_t *r,
    ngx_http_cnop_ctx_t *ctx, uint64_t wait_ms);
static void ngx_http_cnop_breaker_cleanup(void *data);
static void ngx_http_cnop_breaker_wait_over(void *data);


/* requests of this worker that wait */

static ngx_uint_t  ngx_http_cnop_breaker_waiting;


/* a service keeps its row over reloads: rows are found by name */

static ngx_int_t
ngx_http_cnop_breaker_bind(ngx_http_cnop_breaker_table_t *table,
    ngx_http_cnop_service_t *service)
{
    char        *name;
    ngx_uint_t   i;

    for (i = 0; i < NGX_HTTP_CNOP_BREAKER_SLOTS; i++) {
        name = table->rows[i].name;

        if (name[0] == '\0') {
            ngx_memcpy(name, service->name.data, service->name.len);
        }

        if (ngx_strlen(name) == service->name.len
            && ngx_memcmp(name, service->name.data, service->name.len) == 0)
        {
            service->breaker_slot = i;
            return NGX_OK;
        }
    }

    return NGX_ERROR;
}


ngx_int_t
ngx_http_cnop_breaker_zone(ngx_http_cnop_zone_t *zone, ngx_uint_t fresh)
{
    ngx_uint_t                      i;
    ngx_http_cnop_service_t        *service;
    ngx_http_cnop_breaker_table_t  *table;

    table = (ngx_http_cnop_breaker_table_t *) zone->head;
    service = zone->main_conf->services.elts;

    for (i = 0; i < zone->main_conf->services.nelts; i++) {
        if (service[i].breaker
            && ngx_http_cnop_breaker_bind(table, &service[i]) != NGX_OK)
        {
            ngx_log_error(NGX_LOG_EMERG, ngx_cycle->log, 0,
                          "no row left for breaker \"%V\": restart nginx to "
                          "forget names no longer in use", &service[i].name);
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/* the one place that locks the zone to change a row */

static void
ngx_http_cnop_breaker_tell(ngx_http_cnop_zone_t *zone,
    ngx_http_cnop_service_t *service, struct breaker_event *event,
    struct breaker_result *result, struct breaker_row *copy)
{
    struct breaker_row             *row;
    ngx_http_cnop_breaker_table_t  *table;

    table = (ngx_http_cnop_breaker_table_t *) zone->head;
    row = &table->rows[service->breaker_slot];
    event->chance = ngx_random();

    ngx_shmtx_lock(&zone->shpool->mutex);

    breaker_apply(row, &service->rule, event, ngx_http_cnop_now_ms(), result);
    *copy = *row;

    ngx_shmtx_unlock(&zone->shpool->mutex);
}


ngx_int_t
ngx_http_cnop_breaker_check(ngx_http_request_t *r, ngx_http_cnop_ctx_t *ctx)
{
    struct breaker_row          row;
    struct breaker_event        event;
    struct breaker_result       result;
    ngx_http_cnop_zone_t       *zone;
    ngx_http_cnop_service_t    *service;
    ngx_http_cnop_main_conf_t  *cmcf;

    service = ngx_http_cnop_service(r, ctx);

    if (service == NULL || !service->breaker || ctx->breaker_held) {
        return NGX_DECLINED;
    }

    cmcf = ngx_http_get_module_main_conf(r, ngx_http_cnop_module);
    zone = ngx_http_cnop_zone_get(cmcf, NGX_HTTP_CNOP_ZONE_BREAKER);

    ngx_memzero(&event, sizeof(struct breaker_event));
    event.kind = BREAKER_ASK;

    ngx_http_cnop_breaker_tell(zone, service, &event, &result, &row);

    ngx_log_debug3(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "cnop breaker \"%V\" state:%uD admitted:%d",
                   &service->name, row.state, result.admitted);

    if (result.admitted) {
        ngx_http_cnop_breaker_wait_over(ctx);

        ctx->breaker_generation = row.generation;
        ctx->breaker_status = row.state == BREAKER_HALF_OPEN ? "PROBE"
                                                             : "CLOSED";
        return ngx_http_cnop_breaker_hold(r, ctx);
    }

    ctx->breaker_status = "OPEN";

    if (result.may_wait
        && (ctx->keyed || (ctx->method & (NGX_HTTP_GET|NGX_HTTP_HEAD)))
        && ngx_http_cnop_breaker_waiting < NGX_HTTP_CNOP_BREAKER_HELD)
    {
        return ngx_http_cnop_breaker_wait(r, ctx, result.wait_ms);
    }

    ctx->breaker_rejected = 1;
    ctx->retry_after = (result.wait_ms + 999) / 1000;
    ngx_http_cnop_count(cmcf, NGX_HTTP_CNOP_N_BREAKER_REJECTED);

    return ngx_http_cnop_problem(r, CNOP_E_UNAVAILABLE, NULL);
}


/* let through; whatever ends the request settles it */

static ngx_int_t
ngx_http_cnop_breaker_hold(ngx_http_request_t *r, ngx_http_cnop_ctx_t *ctx)
{
    ngx_pool_cleanup_t  *cln;

    ctx->breaker_held = 1;

    cln = ngx_pool_cleanup_add(r->pool, 0);
    if (cln == NULL) {
        ngx_http_cnop_breaker_settle(r, ctx);
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    cln->handler = ngx_http_cnop_breaker_cleanup;
    cln->data = ctx;

    return NGX_DECLINED;
}


static void
ngx_http_cnop_breaker_cleanup(void *data)
{
    ngx_http_cnop_ctx_t *ctx = data;

    ngx_http_cnop_breaker_settle(ctx->request, ctx);
}


static ngx_int_t
ngx_http_cnop_breaker_wait(ngx_http_request_t *r, ngx_http_cnop_ctx_t *ctx,
    uint64_t wait_ms)
{
    ngx_pool_cleanup_t         *cln;
    ngx_http_cnop_main_conf_t  *cmcf;

    if (!ctx->breaker_waits) {
        cln = ngx_pool_cleanup_add(r->pool, 0);
        if (cln == NULL) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }

        cln->handler = ngx_http_cnop_breaker_wait_over;
        cln->data = ctx;

        ctx->breaker_waits = 1;
        ngx_http_cnop_breaker_waiting++;

        cmcf = ngx_http_get_module_main_conf(r, ngx_http_cnop_module);
        ngx_http_cnop_count(cmcf, NGX_HTTP_CNOP_N_BREAKER_HELD);
    }

    return ngx_http_cnop_wait(r, ngx_min(wait_ms + 1,
                                         NGX_HTTP_CNOP_BREAKER_POLL_MS));
}


static void
ngx_http_cnop_breaker_wait_over(void *data)
{
    ngx_http_cnop_ctx_t *ctx = data;

    if (ctx->breaker_waits) {
        ctx->breaker_waits = 0;
        ngx_http_cnop_breaker_waiting--;
    }
}


/* what the last attempt says about the service */

static enum breaker_event_kind
ngx_http_cnop_breaker_kind(ngx_http_request_t *r,
    ngx_http_cnop_service_t *service)
{
    ngx_uint_t                  status;
    ngx_http_upstream_state_t  *state;

    if (r->upstream_states == NULL || r->upstream_states->nelts == 0) {
        return BREAKER_NOTHING;
    }

    state = r->upstream_states->elts;
    state += r->upstream_states->nelts - 1;
    status = state->status;

    if (status == NGX_HTTP_CLIENT_CLOSED_REQUEST || status == 0
        || status == service->neutral)
    {
        return BREAKER_NOTHING;
    }

    if (status < 500) {
        return BREAKER_SUCCESS;
    }

    /* nginx's own word, when not a byte of an answer came */

    return state->bytes_received == 0 ? BREAKER_LOST : BREAKER_FAILURE;
}


void
ngx_http_cnop_breaker_settle(ngx_http_request_t *r, ngx_http_cnop_ctx_t *ctx)
{
    struct breaker_row          row;
    struct breaker_event        event;
    struct breaker_result       result;
    ngx_http_cnop_zone_t       *zone;
    ngx_http_cnop_service_t    *service;
    ngx_http_cnop_main_conf_t  *cmcf;

    if (!ctx->breaker_held) {
        return;
    }

    ctx->breaker_held = 0;

    service = ngx_http_cnop_service(r, ctx);
    cmcf = ngx_http_get_module_main_conf(r, ngx_http_cnop_module);
    zone = ngx_http_cnop_zone_get(cmcf, NGX_HTTP_CNOP_ZONE_BREAKER);

    ngx_memzero(&event, sizeof(struct breaker_event));
    event.kind = ngx_http_cnop_breaker_kind(r, service);
    event.generation = ctx->breaker_generation;

    ngx_http_cnop_breaker_tell(zone, service, &event, &result, &row);

    if (result.changed) {
        ngx_log_error(NGX_LOG_WARN, r->connection->log, 0,
                      "breaker \"%V\" is now %s", &service->name,
                      row.state == BREAKER_OPEN ? "open" : "closed");
    }
}


const char *
ngx_http_cnop_breaker_state(ngx_http_cnop_zone_t *zone,
    ngx_http_cnop_service_t *service, ngx_uint_t *value, uint64_t *opened)
{
    struct breaker_row             *row;
    ngx_http_cnop_breaker_table_t  *table;

    static const char  *names[] = { "closed", "half_open", "open" };

    table = (ngx_http_cnop_breaker_table_t *) zone->head;
    row = &table->rows[service->breaker_slot];
    *value = ngx_min(row->state, BREAKER_OPEN);
    *opened = row->opened;

    return names[*value];
}


void
ngx_http_cnop_breaker_force(ngx_http_cnop_zone_t *zone,
    ngx_http_cnop_service_t *service, ngx_uint_t open)
{
    struct breaker_row     row;
    struct breaker_event   event;
    struct breaker_result  result;

    ngx_memzero(&event, sizeof(struct breaker_event));
    event.kind = open ? BREAKER_TRIP : BREAKER_RESET;

    ngx_http_cnop_breaker_tell(zone, service, &event, &result, &row);
}
