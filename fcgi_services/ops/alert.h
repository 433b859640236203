/* SPDX-License-Identifier: MIT */
/* The alerts that Alertmanager holds: gravest first, the oldest first among equals. Pure. */
#ifndef CNOP_OPS_ALERT_H
#define CNOP_OPS_ALERT_H

#include "fcgi_services/ops/answer.h"

#define OPS_ALERT_MAX 200

struct ops_alert {
    struct cnop_str fingerprint;
    const struct cnop_json *labels; /* all of them, texts */
    struct cnop_str name;
    struct cnop_str severity;
    struct cnop_str service; /* empty: of no service */
    struct cnop_str summary;
    struct cnop_str runbook;
    int64_t since_us; /* wall clock */
    bool is_silenced; /* or hidden by another one */
};

struct ops_alerts {
    struct ops_alert *alerts;
    size_t count;
    size_t omitted; /* the least grave of them */
};

/* MONITORING_FAILED: not an answer to it; NO_MEMORY. */
cnop_must_check enum cnop_err ops_read_alerts(struct cnop_arena *arena, struct cnop_str body,
                                              struct ops_alerts *ret_alerts);

#endif
