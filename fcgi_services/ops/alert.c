/* SPDX-License-Identifier: MIT */
/* [{"fingerprint":"","startsAt":"","status":{"state":"active"},"labels":{},"annotations":{}}] */
#include "fcgi_services/ops/alert.h"

#include <stdlib.h>

#include "shared/base/base.h"
#include "shared/base/clock.h"

static int
rank(const struct ops_alert *alert)
{
    if (cnop_str_equal(alert->severity, CNOP_STR("critical")))
        return 0;
    return cnop_str_equal(alert->severity, CNOP_STR("warning")) ? 1 : 2;
}

static int
compare(const void *left, const void *right)
{
    const struct ops_alert *a = left;
    const struct ops_alert *b = right;

    if (a->is_silenced != b->is_silenced)
        return a->is_silenced ? 1 : -1;
    if (rank(a) != rank(b))
        return rank(a) - rank(b);
    if (a->since_us != b->since_us)
        return a->since_us < b->since_us ? -1 : 1;
    return cnop_str_compare(a->fingerprint, b->fingerprint);
}

static bool
are_texts(const struct cnop_json *labels)
{
    if (labels->kind != CNOP_JSON_OBJECT)
        return false;
    for (uint32_t i = 0; i < labels->child_count; i++)
        if (labels->children[i].kind != CNOP_JSON_STRING)
            return false;
    return true;
}

static enum cnop_err
read_alert(const struct cnop_json *entry, struct ops_alert *ret_alert)
{
    const struct cnop_json *labels = cnop_json_find(entry, CNOP_STR("labels"));
    const struct cnop_json *notes = cnop_json_find(entry, CNOP_STR("annotations"));
    const struct cnop_json *status = cnop_json_find(entry, CNOP_STR("status"));
    struct cnop_str state = cnop_str_make(NULL, 0);

    if (labels == NULL || notes == NULL || status == NULL || !are_texts(labels))
        return CNOP_E_MONITORING_FAILED;
    state = ops_label(status, CNOP_STR("state"));
    *ret_alert = (struct ops_alert){
        .fingerprint = ops_label(entry, CNOP_STR("fingerprint")),
        .labels = labels,
        .name = ops_label(labels, CNOP_STR("alertname")),
        .severity = ops_label(labels, CNOP_STR("severity")),
        .service = ops_label(labels, CNOP_STR("service")),
        .summary = ops_label(notes, CNOP_STR("summary")),
        .runbook = ops_label(notes, CNOP_STR("runbook")),
        .is_silenced = cnop_str_equal(state, CNOP_STR("suppressed")),
    };
    if (cnop_str_empty(ret_alert->fingerprint) || cnop_str_empty(ret_alert->name) ||
        cnop_str_empty(state) ||
        cnop_clock_parse(ops_label(entry, CNOP_STR("startsAt")), &ret_alert->since_us) != CNOP_OK)
        return CNOP_E_MONITORING_FAILED;
    return CNOP_OK;
}

enum cnop_err
ops_read_alerts(struct cnop_arena *arena, struct cnop_str body, struct ops_alerts *ret_alerts)
{
    const struct cnop_json *root;
    enum cnop_err err = cnop_json_parse(arena, body, &ops_answer_limits, NULL, &root);

    if (err != CNOP_OK)
        return err == CNOP_E_NO_MEMORY ? err : CNOP_E_MONITORING_FAILED;
    if (root->kind != CNOP_JSON_ARRAY)
        return CNOP_E_MONITORING_FAILED;
    ret_alerts->alerts =
        cnop_arena_alloc_array(arena, root->child_count + (size_t)1, sizeof(struct ops_alert));
    if (ret_alerts->alerts == NULL)
        return CNOP_E_NO_MEMORY;
    for (uint32_t i = 0; i < root->child_count; i++) {
        err = read_alert(&root->children[i], &ret_alerts->alerts[i]);
        if (err != CNOP_OK)
            return err;
    }
    qsort(ret_alerts->alerts, root->child_count, sizeof(struct ops_alert), compare);
    ret_alerts->count = root->child_count < OPS_ALERT_MAX ? root->child_count : OPS_ALERT_MAX;
    ret_alerts->omitted = root->child_count - ret_alerts->count;
    return CNOP_OK;
}
