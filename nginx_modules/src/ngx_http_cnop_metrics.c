/* SPDX-License-Identifier: MIT */
/*
 * Counters and the latency histogram.  Labels are names from the configuration,
 * never anything a client sent, so the number of series is fixed.  Counters are
 * added to without a lock and survive a reload.
 */

#include "ngx_http_cnop_metrics.h"


static const uint64_t  ngx_http_cnop_bounds_us[NGX_HTTP_CNOP_BUCKETS] = {
    500, 1000, 2500, 5000, 10000, 25000, 50000, 100000, 250000, 500000, 1000000,
    2500000, 5000000, 10000000, UINT64_MAX
};


ngx_http_cnop_metrics_table_t *
ngx_http_cnop_metrics_table(ngx_http_cnop_main_conf_t *cmcf)
{
    ngx_http_cnop_zone_t  *zone;

    zone = ngx_http_cnop_zone_get(cmcf, NGX_HTTP_CNOP_ZONE_METRICS);

    return zone ? (ngx_http_cnop_metrics_table_t *) zone->head : NULL;
}


/* a name keeps its row over reloads, until a restart */

static ngx_int_t
ngx_http_cnop_metrics_bind(u_char *rows, size_t stride, ngx_uint_t n,
    size_t max, ngx_str_t *name, ngx_uint_t *slot)
{
    char        *label;
    ngx_uint_t   i;

    for (i = 0; i < n; i++) {
        label = (char *) rows + i * stride;

        if (label[0] == '\0') {
            ngx_memcpy(label, name->data, ngx_min(name->len, max - 1));
        }

        if (ngx_strlen(label) == name->len
            && ngx_memcmp(label, name->data, name->len) == 0)
        {
            *slot = i;
            return NGX_OK;
        }
    }

    return NGX_ERROR;
}


ngx_int_t
ngx_http_cnop_metrics_zone(ngx_http_cnop_zone_t *zone, ngx_uint_t fresh)
{
    ngx_uint_t                      i;
    ngx_http_cnop_route_t          *route;
    ngx_http_cnop_policy_t         *policy;
    ngx_http_cnop_service_t        *service;
    ngx_http_cnop_metrics_table_t  *table;

    table = (ngx_http_cnop_metrics_table_t *) zone->head;

    if (table->head.bytes < sizeof(ngx_http_cnop_metrics_table_t)) {
        ngx_log_error(NGX_LOG_EMERG, ngx_cycle->log, 0,
                      "zone \"cnop_metrics\" is too small");
        return NGX_ERROR;
    }

    route = zone->main_conf->routes.elts;

    for (i = 0; i < zone->main_conf->routes.nelts; i++) {
        if (ngx_http_cnop_metrics_bind(
                (u_char *) table->routes, sizeof(ngx_http_cnop_route_row_t),
                NGX_HTTP_CNOP_ROUTES_MAX, NGX_HTTP_CNOP_LABEL_MAX + 1,
                &route[i].label, &route[i].metrics_slot)
            != NGX_OK)
        {
            goto full;
        }
    }

    service = zone->main_conf->services.elts;

    for (i = 0; i < zone->main_conf->services.nelts; i++) {
        if (ngx_http_cnop_metrics_bind(
                (u_char *) table->services, sizeof(ngx_http_cnop_service_row_t),
                NGX_HTTP_CNOP_SERVICES_MAX, 32, &service[i].name,
                &service[i].metrics_slot)
            != NGX_OK)
        {
            goto full;
        }
    }

    policy = zone->main_conf->policies.elts;

    for (i = 0; i < zone->main_conf->policies.nelts; i++) {
        if (ngx_http_cnop_metrics_bind((u_char *) table->policies,
                                       sizeof(ngx_http_cnop_policy_row_t),
                                       NGX_HTTP_CNOP_POLICIES_MAX, 32,
                                       &policy[i].name, &policy[i].metrics_slot)
            != NGX_OK)
        {
            goto full;
        }
    }

    return NGX_OK;

full:

    ngx_log_error(NGX_LOG_EMERG, ngx_cycle->log, 0,
                  "no row left for a new route, service or limit: restart "
                  "nginx to forget names "
                  "no longer in use");

    return NGX_ERROR;
}


void
ngx_http_cnop_count(ngx_http_cnop_main_conf_t *cmcf,
    ngx_http_cnop_counter_e counter)
{
    ngx_http_cnop_metrics_table_t  *table;

    table = ngx_http_cnop_metrics_table(cmcf);

    if (table) {
        (void) ngx_atomic_fetch_add(&table->counters[counter], 1);
    }
}


void
ngx_http_cnop_count_verdict(ngx_http_cnop_main_conf_t *cmcf,
    enum cnop_token_verdict verdict)
{
    ngx_http_cnop_metrics_table_t  *table;

    table = ngx_http_cnop_metrics_table(cmcf);

    if (table) {
        (void) ngx_atomic_fetch_add(&table->verdicts[verdict], 1);
    }
}


void
ngx_http_cnop_count_limited(ngx_http_cnop_main_conf_t *cmcf, ngx_uint_t policy)
{
    ngx_uint_t                      slot;
    ngx_http_cnop_metrics_table_t  *table;

    table = ngx_http_cnop_metrics_table(cmcf);

    if (table) {
        slot = ((ngx_http_cnop_policy_t *) cmcf->policies.elts)[policy]
                   .metrics_slot;
        (void) ngx_atomic_fetch_add(&table->policies[slot].rejected, 1);
    }
}


/* which proxy error a request was, or NGX_HTTP_CNOP_ERRORS for none */

static ngx_uint_t
ngx_http_cnop_proxy_error(ngx_http_request_t *r)
{
    ngx_uint_t                  status;
    ngx_http_upstream_state_t  *state;

    if (r->upstream_states == NULL || r->upstream_states->nelts == 0) {
        return NGX_HTTP_CNOP_ERRORS;
    }

    state = r->upstream_states->elts;
    state += r->upstream_states->nelts - 1;
    status = state->status;

    /*
     * nginx gives 502 and 504 itself; without a byte of an answer it was not
     * the worker
     */

    if (status == NGX_HTTP_BAD_GATEWAY && state->bytes_received == 0) {
        return 0;
    }

    if (status == NGX_HTTP_GATEWAY_TIME_OUT && state->bytes_received == 0) {
        return 1;
    }

    switch (status) {
    case 500:
        return 2;
    case 502:
        return 3;
    case 503:
        return 4;
    case 504:
        return 5;
    default:
        return status >= 500 ? 6 : NGX_HTTP_CNOP_ERRORS;
    }
}


static void
ngx_http_cnop_record_latency(ngx_http_cnop_route_row_t *row,
    ngx_http_cnop_ctx_t *ctx)
{
    uint64_t    us;
    ngx_uint_t  i;

    struct timespec  now;

    now = ctx->answered;

    if (ctx->stream == NULL) {
        (void) clock_gettime(CLOCK_MONOTONIC, &now);
    }

    us = (uint64_t) (now.tv_sec - ctx->start.tv_sec) * 1000000
         + (uint64_t) ((now.tv_nsec - ctx->start.tv_nsec) / 1000);

    for (i = 0; us > ngx_http_cnop_bounds_us[i]; i++) {
        /* void */
    }

    (void) ngx_atomic_fetch_add(&row->bucket[i], 1);
    (void) ngx_atomic_fetch_add(&row->sum_us, us);
}


static void
ngx_http_cnop_record_service(ngx_http_request_t *r, ngx_http_cnop_ctx_t *ctx,
    ngx_http_cnop_metrics_table_t *table)
{
    ngx_uint_t                    error;
    ngx_http_cnop_service_t      *service;
    ngx_http_cnop_service_row_t  *row;

    service = ngx_http_cnop_service(r, ctx);

    if (service == NULL) {
        return;
    }

    error = ngx_http_cnop_proxy_error(r);

    if (ctx->breaker_rejected) {
        error = 7;
    }

    if (error < NGX_HTTP_CNOP_ERRORS) {
        row = &table->services[service->metrics_slot];
        (void) ngx_atomic_fetch_add(&row->errors[error], 1);
    }
}


void
ngx_http_cnop_metrics_record(ngx_http_request_t *r, ngx_http_cnop_ctx_t *ctx)
{
    ngx_uint_t                      route, status;
    ngx_http_cnop_route_t          *routes;
    ngx_http_cnop_loc_conf_t       *clcf;
    ngx_http_cnop_main_conf_t      *cmcf;
    ngx_http_cnop_route_row_t      *row;
    ngx_http_cnop_metrics_table_t  *table;

    cmcf = ngx_http_get_module_main_conf(r, ngx_http_cnop_module);
    clcf = ngx_http_get_module_loc_conf(r, ngx_http_cnop_module);
    table = ngx_http_cnop_metrics_table(cmcf);

    if (table == NULL || ctx->preflight) {
        return;
    }

    ngx_http_cnop_record_service(r, ctx, table);

    route = ctx->route != NGX_HTTP_CNOP_NONE ? ctx->route : clcf->route;

    if (route == NGX_HTTP_CNOP_NONE) {
        return;
    }

    status = r->headers_out.status ? r->headers_out.status : r->err_status;

    if (status < 100 || status > 599) {
        status = NGX_HTTP_CLIENT_CLOSED_REQUEST;
    }

    routes = cmcf->routes.elts;
    row = &table->routes[routes[route].metrics_slot];

    (void) ngx_atomic_fetch_add(&row->status[status - 100], 1);
    ngx_http_cnop_record_latency(row, ctx);
}
