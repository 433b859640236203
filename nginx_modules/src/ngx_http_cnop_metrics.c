/* SPDX-License-Identifier: MIT */
/*
 * Counters and the latency histogram, and the page that shows them.  Labels are names from the
 * configuration, never anything a client sent, so the number of series is fixed.  Counters are
 * added to without a lock and survive a reload.
 */

#include "ngx_http_cnop_module.h"


#define NGX_HTTP_CNOP_STATUSES   500           /* 100 to 599 */
#define NGX_HTTP_CNOP_BUCKETS    15
#define NGX_HTTP_CNOP_ERRORS     8


typedef struct {
    char                        label[NGX_HTTP_CNOP_LABEL_MAX + 1];
    ngx_atomic_t                status[NGX_HTTP_CNOP_STATUSES];
    ngx_atomic_t                bucket[NGX_HTTP_CNOP_BUCKETS];
    ngx_atomic_t                sum_us;
} ngx_http_cnop_route_row_t;


typedef struct {
    char                        name[32];
    ngx_atomic_t                errors[NGX_HTTP_CNOP_ERRORS];
} ngx_http_cnop_service_row_t;


typedef struct {
    char                        name[32];
    ngx_atomic_t                rejected;
} ngx_http_cnop_policy_row_t;


typedef struct {
    ngx_http_cnop_zone_head_t    head;
    ngx_atomic_t                 counters[NGX_HTTP_CNOP_N_COUNTERS];
    ngx_atomic_t                 verdicts[CNOP_TOKEN_VERDICT_COUNT];
    ngx_http_cnop_policy_row_t   policies[NGX_HTTP_CNOP_POLICIES_MAX];
    ngx_http_cnop_service_row_t  services[NGX_HTTP_CNOP_SERVICES_MAX];
    ngx_http_cnop_route_row_t    routes[NGX_HTTP_CNOP_ROUTES_MAX];
} ngx_http_cnop_metrics_table_t;


typedef struct {
    const char                  *name;
    const char                  *help;
} ngx_http_cnop_counter_def_t;


static ngx_int_t ngx_http_cnop_metrics_handler(ngx_http_request_t *r);


static const uint64_t  ngx_http_cnop_bounds_us[NGX_HTTP_CNOP_BUCKETS] = {
    500, 1000, 2500, 5000, 10000, 25000, 50000, 100000, 250000, 500000, 1000000,
    2500000, 5000000, 10000000, UINT64_MAX
};

static const char  *ngx_http_cnop_bound_names[NGX_HTTP_CNOP_BUCKETS] = {
    "0.0005", "0.001", "0.0025", "0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5",
    "1", "2.5", "5", "10", "+Inf"
};

static const char  *ngx_http_cnop_error_names[NGX_HTTP_CNOP_ERRORS] = {
    "request_failed", "timeout", "500", "502", "503", "504", "other", "breaker_open"
};

static ngx_http_cnop_counter_def_t  ngx_http_cnop_counter_defs[] = {
    { "gateway_guard_rejected_total", "Logins refused because the address is blocked." },
    { "gateway_guard_blocked_total", "Addresses blocked after failed logins." },
    { "gateway_csrf_rejected_total", "Cookie requests refused by the origin rule." },
    { "gateway_token_revoked_total", "Requests with a token whose session had ended." },
    { "gateway_token_unsynced_total", "Requests met before the denylist was complete." },
    { "gateway_token_cache_hits_total", "Tokens whose verdict was remembered." },
    { "gateway_token_cache_misses_total", "Good tokens that were verified in full." },
    { "gateway_limit_evicted_total", "Open windows forgotten to make room." },
    { "gateway_guard_evicted_total", "Addresses with failures forgotten to make room." },
    { "gateway_breaker_rejected_total", "Requests refused by an open breaker." },
    { "gateway_keys_refused_total", "Key files that did not load and were ignored." },
    { "gateway_audit_failed_total", "Audit lines that could not be written." }
};


static ngx_http_cnop_metrics_table_t *
ngx_http_cnop_metrics_table(ngx_http_cnop_main_conf_t *cmcf)
{
    ngx_http_cnop_zone_t  *zone;

    zone = ngx_http_cnop_zone_get(cmcf, NGX_HTTP_CNOP_ZONE_METRICS);

    return zone ? (ngx_http_cnop_metrics_table_t *) zone->head : NULL;
}


/* a name keeps its row over reloads, until a restart */

static ngx_int_t
ngx_http_cnop_metrics_bind(u_char *rows, size_t stride, ngx_uint_t n, size_t max,
    ngx_str_t *name, ngx_uint_t *slot)
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
    ngx_str_t                      *policy;
    ngx_uint_t                      i;
    ngx_http_cnop_route_t          *route;
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
        if (ngx_http_cnop_metrics_bind((u_char *) table->routes,
                                       sizeof(ngx_http_cnop_route_row_t),
                                       NGX_HTTP_CNOP_ROUTES_MAX,
                                       NGX_HTTP_CNOP_LABEL_MAX + 1, &route[i].label,
                                       &route[i].metrics_slot) != NGX_OK)
        {
            goto full;
        }
    }

    service = zone->main_conf->services.elts;

    for (i = 0; i < zone->main_conf->services.nelts; i++) {
        if (ngx_http_cnop_metrics_bind((u_char *) table->services,
                                       sizeof(ngx_http_cnop_service_row_t),
                                       NGX_HTTP_CNOP_SERVICES_MAX, 32, &service[i].name,
                                       &service[i].metrics_slot) != NGX_OK)
        {
            goto full;
        }
    }

    policy = zone->main_conf->policies.elts;

    for (i = 0; i < zone->main_conf->policies.nelts; i++) {
        if (ngx_http_cnop_metrics_bind((u_char *) table->policies,
                                       sizeof(ngx_http_cnop_policy_row_t),
                                       NGX_HTTP_CNOP_POLICIES_MAX, 32, &policy[i],
                                       &zone->main_conf->policy_slots[i]) != NGX_OK)
        {
            goto full;
        }
    }

    return NGX_OK;

full:

    ngx_log_error(NGX_LOG_EMERG, ngx_cycle->log, 0,
                  "no row left for a new route, service or limit: restart nginx to forget names "
                  "no longer in use");

    return NGX_ERROR;
}


void
ngx_http_cnop_count(ngx_http_cnop_main_conf_t *cmcf, ngx_http_cnop_counter_e counter)
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
    ngx_http_cnop_metrics_table_t  *table;

    table = ngx_http_cnop_metrics_table(cmcf);

    if (table) {
        (void) ngx_atomic_fetch_add(&table->policies[cmcf->policy_slots[policy]].rejected,
                                    1);
    }
}


/* which proxy error a request was, or NGX_HTTP_CNOP_ERRORS for none */

static ngx_uint_t
ngx_http_cnop_proxy_error(ngx_http_request_t *r, ngx_http_cnop_ctx_t *ctx)
{
    ngx_uint_t                  status;
    ngx_http_upstream_state_t  *state;

    if (r->upstream_states == NULL || r->upstream_states->nelts == 0) {
        return NGX_HTTP_CNOP_ERRORS;
    }

    state = r->upstream_states->elts;
    state += r->upstream_states->nelts - 1;
    status = state->status;

    /* nginx gives 502 and 504 itself; without a byte of an answer it was not the worker */

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
ngx_http_cnop_record_latency(ngx_http_cnop_route_row_t *row, ngx_http_cnop_ctx_t *ctx)
{
    uint64_t    us;
    ngx_uint_t  i;

    struct timespec  now;

    (void) clock_gettime(CLOCK_MONOTONIC, &now);

    us = (uint64_t) (now.tv_sec - ctx->start.tv_sec) * 1000000
         + (uint64_t) ((now.tv_nsec - ctx->start.tv_nsec) / 1000);

    for (i = 0; us > ngx_http_cnop_bounds_us[i]; i++) {
        /* void */
    }

    (void) ngx_atomic_fetch_add(&row->bucket[i], 1);
    (void) ngx_atomic_fetch_add(&row->sum_us, us);
}


void
ngx_http_cnop_metrics_record(ngx_http_request_t *r, ngx_http_cnop_ctx_t *ctx)
{
    ngx_uint_t                      route, status, error;
    ngx_http_cnop_route_t          *routes;
    ngx_http_cnop_service_t        *service;
    ngx_http_cnop_loc_conf_t       *clcf;
    ngx_http_cnop_main_conf_t      *cmcf;
    ngx_http_cnop_route_row_t      *row;
    ngx_http_cnop_metrics_table_t  *table;

    cmcf = ngx_http_get_module_main_conf(r, ngx_http_cnop_module);
    clcf = ngx_http_get_module_loc_conf(r, ngx_http_cnop_module);
    table = ngx_http_cnop_metrics_table(cmcf);
    route = ctx->route != NGX_HTTP_CNOP_NONE ? ctx->route : clcf->route;

    if (table == NULL || route == NGX_HTTP_CNOP_NONE || ctx->preflight) {
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

    service = ngx_http_cnop_service(r, ctx);

    if (service == NULL) {
        return;
    }

    error = ngx_http_cnop_proxy_error(r, ctx);

    if (ctx->breaker_status && ngx_strcmp(ctx->breaker_status, "OPEN") == 0) {
        error = 7;
    }

    if (error < NGX_HTTP_CNOP_ERRORS) {
        (void) ngx_atomic_fetch_add(&table->services[service->metrics_slot].errors[error],
                                    1);
    }
}


static void
ngx_http_cnop_print_head(struct cnop_buf *buf, const char *name, const char *type,
    const char *help)
{
    cnop_buf_printf(buf, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}


static void
ngx_http_cnop_print_statuses(struct cnop_buf *buf, ngx_http_cnop_metrics_table_t *table,
    const char *name, ngx_uint_t from)
{
    ngx_uint_t                  i, s;
    ngx_http_cnop_route_row_t  *row;

    for (i = 0; i < NGX_HTTP_CNOP_ROUTES_MAX; i++) {
        row = &table->routes[i];

        for (s = from - 100; row->label[0] && s < NGX_HTTP_CNOP_STATUSES; s++) {
            if (row->status[s]) {
                cnop_buf_printf(buf, "%s{endpoint=\"%s\",status_code=\"%u\"} %lu\n", name,
                                row->label, (unsigned) s + 100,
                                (unsigned long) row->status[s]);
            }
        }
    }
}


static void
ngx_http_cnop_print_latency(struct cnop_buf *buf, ngx_http_cnop_metrics_table_t *table)
{
    uint64_t                    sum;
    ngx_uint_t                  i, b;
    ngx_http_cnop_route_row_t  *row;

    for (i = 0; i < NGX_HTTP_CNOP_ROUTES_MAX; i++) {
        row = &table->routes[i];

        if (row->label[0] == '\0') {
            continue;
        }

        sum = 0;

        for (b = 0; b < NGX_HTTP_CNOP_BUCKETS; b++) {
            sum += row->bucket[b];
            cnop_buf_printf(buf, "gateway_request_latency_seconds_bucket{endpoint=\"%s\","
                            "le=\"%s\"} %lu\n", row->label, ngx_http_cnop_bound_names[b],
                            (unsigned long) sum);
        }

        cnop_buf_printf(buf, "gateway_request_latency_seconds_sum{endpoint=\"%s\"} "
                        "%lu.%06lu\ngateway_request_latency_seconds_count{endpoint=\"%s\"}"
                        " %lu\n", row->label, (unsigned long) row->sum_us / 1000000,
                        (unsigned long) row->sum_us % 1000000, row->label,
                        (unsigned long) sum);
    }
}


static void
ngx_http_cnop_print_services(struct cnop_buf *buf, ngx_http_cnop_main_conf_t *cmcf,
    ngx_http_cnop_metrics_table_t *table)
{
    uint64_t                      opened;
    ngx_uint_t                    i, e, state;
    ngx_http_cnop_zone_t         *zone;
    ngx_http_cnop_service_t      *service;
    ngx_http_cnop_service_row_t  *row;

    ngx_http_cnop_print_head(buf, "gateway_proxy_errors_total", "counter",
                             "Requests a service did not answer well.");

    for (i = 0; i < NGX_HTTP_CNOP_SERVICES_MAX; i++) {
        row = &table->services[i];

        for (e = 0; row->name[0] && e < NGX_HTTP_CNOP_ERRORS; e++) {
            if (row->errors[e]) {
                cnop_buf_printf(buf, "gateway_proxy_errors_total{error_type=\"%s\","
                                "target_service=\"%s\"} %lu\n",
                                ngx_http_cnop_error_names[e], row->name,
                                (unsigned long) row->errors[e]);
            }
        }
    }

    zone = ngx_http_cnop_zone_get(cmcf, NGX_HTTP_CNOP_ZONE_BREAKER);
    service = cmcf->services.elts;

    ngx_http_cnop_print_head(buf, "gateway_breaker_state", "gauge",
                             "0 closed, 1 half-open, 2 open.");

    for (i = 0; zone && i < cmcf->services.nelts; i++) {
        if (service[i].breaker) {
            (void) ngx_http_cnop_breaker_state(zone, service[i].breaker_slot, &state,
                                               &opened);
            cnop_buf_printf(buf, "gateway_breaker_state{target_service=\"%.*s\"} %u\n"
                            "gateway_breaker_opened_total{target_service=\"%.*s\"} %lu\n",
                            (int) service[i].name.len, service[i].name.data,
                            (unsigned) state, (int) service[i].name.len,
                            service[i].name.data, (unsigned long) opened);
        }
    }
}


static void
ngx_http_cnop_print_policies(struct cnop_buf *buf, ngx_http_cnop_main_conf_t *cmcf,
    ngx_http_cnop_metrics_table_t *table)
{
    ngx_str_t   *policy;
    ngx_uint_t   i;

    policy = cmcf->policies.elts;

    ngx_http_cnop_print_head(buf, "gateway_limit_rejected_total", "counter",
                             "Requests beyond a limit.");

    for (i = 0; i < cmcf->policies.nelts; i++) {
        cnop_buf_printf(buf, "gateway_limit_rejected_total{limit=\"%.*s\"} %lu\n",
                        (int) policy[i].len, policy[i].data,
                        (unsigned long)
                            table->policies[cmcf->policy_slots[i]].rejected);
    }

    ngx_http_cnop_print_head(buf, "gateway_token_rejected_total", "counter",
                             "Tokens that did not hold.");

    for (i = CNOP_TOKEN_TOO_LONG; i < CNOP_TOKEN_VERDICT_COUNT; i++) {
        cnop_buf_printf(buf, "gateway_token_rejected_total{reason=\"%s\"} %lu\n",
                        cnop_token_verdict_name(i), (unsigned long) table->verdicts[i]);
    }

    for (i = 0; i < NGX_HTTP_CNOP_N_COUNTERS; i++) {
        ngx_http_cnop_print_head(buf, ngx_http_cnop_counter_defs[i].name, "counter",
                                 ngx_http_cnop_counter_defs[i].help);
        cnop_buf_printf(buf, "%s %lu\n", ngx_http_cnop_counter_defs[i].name,
                        (unsigned long) table->counters[i]);
    }
}


static void
ngx_http_cnop_print_gauge(struct cnop_buf *buf, const char *name, const char *help,
    uint64_t value)
{
    ngx_http_cnop_print_head(buf, name, "gauge", help);
    cnop_buf_printf(buf, "%s %lu\n", name, (unsigned long) value);
}


static void
ngx_http_cnop_print_state(struct cnop_buf *buf, ngx_http_cnop_main_conf_t *cmcf)
{
    uint64_t                       keys, broken;
    ngx_http_cnop_zone_t          *zone;
    ngx_http_cnop_revoke_state_t   state;

    zone = ngx_http_cnop_zone_get(cmcf, NGX_HTTP_CNOP_ZONE_GUARD);

    if (zone) {
        ngx_http_cnop_print_gauge(buf, "gateway_guard_blocked_addresses",
                                  "Addresses blocked now.",
                                  ngx_http_cnop_guard_list(zone, NULL));
    }

    zone = ngx_http_cnop_zone_get(cmcf, NGX_HTTP_CNOP_ZONE_REVOKE);

    if (zone) {
        ngx_http_cnop_revoke_state(zone, &state);
        ngx_http_cnop_print_gauge(buf, "gateway_revocation_records",
                                  "Sessions, tokens and users on the denylist.",
                                  state.records);
        ngx_http_cnop_print_gauge(buf, "gateway_revocation_last_seq",
                                  "Last change of the denylist that arrived.",
                                  state.last_seq);
        ngx_http_cnop_print_gauge(buf, "gateway_revocation_synced",
                                  "1 when the denylist is complete.", state.synced);
        ngx_http_cnop_print_gauge(buf, "gateway_revocation_capacity",
                                  "Records the zone has room for.", state.capacity);
        ngx_http_cnop_print_gauge(buf, "gateway_revocation_refused",
                                  "Records that found no room.", state.refused);
    }

    ngx_http_cnop_jwt_counts(&keys, &broken);
    ngx_http_cnop_print_gauge(buf, "gateway_keys", "Verification keys in use.", keys);
    ngx_http_cnop_print_gauge(buf, "gateway_keys_broken",
                              "1 while the key file does not load.", broken);
}


static ngx_int_t
ngx_http_cnop_metrics_handler(ngx_http_request_t *r)
{
    size_t                          bytes;
    u_char                         *memory;
    ngx_uint_t                      i, used;
    ngx_str_t                       text;
    struct cnop_buf                 buf;
    ngx_http_cnop_main_conf_t      *cmcf;
    ngx_http_cnop_metrics_table_t  *table;

    cmcf = ngx_http_get_module_main_conf(r, ngx_http_cnop_module);
    table = ngx_http_cnop_metrics_table(cmcf);

    if (table == NULL) {
        return NGX_HTTP_NOT_FOUND;
    }

    if (!(r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD))) {
        return NGX_HTTP_NOT_ALLOWED;
    }

    used = 0;

    for (i = 0; i < NGX_HTTP_CNOP_ROUTES_MAX; i++) {
        used += (table->routes[i].label[0] != '\0');
    }

    /* a route has 17 lines of latency, and seldom more than ten statuses */

    bytes = 64 * 1024 + used * (17 + 2 * 24) * 160;

    memory = ngx_palloc(r->pool, bytes);
    if (memory == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    cnop_buf_init(&buf, memory, bytes);

    ngx_http_cnop_print_head(&buf, "gateway_requests_total", "counter",
                             "Requests answered.");
    ngx_http_cnop_print_statuses(&buf, table, "gateway_requests_total", 100);
    ngx_http_cnop_print_head(&buf, "gateway_errors_total", "counter",
                             "Requests answered with a 4xx or 5xx status.");
    ngx_http_cnop_print_statuses(&buf, table, "gateway_errors_total", 400);
    ngx_http_cnop_print_head(&buf, "gateway_request_latency_seconds", "histogram",
                             "From the request's headers to the end of the response.");
    ngx_http_cnop_print_latency(&buf, table);
    ngx_http_cnop_print_services(&buf, cmcf, table);
    ngx_http_cnop_print_policies(&buf, cmcf, table);
    ngx_http_cnop_print_state(&buf, cmcf);

    if (buf.overflow) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0, "metrics page is too large");
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    text.data = memory;
    text.len = buf.len;

    return ngx_http_cnop_send_text(r, NGX_HTTP_OK, "text/plain; version=0.0.4", &text);
}


char *
ngx_http_cnop_metrics_directive(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_core_loc_conf_t  *core;

    core = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    core->handler = ngx_http_cnop_metrics_handler;

    return NGX_CONF_OK;
}
