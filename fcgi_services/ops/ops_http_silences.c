/* SPDX-License-Identifier: MIT */
/* Silences of alerts: which are in force, and an operator's silence of an alert or its end, with a
 * reason and a line in the audit trail. */
#include "fcgi_services/ops/ops_http.h"

#include "fcgi_services/ops/ops_env.h"
#include "fcgi_services/ops/silence_json.h"
#include "shared/base/clock.h"
#include "shared/web/audit.h"

#define US_PER_S INT64_C(1000000)
#define SECONDS_DEFAULT 3600
#define FINGERPRINT_BYTES 64
#define REASON_BYTES 200
#define MESSAGE "silence of an alert changed by an operator"

static void
encode_silence(struct cnop_json_writer *json, const struct ops_silence *silence)
{
    cnop_json_object_open(json, NULL);
    cnop_json_str(json, "silence_id", silence->id);
    cnop_json_bool(json, "active", silence->is_active);
    cnop_json_array_open(json, "matchers");
    for (uint32_t i = 0; i < silence->matchers->child_count; i++) {
        const struct cnop_json *matcher = &silence->matchers->children[i];

        cnop_json_object_open(json, NULL);
        cnop_json_str(json, "name", ops_label(matcher, CNOP_STR("name")));
        cnop_json_text(json, "comparison", ops_silence_comparison(matcher));
        cnop_json_str(json, "value", ops_label(matcher, CNOP_STR("value")));
        cnop_json_object_close(json);
    }
    cnop_json_array_close(json);
    cnop_json_str(json, "reason", silence->reason);
    cnop_json_str(json, "created_by", silence->created_by);
    cnop_json_time(json, "starts_at", silence->starts_us);
    cnop_json_time(json, "ends_at", silence->ends_us);
    cnop_json_object_close(json);
}

static enum cnop_err
read_silences(struct cnop_request *req, struct ops_silences *ret_silences)
{
    struct ops_env *env = cnop_request_env(req);
    struct cnop_arena *arena = cnop_request_arena(req);
    struct cnop_str body;
    enum cnop_err err = ops_monitor_silences(&env->monitor, arena, &body);

    return err == CNOP_OK ? ops_silences_read(arena, body, ret_silences) : err;
}

/* GET /ops/silences: those that are not over, the first to end first. */
enum cnop_err
ops_http_silences(struct cnop_request *req, struct cnop_response *res)
{
    struct ops_env *env = cnop_request_env(req);
    struct cnop_json_writer *json;
    struct ops_silences silences;
    enum cnop_err err;

    ops_monitor_begin(&env->monitor);
    err = read_silences(req, &silences);
    if (err != CNOP_OK)
        return err;
    json = cnop_response_json(res);
    cnop_json_object_open(json, NULL);
    cnop_json_array_open(json, "data");
    for (size_t i = 0; i < silences.count; i++)
        encode_silence(json, &silences.silences[i]);
    cnop_json_array_close(json);
    cnop_json_u64(json, "omitted", silences.omitted);
    cnop_json_object_close(json);
    return CNOP_OK;
}

/* ---- create ---- */

struct silence_body {
    struct cnop_str fingerprint;
    struct cnop_str reason;
    uint64_t seconds;
};

static const struct cnop_field silence_fields[] = {
    CNOP_FIELD(struct silence_body, fingerprint, CNOP_K_STR, CNOP_RANGE(1, FINGERPRINT_BYTES),
               CNOP_REQUIRED | CNOP_TRIM),
    CNOP_FIELD(struct silence_body, reason, CNOP_K_STR, CNOP_RANGE(1, REASON_BYTES),
               CNOP_REQUIRED | CNOP_TRIM),
    CNOP_FIELD(struct silence_body, seconds, CNOP_K_U64,
               CNOP_RANGE(OPS_SILENCE_SECONDS_MIN, OPS_SILENCE_SECONDS_MAX), CNOP_OPTIONAL),
};

/* What the refusals of the monitors mean here. */
static enum cnop_err
explain(struct cnop_request *req, const char *missing, enum cnop_err err)
{
    if (err == CNOP_E_NOT_FOUND)
        return cnop_request_detail(req, err, "%s", missing);
    if (err == CNOP_E_MONITORING_FAILED)
        return cnop_request_detail(req, err,
                                   "Alertmanager did not confirm it; look at the list and repeat.");
    return err;
}

/* NOT_FOUND: no such alert fires. */
static enum cnop_err
find_alert(struct cnop_request *req, struct cnop_str fingerprint, struct ops_alert *ret_alert)
{
    struct ops_env *env = cnop_request_env(req);
    struct cnop_arena *arena = cnop_request_arena(req);
    struct ops_alerts alerts;
    struct cnop_str body;
    enum cnop_err err = ops_monitor_alerts(&env->monitor, arena, &body);

    if (err == CNOP_OK)
        err = ops_read_alerts(arena, body, &alerts);
    if (err != CNOP_OK)
        return err;
    for (size_t i = 0; i < alerts.count; i++)
        if (cnop_str_equal(alerts.alerts[i].fingerprint, fingerprint)) {
            *ret_alert = alerts.alerts[i];
            return CNOP_OK;
        }
    return CNOP_E_NOT_FOUND;
}

static enum cnop_err
create(struct cnop_request *req, const struct silence_body *body, int64_t now_us,
       struct ops_alert *ret_alert, struct cnop_str *ret_id)
{
    struct ops_env *env = cnop_request_env(req);
    struct cnop_arena *arena = cnop_request_arena(req);
    void *memory = cnop_arena_alloc(arena, OPS_SILENCE_ORDER_BYTES);
    struct ops_silence_order order = {.reason = body->reason,
                                      .user_id = cnop_request_user_id(req),
                                      .starts_us = now_us,
                                      .ends_us = now_us + (int64_t)body->seconds * US_PER_S};
    struct cnop_str reply;
    struct cnop_buf text;
    enum cnop_err err;

    if (memory == NULL)
        return CNOP_E_NO_MEMORY;
    ops_monitor_begin(&env->monitor);
    err = find_alert(req, body->fingerprint, ret_alert);
    if (err != CNOP_OK)
        return err;
    order.labels = ret_alert->labels;
    cnop_buf_init(&text, memory, OPS_SILENCE_ORDER_BYTES);
    ops_silence_write(&text, &order);
    if (text.overflow)
        return CNOP_E_MONITORING_FAILED;
    err = ops_monitor_silence(&env->monitor, arena, cnop_buf_view(&text), &reply);
    return err == CNOP_OK ? ops_silence_id_read(arena, reply, ret_id) : err;
}

/* POST /ops/silences: of one alert that fires, by all of its labels. */
enum cnop_err
ops_http_set_silence(struct cnop_request *req, struct cnop_response *res)
{
    struct silence_body body = {.seconds = SECONDS_DEFAULT};
    int64_t now_us = cnop_clock_wall_us();
    struct cnop_json_writer *json;
    struct ops_alert alert = {0};
    struct cnop_log_line line;
    struct cnop_str id;
    enum cnop_err err = cnop_request_decode(req, silence_fields, CNOP_COUNT(silence_fields), &body);

    if (err != CNOP_OK)
        return err;
    err = create(req, &body, now_us, &alert, &id);
    cnop_audit_begin_act(&line, req,
                         &(struct cnop_audit_act){.done = "alert_silence",
                                                  .failed = "alert_silence_failed",
                                                  .message = MESSAGE,
                                                  .kind = "alert:",
                                                  .id = body.fingerprint,
                                                  .reason = body.reason},
                         err);
    cnop_log_str(&line, "alert", alert.name);
    cnop_log_u64(&line, "seconds", body.seconds);
    if (err == CNOP_OK)
        cnop_log_str(&line, "silence_id", id);
    cnop_log_end(&line);
    if (err != CNOP_OK)
        return explain(req, "No such alert fires.", err);
    cnop_response_status(res, 201);
    json = cnop_response_json(res);
    cnop_json_object_open(json, NULL);
    cnop_json_object_open(json, "data");
    cnop_json_str(json, "silence_id", id);
    cnop_json_time(json, "ends_at", now_us + (int64_t)body.seconds * US_PER_S);
    cnop_json_object_close(json);
    cnop_json_object_close(json);
    return CNOP_OK;
}

/* ---- end ---- */

static const struct cnop_field end_fields[] = {
    CNOP_FIELD(struct silence_body, reason, CNOP_K_STR, CNOP_RANGE(1, REASON_BYTES),
               CNOP_REQUIRED | CNOP_TRIM),
};

/* NOT_FOUND: there is none of this id that is not over. Alertmanager would call that its own
 * failure, so it is looked for first. */
static enum cnop_err
end(struct cnop_request *req, struct cnop_str id)
{
    struct ops_env *env = cnop_request_env(req);
    struct ops_silences silences;
    enum cnop_err err;

    ops_monitor_begin(&env->monitor);
    err = read_silences(req, &silences);
    if (err != CNOP_OK)
        return err;
    for (size_t i = 0; i < silences.count; i++)
        if (cnop_str_equal(silences.silences[i].id, id))
            return ops_monitor_end_silence(&env->monitor, cnop_request_arena(req), id);
    return CNOP_E_NOT_FOUND;
}

/* POST /ops/silences/{silence_id}/end: over when answered. */
enum cnop_err
ops_http_end_silence(struct cnop_request *req, struct cnop_response *res)
{
    struct cnop_str id = cnop_request_path_param(req, "silence_id");
    struct cnop_json_writer *json;
    struct silence_body body = {0};
    struct cnop_log_line line;
    enum cnop_err err = cnop_request_decode(req, end_fields, CNOP_COUNT(end_fields), &body);

    if (err != CNOP_OK)
        return err;
    if (!ops_silence_id_is_valid(id))
        return cnop_request_detail(req, CNOP_E_NOT_FOUND, "There is no such silence.");
    err = end(req, id);
    cnop_audit_begin_act(&line, req,
                         &(struct cnop_audit_act){.done = "alert_silence_end",
                                                  .failed = "alert_silence_end_failed",
                                                  .message = MESSAGE,
                                                  .kind = "silence:",
                                                  .id = id,
                                                  .reason = body.reason},
                         err);
    cnop_log_end(&line);
    if (err != CNOP_OK)
        return explain(req, "There is no such silence, or it is over.", err);
    json = cnop_response_json(res);
    cnop_json_object_open(json, NULL);
    cnop_json_object_open(json, "data");
    cnop_json_str(json, "silence_id", id);
    cnop_json_time(json, "ended_at", cnop_clock_wall_us());
    cnop_json_object_close(json);
    cnop_json_object_close(json);
    return CNOP_OK;
}
