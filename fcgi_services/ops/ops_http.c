/* SPDX-License-Identifier: MIT */
/* Encodes what the monitors answered. A panel holds its turn while its queries run, one by one. */
#include "fcgi_services/ops/ops_http.h"

#include "fcgi_services/ops/alert.h"
#include "fcgi_services/ops/health.h"
#include "fcgi_services/ops/ops_env.h"
#include "shared/base/clock.h"

#define FORM_BYTES 2048
#define LEGEND_BYTES 256
#define US_PER_S INT64_C(1000000)

/* ---- health ---- */

static void
encode_process(struct cnop_json_writer *json, const struct ops_process *process)
{
    cnop_json_object_open(json, NULL);
    cnop_json_str(json, "name", process->name);
    cnop_json_text(json, "state", ops_state_name(ops_process_state(process)));
    cnop_json_time_or_null(json, "since", (int64_t)process->since_s * US_PER_S);
    if (process->is_supervised)
        cnop_json_u64(json, "restarts", process->restarts);
    else
        cnop_json_null(json, "restarts");
    cnop_json_str_or_null(json, "version", process->version);
    cnop_json_object_close(json);
}

/* GET /ops/health: the processes, what is wrong first. */
enum cnop_err
ops_http_health(struct cnop_request *req, struct cnop_response *res)
{
    struct ops_env *env = cnop_request_env(req);
    struct cnop_arena *arena = cnop_request_arena(req);
    const struct ops_sample *samples;
    struct cnop_json_writer *json;
    struct ops_health health;
    char memory[FORM_BYTES];
    struct cnop_str body;
    struct cnop_buf form;
    size_t count;
    enum cnop_err err;

    cnop_buf_init(&form, memory, sizeof(memory));
    ops_write_instant_form(&form, ops_health_expression);
    cnop_assert(!form.overflow);
    ops_monitor_begin(&env->monitor);
    err = ops_monitor_query(&env->monitor, arena, "/api/v1/query", cnop_buf_view(&form), &body);
    if (err == CNOP_OK)
        err = ops_read_vector(arena, body, &samples, &count);
    if (err == CNOP_OK)
        err = ops_health_read(samples, count, &health);
    if (err != CNOP_OK)
        return err;

    json = cnop_response_json(res);
    cnop_json_object_open(json, NULL);
    cnop_json_object_open(json, "data");
    cnop_json_time(json, "checked_at", cnop_clock_wall_us());
    cnop_json_array_open(json, "processes");
    for (size_t i = 0; i < health.count; i++)
        encode_process(json, &health.processes[i]);
    cnop_json_array_close(json);
    cnop_json_object_close(json);
    cnop_json_object_close(json);
    return CNOP_OK;
}

/* ---- panels ---- */

static void
encode_panel_head(struct cnop_json_writer *json, const struct ops_panel *panel)
{
    cnop_json_text(json, "panel_id", panel->id);
    cnop_json_text(json, "title", panel->title);
    cnop_json_text(json, "unit", panel->unit);
}

/* GET /ops/panels: the catalogue, by dashboard. */
enum cnop_err
ops_http_panels(struct cnop_request *req, struct cnop_response *res)
{
    struct cnop_json_writer *json = cnop_response_json(res);
    size_t i = 0;

    (void)req;
    cnop_json_object_open(json, NULL);
    cnop_json_array_open(json, "data");
    while (i < ops_panel_count) {
        struct cnop_str board = cnop_str_from(ops_panels[i].board);

        cnop_json_object_open(json, NULL);
        cnop_json_str(json, "name", board);
        cnop_json_text(json, "title", ops_panels[i].board_title);
        cnop_json_array_open(json, "panels");
        for (; i < ops_panel_count && cnop_str_equal(board, cnop_str_from(ops_panels[i].board));
             i++) {
            cnop_json_object_open(json, NULL);
            encode_panel_head(json, &ops_panels[i]);
            cnop_json_object_close(json);
        }
        cnop_json_array_close(json);
        cnop_json_object_close(json);
    }
    cnop_json_array_close(json);
    cnop_json_object_close(json);
    return CNOP_OK;
}

static void
encode_series(struct cnop_json_writer *json, const char *legend, const struct ops_series *series,
              size_t count)
{
    char memory[LEGEND_BYTES];
    struct cnop_buf text;

    cnop_buf_init(&text, memory, sizeof(memory));
    ops_write_legend(&text, legend, series->labels);
    cnop_json_object_open(json, NULL);
    if (text.overflow) /* what fits might end within a character */
        cnop_json_text(json, "legend", "...");
    else
        cnop_json_str(json, "legend", cnop_buf_view(&text));
    cnop_json_array_open(json, "values");
    for (size_t i = 0; i < count; i++) {
        if (cnop_str_empty(series->values[i]))
            cnop_json_null(json, NULL);
        else
            cnop_json_raw(json, NULL, series->values[i]);
    }
    cnop_json_array_close(json);
    cnop_json_object_close(json);
}

/* The series of one query. */
static enum cnop_err
append_query(struct cnop_request *req, struct cnop_json_writer *json, const struct ops_query *query,
             const struct ops_grid *grid, size_t *omitted)
{
    struct ops_env *env = cnop_request_env(req);
    struct cnop_arena *arena = cnop_request_arena(req);
    size_t mark = cnop_arena_mark(arena);
    struct ops_matrix *matrix = cnop_arena_alloc(arena, sizeof(*matrix));
    char memory[FORM_BYTES];
    struct cnop_buf form;
    struct cnop_str body;
    enum cnop_err err;

    if (matrix == NULL)
        return CNOP_E_NO_MEMORY;
    cnop_buf_init(&form, memory, sizeof(memory));
    ops_write_range_form(&form, query->expression, grid, env->window_s);
    cnop_assert(!form.overflow);
    err =
        ops_monitor_query(&env->monitor, arena, "/api/v1/query_range", cnop_buf_view(&form), &body);
    if (err == CNOP_OK)
        err = ops_read_matrix(arena, body, grid, matrix);
    if (err != CNOP_OK)
        return err;
    for (size_t i = 0; i < matrix->count; i++)
        encode_series(json, query->legend, &matrix->series[i], grid->count);
    *omitted += matrix->omitted;
    cnop_arena_rewind(arena, mark);
    return CNOP_OK;
}

static enum cnop_err
encode_panel(struct cnop_request *req, struct cnop_response *res, const struct ops_panel *panel,
             const struct ops_grid *grid)
{
    struct ops_env *env = cnop_request_env(req);
    struct cnop_json_writer *json = cnop_response_json(res);
    enum cnop_err err = CNOP_OK;
    size_t omitted = 0;

    ops_monitor_begin(&env->monitor);
    cnop_json_object_open(json, NULL);
    cnop_json_object_open(json, "data");
    encode_panel_head(json, panel);
    cnop_json_u64(json, "from", grid->from_s);
    cnop_json_u64(json, "step", grid->step_s);
    cnop_json_u64(json, "points", grid->count);
    cnop_json_array_open(json, "series");
    for (size_t i = 0; err == CNOP_OK && i < panel->query_count; i++)
        err = append_query(req, json, ops_panel_query(panel, i), grid, &omitted);
    if (err != CNOP_OK)
        return err; /* what is written is dropped */
    cnop_json_array_close(json);
    cnop_json_u64(json, "omitted", omitted);
    cnop_json_object_close(json);
    cnop_json_object_close(json);
    return CNOP_OK;
}

static const struct cnop_field span_fields[] = {
    CNOP_FIELD_AS(struct ops_span, from_s, "from", CNOP_K_U64, CNOP_RANGE(1, INT64_C(1) << 40),
                  CNOP_OPTIONAL),
    CNOP_FIELD_AS(struct ops_span, to_s, "to", CNOP_K_U64, CNOP_RANGE(1, INT64_C(1) << 40),
                  CNOP_OPTIONAL),
    CNOP_FIELD_AS(struct ops_span, step_s, "step", CNOP_K_U64,
                  CNOP_RANGE(OPS_STEP_MIN_S, OPS_STEP_MAX_S), CNOP_OPTIONAL),
};

/* GET /ops/panels/{panel_id}: one chart. */
enum cnop_err
ops_http_panel(struct cnop_request *req, struct cnop_response *res)
{
    const struct ops_env *env = cnop_request_env(req);
    const struct ops_panel *panel = ops_panel_find(cnop_request_path_param(req, "panel_id"));
    struct ops_span_fault fault;
    struct ops_span span = {0};
    struct ops_grid grid;
    enum cnop_err err;

    if (panel == NULL)
        return cnop_request_detail(req, CNOP_E_NOT_FOUND, "There is no panel of this name.");
    err = cnop_request_decode_query(req, span_fields, CNOP_COUNT(span_fields), &span);
    if (err != CNOP_OK)
        return err;
    if (ops_grid_make(&span, (uint64_t)(cnop_clock_wall_us() / US_PER_S), &grid, &fault) != CNOP_OK)
        return cnop_request_fault(req, CNOP_E_INVALID, fault.field, "%s", fault.rule);
    err = ops_turn_take(env, panel);
    if (err != CNOP_OK)
        return err;
    err = encode_panel(req, res, panel, &grid);
    ops_turn_give(panel);
    return err;
}

/* ---- alerts ---- */

/* GET /ops/alerts: what Alertmanager holds, gravest first. */
enum cnop_err
ops_http_alerts(struct cnop_request *req, struct cnop_response *res)
{
    struct ops_env *env = cnop_request_env(req);
    struct cnop_arena *arena = cnop_request_arena(req);
    struct cnop_json_writer *json;
    struct ops_alerts alerts;
    struct cnop_str body;
    enum cnop_err err;

    ops_monitor_begin(&env->monitor);
    err = ops_monitor_alerts(&env->monitor, arena, &body);
    if (err == CNOP_OK)
        err = ops_read_alerts(arena, body, &alerts);
    if (err != CNOP_OK)
        return err;
    json = cnop_response_json(res);
    cnop_json_object_open(json, NULL);
    cnop_json_array_open(json, "data");
    for (size_t i = 0; i < alerts.count; i++) {
        const struct ops_alert *alert = &alerts.alerts[i];

        cnop_json_object_open(json, NULL);
        cnop_json_str(json, "fingerprint", alert->fingerprint);
        cnop_json_str(json, "name", alert->name);
        cnop_json_str_or_null(json, "severity", alert->severity);
        cnop_json_str_or_null(json, "service", alert->service);
        cnop_json_str_or_null(json, "summary", alert->summary);
        cnop_json_str_or_null(json, "runbook", alert->runbook);
        cnop_json_time(json, "since", alert->since_us);
        cnop_json_bool(json, "silenced", alert->is_silenced);
        cnop_json_object_close(json);
    }
    cnop_json_array_close(json);
    cnop_json_u64(json, "omitted", alerts.omitted);
    cnop_json_object_close(json);
    return CNOP_OK;
}
