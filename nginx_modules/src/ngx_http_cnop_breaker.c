/* SPDX-License-Identifier: MIT */
/*
 * A breaker per service: closed, open for a while, then half-open with as many probes as it takes
 * successes to close.  Only what the service did counts; a client's error, an aborted request and
 * a refusal of our own never do.
 */

#include "ngx_http_cnop_module.h"


#define NGX_HTTP_CNOP_BREAKER_SLOTS     64
#define NGX_HTTP_CNOP_BREAKER_PROBE_MS  60000   /* a probe older than this is lost */

#define NGX_HTTP_CNOP_CLOSED            0
#define NGX_HTTP_CNOP_HALF_OPEN         1
#define NGX_HTTP_CNOP_OPEN              2


typedef struct {
    char                        name[32];      /* empty = free */
    uint32_t                    state;
    uint32_t                    consecutive;
    uint32_t                    successes;
    uint32_t                    probes;
    uint64_t                    generation;    /* of the state */
    uint64_t                    opened_ms;
    uint64_t                    probed_ms;
    uint64_t                    window_ms;
    uint64_t                    total;         /* in the window */
    uint64_t                    failed;
    uint64_t                    opened;        /* times, ever */
} ngx_http_cnop_breaker_row_t;


typedef struct {
    ngx_http_cnop_zone_head_t    head;
    ngx_http_cnop_breaker_row_t  rows[NGX_HTTP_CNOP_BREAKER_SLOTS];
} ngx_http_cnop_breaker_table_t;


static ngx_http_cnop_breaker_row_t *
ngx_http_cnop_breaker_row(ngx_http_cnop_zone_t *zone, ngx_uint_t slot)
{
    return &((ngx_http_cnop_breaker_table_t *) zone->head)->rows[slot];
}


/* a service keeps its row over reloads: rows are found by name */

static ngx_int_t
ngx_http_cnop_breaker_bind(ngx_http_cnop_zone_t *zone, ngx_http_cnop_service_t *service)
{
    ngx_uint_t                    i;
    ngx_http_cnop_breaker_row_t  *row;

    for (i = 0; i < NGX_HTTP_CNOP_BREAKER_SLOTS; i++) {
        row = ngx_http_cnop_breaker_row(zone, i);

        if (row->name[0] == '\0') {
            ngx_memcpy(row->name, service->name.data, service->name.len);
        }

        if (ngx_strlen(row->name) == service->name.len
            && ngx_memcmp(row->name, service->name.data, service->name.len) == 0)
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
    ngx_uint_t                i;
    ngx_http_cnop_service_t  *service;

    service = zone->main_conf->services.elts;

    for (i = 0; i < zone->main_conf->services.nelts; i++) {
        if (service[i].breaker
            && ngx_http_cnop_breaker_bind(zone, &service[i]) != NGX_OK)
        {
            ngx_log_error(NGX_LOG_EMERG, ngx_cycle->log, 0,
                          "no row left for breaker \"%V\": restart nginx to forget names "
                          "no longer in use", &service[i].name);
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static void
ngx_http_cnop_breaker_enter(ngx_http_cnop_breaker_row_t *row, uint32_t state, uint64_t now)
{
    row->generation++;
    row->consecutive = 0;
    row->successes = 0;
    row->probes = 0;
    row->window_ms = now;
    row->total = 0;
    row->failed = 0;

    if (state == NGX_HTTP_CNOP_OPEN) {
        row->opened_ms = now;
        row->opened++;
    }

    row->state = state;
}


/* under the lock: may this request go to the service? */

static ngx_uint_t
ngx_http_cnop_breaker_admit(ngx_http_cnop_breaker_row_t *row,
    ngx_http_cnop_service_t *service, uint64_t now, uint64_t *wait_ms)
{
    *wait_ms = 1000;

    if (row->state == NGX_HTTP_CNOP_OPEN) {

        if (now - row->opened_ms < service->open) {
            *wait_ms = service->open - (now - row->opened_ms);
            return 0;
        }

        ngx_http_cnop_breaker_enter(row, NGX_HTTP_CNOP_HALF_OPEN, now);
    }

    if (row->state == NGX_HTTP_CNOP_HALF_OPEN) {

        if (row->probes >= service->successes) {

            if (now - row->probed_ms < NGX_HTTP_CNOP_BREAKER_PROBE_MS) {
                return 0;
            }

            row->probes = row->successes;
        }

        row->probes++;
        row->probed_ms = now;
    }

    return 1;
}


ngx_int_t
ngx_http_cnop_breaker_check(ngx_http_request_t *r, ngx_http_cnop_ctx_t *ctx)
{
    uint64_t                      wait_ms;
    ngx_uint_t                    admitted;
    ngx_http_cnop_zone_t         *zone;
    ngx_http_cnop_service_t      *service;
    ngx_http_cnop_main_conf_t    *cmcf;
    ngx_http_cnop_breaker_row_t  *row;

    service = ngx_http_cnop_service(r, ctx);

    if (service == NULL || !service->breaker || ctx->breaker_held) {
        return NGX_DECLINED;
    }

    cmcf = ngx_http_get_module_main_conf(r, ngx_http_cnop_module);
    zone = ngx_http_cnop_zone_get(cmcf, NGX_HTTP_CNOP_ZONE_BREAKER);
    row = ngx_http_cnop_breaker_row(zone, service->breaker_slot);

    ngx_shmtx_lock(&zone->shpool->mutex);

    admitted = ngx_http_cnop_breaker_admit(row, service, ngx_http_cnop_now_ms(), &wait_ms);
    ctx->breaker_generation = row->generation;
    ctx->breaker_status = row->state == NGX_HTTP_CNOP_HALF_OPEN ? "PROBE" : "CLOSED";

    ngx_shmtx_unlock(&zone->shpool->mutex);

    if (admitted) {
        ctx->breaker_held = 1;
        return NGX_DECLINED;
    }

    ctx->breaker_status = "OPEN";
    ctx->retry_after = (wait_ms + 999) / 1000;
    ngx_http_cnop_count(cmcf, NGX_HTTP_CNOP_N_BREAKER_REJECTED);

    return ngx_http_cnop_problem(r, CNOP_E_UNAVAILABLE, NULL);
}


/* 1 = success, 0 = failure, NGX_DECLINED = says nothing about the service */

static ngx_int_t
ngx_http_cnop_breaker_result(ngx_http_request_t *r, ngx_http_cnop_service_t *service)
{
    ngx_uint_t                  status;
    ngx_http_upstream_state_t  *state;

    if (r->upstream_states == NULL || r->upstream_states->nelts == 0) {
        return NGX_DECLINED;
    }

    state = r->upstream_states->elts;
    status = state[r->upstream_states->nelts - 1].status;

    if (status == NGX_HTTP_CLIENT_CLOSED_REQUEST || status == 0
        || status == service->neutral)
    {
        return NGX_DECLINED;
    }

    return status < 500;
}


void
ngx_http_cnop_breaker_settle(ngx_http_request_t *r, ngx_http_cnop_ctx_t *ctx)
{
    uint64_t                      now;
    ngx_int_t                     result;
    ngx_uint_t                    state;
    ngx_http_cnop_zone_t         *zone;
    ngx_http_cnop_service_t      *service;
    ngx_http_cnop_main_conf_t    *cmcf;
    ngx_http_cnop_breaker_row_t  *row;

    if (!ctx->breaker_held) {
        return;
    }

    ctx->breaker_held = 0;

    service = ngx_http_cnop_service(r, ctx);
    cmcf = ngx_http_get_module_main_conf(r, ngx_http_cnop_module);
    zone = ngx_http_cnop_zone_get(cmcf, NGX_HTTP_CNOP_ZONE_BREAKER);
    row = ngx_http_cnop_breaker_row(zone, service->breaker_slot);
    result = ngx_http_cnop_breaker_result(r, service);
    now = ngx_http_cnop_now_ms();

    ngx_shmtx_lock(&zone->shpool->mutex);

    state = row->state;

    if (row->generation != ctx->breaker_generation) {

        /* the answer belongs to a state that is over */

    } else if (result == NGX_DECLINED) {
        if (row->probes > row->successes) {
            row->probes--;
        }

    } else if (row->state == NGX_HTTP_CNOP_HALF_OPEN) {
        if (result == 0) {
            ngx_http_cnop_breaker_enter(row, NGX_HTTP_CNOP_OPEN, now);

        } else if (++row->successes >= service->successes) {
            ngx_http_cnop_breaker_enter(row, NGX_HTTP_CNOP_CLOSED, now);
        }

    } else {
        if (now - row->window_ms >= service->window) {
            row->window_ms = now;
            row->total = 0;
            row->failed = 0;
        }

        row->total++;

        if (result) {
            row->consecutive = 0;

        } else {
            row->consecutive++;
            row->failed++;
        }

        if (row->consecutive >= service->failures
            || (row->failed >= service->failures
                && row->failed * 100 >= row->total * service->ratio))
        {
            ngx_http_cnop_breaker_enter(row, NGX_HTTP_CNOP_OPEN, now);
        }
    }

    result = (state != row->state);
    state = row->state;

    ngx_shmtx_unlock(&zone->shpool->mutex);

    if (result) {
        ngx_log_error(NGX_LOG_WARN, r->connection->log, 0, "breaker \"%V\" is now %s",
                      &service->name, state == NGX_HTTP_CNOP_OPEN ? "open" : "closed");
    }
}


const char *
ngx_http_cnop_breaker_state(ngx_http_cnop_zone_t *zone, ngx_uint_t slot,
    ngx_uint_t *value, uint64_t *opened)
{
    ngx_http_cnop_breaker_row_t  *row;

    static const char  *names[] = { "closed", "half_open", "open" };

    row = ngx_http_cnop_breaker_row(zone, slot);
    *value = row->state;
    *opened = row->opened;

    return names[*value <= NGX_HTTP_CNOP_OPEN ? *value : NGX_HTTP_CNOP_OPEN];
}


/* by hand: open it now, or close it now */

ngx_int_t
ngx_http_cnop_breaker_force(ngx_http_cnop_zone_t *zone, ngx_uint_t slot, ngx_uint_t open)
{
    ngx_http_cnop_breaker_row_t  *row;

    row = ngx_http_cnop_breaker_row(zone, slot);

    ngx_shmtx_lock(&zone->shpool->mutex);
    ngx_http_cnop_breaker_enter(row, open ? NGX_HTTP_CNOP_OPEN : NGX_HTTP_CNOP_CLOSED,
                                ngx_http_cnop_now_ms());
    ngx_shmtx_unlock(&zone->shpool->mutex);

    return NGX_OK;
}
