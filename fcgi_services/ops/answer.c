/* SPDX-License-Identifier: MIT */
/* {"status":"success","data":{"resultType":"matrix",
 *  "result":[{"metric":{"service":"auth"},"values":[[1700000000,"0.25"]]}]}} */
#include "fcgi_services/ops/answer.h"

#include "shared/base/ascii.h"
#include "shared/base/base.h"

/* 64 series of 241 points are 47,000 values. */
const struct cnop_json_limits ops_answer_limits = {
    .body_bytes = OPS_ANSWER_BYTES, .depth = 8, .key_count = 64, .value_count = 60000};

static bool
take_digits(struct cnop_str *text)
{
    size_t len = 0;

    while (len < text->len && cnop_is_digit(text->ptr[len]))
        len++;
    *text = cnop_str_make(text->ptr + len, text->len - len);
    return len > 0;
}

static bool
take_one_of(struct cnop_str *text, char a, char b)
{
    if (text->len == 0 || (text->ptr[0] != a && text->ptr[0] != b))
        return false;
    *text = cnop_str_make(text->ptr + 1, text->len - 1);
    return true;
}

/* A number as JSON writes it, which is how Prometheus does, too. */
static bool
is_decimal(struct cnop_str text)
{
    if (text.len > OPS_VALUE_BYTES)
        return false;
    (void)take_one_of(&text, '-', '-');
    if (text.len > 1 && text.ptr[0] == '0' && cnop_is_digit(text.ptr[1]))
        return false;
    if (!take_digits(&text))
        return false;
    if (take_one_of(&text, '.', '.') && !take_digits(&text))
        return false;
    if (take_one_of(&text, 'e', 'E')) {
        (void)take_one_of(&text, '+', '-');
        if (!take_digits(&text))
            return false;
    }
    return text.len == 0;
}

/* [moment, "value"]: the moment as a node; the value empty when it is none that can be drawn. */
static enum cnop_err
read_point(const struct cnop_json *point, const struct cnop_json **ret_moment,
           struct cnop_str *ret_value)
{
    static const char *const none[] = {"NaN", "+Inf", "-Inf"};
    struct cnop_str text;

    if (point->kind != CNOP_JSON_ARRAY || point->child_count != 2 ||
        point->children[0].kind != CNOP_JSON_NUMBER || point->children[1].kind != CNOP_JSON_STRING)
        return CNOP_E_MONITORING_FAILED;
    *ret_moment = &point->children[0];
    *ret_value = cnop_str_make(NULL, 0);
    text = point->children[1].text;
    for (size_t i = 0; i < CNOP_COUNT(none); i++)
        if (cnop_str_equal(text, cnop_str_from(none[i])))
            return CNOP_OK;
    if (!is_decimal(text))
        return CNOP_E_MONITORING_FAILED;
    *ret_value = text;
    return CNOP_OK;
}

/* The list of results of this type. */
static enum cnop_err
read_results(struct cnop_arena *arena, struct cnop_str body, struct cnop_str type,
             const struct cnop_json **ret_results)
{
    const struct cnop_json *root;
    const struct cnop_json *data;
    const struct cnop_json *results;
    enum cnop_err err = cnop_json_parse(arena, body, &ops_answer_limits, NULL, &root);

    if (err != CNOP_OK)
        return err == CNOP_E_NO_MEMORY ? err : CNOP_E_MONITORING_FAILED;
    if (!cnop_str_equal(ops_label(root, CNOP_STR("status")), CNOP_STR("success")))
        return CNOP_E_MONITORING_FAILED;
    data = cnop_json_find(root, CNOP_STR("data"));
    if (data == NULL || !cnop_str_equal(ops_label(data, CNOP_STR("resultType")), type))
        return CNOP_E_MONITORING_FAILED;
    results = cnop_json_find(data, CNOP_STR("result"));
    if (results == NULL || results->kind != CNOP_JSON_ARRAY)
        return CNOP_E_MONITORING_FAILED;
    *ret_results = results;
    return CNOP_OK;
}

static enum cnop_err
read_labels(const struct cnop_json *result, const struct cnop_json **ret_labels)
{
    const struct cnop_json *labels = cnop_json_find(result, CNOP_STR("metric"));

    if (labels == NULL || labels->kind != CNOP_JSON_OBJECT)
        return CNOP_E_MONITORING_FAILED;
    for (uint32_t i = 0; i < labels->child_count; i++)
        if (labels->children[i].kind != CNOP_JSON_STRING)
            return CNOP_E_MONITORING_FAILED;
    *ret_labels = labels;
    return CNOP_OK;
}

/* Which of the grid's moments it is. */
static enum cnop_err
index_of(const struct ops_grid *grid, struct cnop_str moment, size_t *ret_index)
{
    uint64_t at_s;

    if (cnop_str_parse_u64(moment, grid->from_s, grid->from_s + (grid->count - 1) * grid->step_s,
                           &at_s) != CNOP_OK ||
        (at_s - grid->from_s) % grid->step_s != 0)
        return CNOP_E_MONITORING_FAILED;
    *ret_index = (size_t)((at_s - grid->from_s) / grid->step_s);
    return CNOP_OK;
}

static enum cnop_err
read_series(struct cnop_arena *arena, const struct cnop_json *result, const struct ops_grid *grid,
            struct ops_series *ret_series)
{
    const struct cnop_json *points = cnop_json_find(result, CNOP_STR("values"));
    const struct cnop_json *moment;
    struct cnop_str *values;
    struct cnop_str value;
    size_t next = 0;
    size_t index;
    enum cnop_err err = read_labels(result, &ret_series->labels);

    if (err != CNOP_OK)
        return err;
    if (points == NULL || points->kind != CNOP_JSON_ARRAY || points->child_count > grid->count)
        return CNOP_E_MONITORING_FAILED;
    values = cnop_arena_alloc_array(arena, grid->count, sizeof(*values));
    if (values == NULL)
        return CNOP_E_NO_MEMORY;
    for (uint32_t i = 0; i < points->child_count; i++) {
        err = read_point(&points->children[i], &moment, &value);
        if (err == CNOP_OK)
            err = index_of(grid, moment->text, &index);
        if (err != CNOP_OK)
            return err;
        if (index < next) /* backwards, or twice */
            return CNOP_E_MONITORING_FAILED;
        values[index] = value;
        next = index + 1;
    }
    ret_series->values = values;
    return CNOP_OK;
}

enum cnop_err
ops_read_matrix(struct cnop_arena *arena, struct cnop_str body, const struct ops_grid *grid,
                struct ops_matrix *ret_matrix)
{
    const struct cnop_json *results;
    enum cnop_err err = read_results(arena, body, CNOP_STR("matrix"), &results);

    cnop_assert(grid->count >= 1 && grid->count <= OPS_POINTS_MAX);
    if (err != CNOP_OK)
        return err;
    ret_matrix->count =
        results->child_count < OPS_SERIES_MAX ? results->child_count : OPS_SERIES_MAX;
    ret_matrix->omitted = results->child_count - ret_matrix->count;
    for (size_t i = 0; i < ret_matrix->count; i++) {
        err = read_series(arena, &results->children[i], grid, &ret_matrix->series[i]);
        if (err != CNOP_OK)
            return err;
    }
    return CNOP_OK;
}

enum cnop_err
ops_read_vector(struct cnop_arena *arena, struct cnop_str body,
                const struct ops_sample **ret_samples, size_t *ret_count)
{
    const struct cnop_json *results;
    const struct cnop_json *moment;
    const struct cnop_json *point;
    struct ops_sample *samples;
    enum cnop_err err = read_results(arena, body, CNOP_STR("vector"), &results);

    if (err != CNOP_OK)
        return err;
    samples = cnop_arena_alloc_array(arena, results->child_count + (size_t)1, sizeof(*samples));
    if (samples == NULL)
        return CNOP_E_NO_MEMORY;
    for (uint32_t i = 0; i < results->child_count; i++) {
        err = read_labels(&results->children[i], &samples[i].labels);
        if (err != CNOP_OK)
            return err;
        point = cnop_json_find(&results->children[i], CNOP_STR("value"));
        if (point == NULL)
            return CNOP_E_MONITORING_FAILED;
        err = read_point(point, &moment, &samples[i].value);
        if (err != CNOP_OK)
            return err;
    }
    *ret_samples = samples;
    *ret_count = results->child_count;
    return CNOP_OK;
}

struct cnop_str
ops_label(const struct cnop_json *labels, struct cnop_str name)
{
    const struct cnop_json *value = cnop_json_find(labels, name);

    if (value == NULL || value->kind != CNOP_JSON_STRING)
        return cnop_str_make(NULL, 0);
    return value->text;
}

void
ops_write_legend(struct cnop_buf *buf, const char *legend, const struct cnop_json *labels)
{
    struct cnop_str rest = cnop_str_from(legend);
    struct cnop_str head;
    struct cnop_str name;

    while (cnop_str_cut(rest, '{', &head, &rest)) {
        cnop_buf_str(buf, head);
        cnop_assert(cnop_str_has_prefix(rest, CNOP_STR("{")));
        (void)cnop_str_cut(cnop_str_make(rest.ptr + 1, rest.len - 1), '}', &name, &rest);
        cnop_assert(cnop_str_has_prefix(rest, CNOP_STR("}")));
        rest = cnop_str_make(rest.ptr + 1, rest.len - 1);
        cnop_buf_str(buf, ops_label(labels, name));
    }
    cnop_buf_str(buf, head);
}
