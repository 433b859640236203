/* SPDX-License-Identifier: MIT */
/* The way to Prometheus and Alertmanager: addresses and login from the configuration, one bounded
 * exchange at a time. The login file comes and goes with `./deploy.sh monitoring deploy|destroy`,
 * so it is read for each exchange. */
#ifndef CNOP_OPS_MONITOR_H
#define CNOP_OPS_MONITOR_H

#include "shared/base/arena.h"

struct cnop_http_client;

struct ops_monitor_config {
    const char *prometheus_url; /* "http://127.0.0.1:9090" */
    const char *alertmanager_url;
    const char *login_file; /* password of the account `operator` */
    uint32_t timeout_ms;    /* for all that one request asks */
};

struct ops_monitor {
    const struct ops_monitor_config *config;
    struct cnop_http_client *client;
    int64_t until_us; /* monotonic: end of the exchanges of this request */
};

/* Start-up: whether an address can be used at all. */
bool ops_monitor_url_is_usable(const char *url);

void ops_monitor_init(struct ops_monitor *monitor, const struct ops_monitor_config *config);
void ops_monitor_done(struct ops_monitor *monitor);

/* Before the first exchange of a request: all of them together have timeout_ms from now. */
void ops_monitor_begin(struct ops_monitor *monitor);

bool ops_monitor_is_deployed(const struct ops_monitor *monitor);

/* Posts a form to Prometheus, or reads from Alertmanager, or tells it something; the body lives in
 * the arena. Whether what was told is done is not known after MONITORING_FAILED.
 * MONITORING_ABSENT: there is no login; MONITORING_FAILED (logged): no usable answer in time. */
cnop_must_check enum cnop_err ops_monitor_query(struct ops_monitor *monitor,
                                                struct cnop_arena *arena, const char *path,
                                                struct cnop_str form, struct cnop_str *ret_body);
cnop_must_check enum cnop_err ops_monitor_alerts(struct ops_monitor *monitor,
                                                 struct cnop_arena *arena,
                                                 struct cnop_str *ret_body);
cnop_must_check enum cnop_err ops_monitor_silences(struct ops_monitor *monitor,
                                                   struct cnop_arena *arena,
                                                   struct cnop_str *ret_body);
cnop_must_check enum cnop_err ops_monitor_silence(struct ops_monitor *monitor,
                                                  struct cnop_arena *arena, struct cnop_str order,
                                                  struct cnop_str *ret_body);

/* The id is fit for a path. */
cnop_must_check enum cnop_err ops_monitor_end_silence(struct ops_monitor *monitor,
                                                      struct cnop_arena *arena, struct cnop_str id);

#endif
