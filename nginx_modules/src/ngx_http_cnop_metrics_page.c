/* SPDX-License-Identifier: MIT */
/*
 * The metrics page in Prometheus' text format: what the zones hold, under the
 * names the reference system used.  Reads only.
 */

#include "ngx_http_cnop_answer.h"
#include "ngx_http_cnop_breaker.h"
#include "ngx_http_cnop_events.h"
#include "ngx_http_cnop_guard.h"
#include "ngx_http_cnop_keys.h"
#include "ngx_http_cnop_metrics.h"
#include "ngx_http_cnop_metrics_page.h"
#include "ngx_http_cnop_revoke.h"


typedef struct {
    const char                  *name;
    const char                  *help;
} ngx_http_cnop_counter_def_t;


static ngx_int_t ngx_http_cnop_metrics_handler(ngx_http_request_t *r);


static const char  *ngx_http_cnop_bound_names[NGX_HTTP_CNOP_BUCKETS] = {
    "0.0005", "0.001", "0.0025", "0.005", "0.01", "0.025", "0.05", "0.1",
    "0.25", "0.5", "1", "2.5", "5", "10", "+Inf"
};

static const char  *ngx_http_cnop_error_names[NGX_HTTP_CNOP_ERRORS] = {
    "request_failed", "timeout", "500", "502", "503", "504", "other",
    "breaker_open"
};

static ngx_http_cnop_counter_def_t  ngx_http_cnop_counter_defs[] = {
    { "gateway_guard_rejected_total",
      "Logins refused because the address is blocked." },
    { "gateway_guard_blocked_total",
      "Addresses blocked after failed logins." },
    { "gateway_csrf_rejected_total",
      "Cookie requests refused by the origin rule." },
    { "gateway_token_revoked_total",
      "Requests with a token whose session had ended." },
    { "gateway_token_unsynced_total",
      "Requests met before the denylist was complete." },
    { "gateway_token_cache_hits_total",
      "Tokens whose verdict was remembered." },
    { "gateway_token_cache_misses_total",
      "Good tokens that were verified in full." },
    { "gateway_limit_evicted_total", "Open windows forgotten to make room." },
    { "gateway_guard_evicted_total",
      "Addresses with failures forgotten to make room." },
    { "gateway_breaker_rejected_total",
      "Requests refused by an open breaker." },
    { "gateway_breaker_held_total",
      "Requests that waited for a breaker to close." },
    { "gateway_connections_refused_total",
      "Connections closed because their address had its share." },
    { "gateway_keys_refused_total",
      "Key files that did not load and were ignored." },
    { "gateway_audit_failed_total", "Audit lines that could not be written." }
};


static void
ngx_http_cnop_print_head(struct cnop_buf *buf, const char *name,
    const char *type, const char *help)
{
    cnop_buf_printf(buf, "# HELP %s %s\n# TYPE %s %s\n", name, help, name,
                    type);
}


static void
ngx_http_cnop_print_statuses(struct cnop_buf *buf,
    ngx_http_cnop_metrics_table_t *table, const char *name, ngx_uint_t from)
{
    ngx_uint_t                  i, s;
    ngx_http_cnop_route_row_t  *row;

    for (i = 0; i < NGX_HTTP_CNOP_ROUTES_MAX; i++) {
        row = &table->routes[i];

        for (s = from - 100; row->label[0] && s < NGX_HTTP_CNOP_STATUSES; s++) {
            if (row->status[s]) {
                cnop_buf_printf(buf,
                                "%s{endpoint=\"%s\",status_code=\"%u\"} %lu\n",
                                name, row->label, (unsigned) s + 100,
                                (unsigned long) row->status[s]);
            }
        }
    }
}


static void
ngx_http_cnop_print_latency(struct cnop_buf *buf,
    ngx_http_cnop_metrics_table_t *table)
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
            cnop_buf_printf(
                buf,
                "gateway_request_latency_seconds_bucket{endpoint=\"%s\","
                "le=\"%s\"} %lu\n",
                row->label, ngx_http_cnop_bound_names[b], (unsigned long) sum);
        }

        cnop_buf_printf(
            buf,
            "gateway_request_latency_seconds_sum{endpoint=\"%s\"} "
            "%lu.%06lu\ngateway_request_latency_seconds_count{endpoint=\"%s\"}"
            " %lu\n",
            row->label, (unsigned long) row->sum_us / 1000000,
            (unsigned long) row->sum_us % 1000000, row->label,
            (unsigned long) sum);
    }
}


static void
ngx_http_cnop_print_services(struct cnop_buf *buf,
    ngx_http_cnop_metrics_table_t *table)
{
    ngx_uint_t                    i, e;
    ngx_http_cnop_service_row_t  *row;

    ngx_http_cnop_print_head(buf, "gateway_proxy_errors_total", "counter",
                             "Requests a service did not answer well.");

    for (i = 0; i < NGX_HTTP_CNOP_SERVICES_MAX; i++) {
        row = &table->services[i];

        for (e = 0; row->name[0] && e < NGX_HTTP_CNOP_ERRORS; e++) {
            if (row->errors[e]) {
                cnop_buf_printf(buf,
                                "gateway_proxy_errors_total{error_type=\"%s\","
                                "target_service=\"%s\"} %lu\n",
                                ngx_http_cnop_error_names[e], row->name,
                                (unsigned long) row->errors[e]);
            }
        }
    }
}


static void
ngx_http_cnop_print_breakers(struct cnop_buf *buf,
    ngx_http_cnop_main_conf_t *cmcf)
{
    uint64_t                  opened;
    ngx_uint_t                i, state;
    ngx_http_cnop_zone_t     *zone;
    ngx_http_cnop_service_t  *service;

    zone = ngx_http_cnop_zone_get(cmcf, NGX_HTTP_CNOP_ZONE_BREAKER);
    service = cmcf->services.elts;

    ngx_http_cnop_print_head(buf, "gateway_breaker_state", "gauge",
                             "0 closed, 1 half-open, 2 open.");

    for (i = 0; zone && i < cmcf->services.nelts; i++) {
        if (service[i].breaker) {
            (void) ngx_http_cnop_breaker_state(zone, &service[i], &state,
                                               &opened);
            cnop_buf_printf(
                buf, "gateway_breaker_state{target_service=\"%.*s\"} %u\n",
                (int) service[i].name.len, service[i].name.data,
                (unsigned) state);
        }
    }

    ngx_http_cnop_print_head(buf, "gateway_breaker_opened_total", "counter",
                             "Times a breaker opened.");

    for (i = 0; zone && i < cmcf->services.nelts; i++) {
        if (service[i].breaker) {
            (void) ngx_http_cnop_breaker_state(zone, &service[i], &state,
                                               &opened);
            cnop_buf_printf(
                buf,
                "gateway_breaker_opened_total{target_service=\"%.*s\"} %lu\n",
                (int) service[i].name.len, service[i].name.data,
                (unsigned long) opened);
        }
    }
}


static void
ngx_http_cnop_print_policies(struct cnop_buf *buf,
    ngx_http_cnop_main_conf_t *cmcf, ngx_http_cnop_metrics_table_t *table)
{
    ngx_uint_t               i;
    ngx_http_cnop_policy_t  *policy;

    policy = cmcf->policies.elts;

    ngx_http_cnop_print_head(buf, "gateway_limit_rejected_total", "counter",
                             "Requests beyond a limit.");

    for (i = 0; i < cmcf->policies.nelts; i++) {
        cnop_buf_printf(
            buf, "gateway_limit_rejected_total{limit=\"%.*s\"} %lu\n",
            (int) policy[i].name.len, policy[i].name.data,
            (unsigned long) table->policies[policy[i].metrics_slot].rejected);
    }

    ngx_http_cnop_print_head(buf, "gateway_token_rejected_total", "counter",
                             "Tokens that did not hold.");

    for (i = CNOP_TOKEN_TOO_LONG; i < CNOP_TOKEN_VERDICT_COUNT; i++) {
        cnop_buf_printf(
            buf, "gateway_token_rejected_total{reason=\"%s\"} %lu\n",
            cnop_token_verdict_name(i), (unsigned long) table->verdicts[i]);
    }

    for (i = 0; i < NGX_HTTP_CNOP_N_COUNTERS; i++) {
        ngx_http_cnop_print_head(buf, ngx_http_cnop_counter_defs[i].name,
                                 "counter", ngx_http_cnop_counter_defs[i].help);
        cnop_buf_printf(buf, "%s %lu\n", ngx_http_cnop_counter_defs[i].name,
                        (unsigned long) table->counters[i]);
    }
}


static void
ngx_http_cnop_print_gauge(struct cnop_buf *buf, const char *name,
    const char *help, uint64_t value)
{
    ngx_http_cnop_print_head(buf, name, "gauge", help);
    cnop_buf_printf(buf, "%s %lu\n", name, (unsigned long) value);
}


static void
ngx_http_cnop_print_state(struct cnop_buf *buf, ngx_http_cnop_main_conf_t *cmcf)
{
    time_t                         broken;
    uint64_t                       keys;
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
                                  "1 when the denylist is complete.",
                                  state.synced);
        ngx_http_cnop_print_gauge(buf, "gateway_revocation_capacity",
                                  "Records the zone has room for.",
                                  state.capacity);
        ngx_http_cnop_print_gauge(buf, "gateway_revocation_refused",
                                  "Records that found no room.", state.refused);
    }

    ngx_http_cnop_keys_state(&keys, &broken);
    ngx_http_cnop_print_gauge(buf, "gateway_keys", "Verification keys in use.",
                              keys);
    ngx_http_cnop_print_gauge(buf, "gateway_keys_broken",
                              "1 while the key file does not load.",
                              broken != 0);
}


static void
ngx_http_cnop_print_streams(struct cnop_buf *buf,
    ngx_http_cnop_main_conf_t *cmcf)
{
    ngx_uint_t                     i;
    ngx_http_cnop_zone_t          *zone;
    ngx_http_cnop_events_state_t   state;

    static const char  *ends[] = {
        "client", "expired", "revoked", "slow", "shutdown"
    };

    zone = ngx_http_cnop_zone_get(cmcf, NGX_HTTP_CNOP_ZONE_EVENTS);

    if (zone == NULL) {
        return;
    }

    ngx_http_cnop_events_state(zone, &state);

    ngx_http_cnop_print_gauge(buf, "gateway_streams", "Streams that are open.",
                              state.streams);
    ngx_http_cnop_print_gauge(buf, "gateway_streams_capacity",
                              "Streams the zone has seats for.", state.seats);
    ngx_http_cnop_print_gauge(buf, "gateway_events_synced",
                              "1 when the newest event is known.",
                              state.synced);
    ngx_http_cnop_print_gauge(buf, "gateway_events_last_seq",
                              "Number of the newest event.", state.last_seq);
    ngx_http_cnop_print_gauge(buf, "gateway_events_kept",
                              "Events that a stream may go on from.",
                              state.last_seq + 1 - state.first_seq);
    ngx_http_cnop_print_head(buf, "gateway_streams_opened_total", "counter",
                             "Streams that began.");
    cnop_buf_printf(buf, "gateway_streams_opened_total %lu\n",
                    (unsigned long) state.opened);
    ngx_http_cnop_print_head(buf, "gateway_streams_refused_total", "counter",
                             "Streams beyond a limit of account or address.");
    cnop_buf_printf(buf, "gateway_streams_refused_total %lu\n",
                    (unsigned long) state.refused);
    ngx_http_cnop_print_head(buf, "gateway_streams_ended_total", "counter",
                             "Streams that ended.");

    for (i = 0; i < NGX_HTTP_CNOP_ENDS; i++) {
        cnop_buf_printf(buf,
                        "gateway_streams_ended_total{reason=\"%s\"} %lu\n",
                        ends[i], (unsigned long) state.ends[i]);
    }
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
    ngx_http_cnop_print_head(
        &buf, "gateway_request_latency_seconds", "histogram",
        "From the request's headers to the end of the response.");
    ngx_http_cnop_print_latency(&buf, table);
    ngx_http_cnop_print_services(&buf, table);
    ngx_http_cnop_print_breakers(&buf, cmcf);
    ngx_http_cnop_print_policies(&buf, cmcf, table);
    ngx_http_cnop_print_state(&buf, cmcf);
    ngx_http_cnop_print_streams(&buf, cmcf);

    if (buf.overflow) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "metrics page is too large");
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    text.data = memory;
    text.len = buf.len;

    return ngx_http_cnop_send_text(r, NGX_HTTP_OK, "text/plain; version=0.0.4",
                                   &text);
}


char *
ngx_http_cnop_set_metrics(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_core_loc_conf_t  *core;

    core = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    core->handler = ngx_http_cnop_metrics_handler;

    return NGX_CONF_OK;
}
