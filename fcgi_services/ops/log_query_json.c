/* SPDX-License-Identifier: MIT */
/* Every member is known, of the right kind and within bounds, or the whole query is refused. */
#include "fcgi_services/ops/log_query_json.h"

#include "shared/base/base.h"
#include "shared/base/escape.h"
#include "shared/json/json_read.h"

#define TEXT_BYTES 256 /* of a value */
#define EXTRA_PREFIX CNOP_STR("extra_")
#define TIME_MAX_US (INT64_C(1) << 53)

static const char *const op_names[OPS_LOG_OP_COUNT] = {
    [OPS_LOG_IS] = "is",       [OPS_LOG_CONTAINS] = "contains", [OPS_LOG_STARTS] = "starts",
    [OPS_LOG_ENDS] = "ends",   [OPS_LOG_BELOW] = "below",       [OPS_LOG_AT_MOST] = "at_most",
    [OPS_LOG_ABOVE] = "above", [OPS_LOG_AT_LEAST] = "at_least",
};

static enum cnop_err
refuse(const char **ret_rule, const char *rule)
{
    *ret_rule = rule;
    return CNOP_E_INVALID;
}

/* The text as lines have it between quotes. */
static enum cnop_err
escaped(struct cnop_arena *arena, struct cnop_str text, struct cnop_str *ret_text)
{
    size_t bytes = text.len * 6 + 2; /* \u00XX, and the quotes */
    char *memory = cnop_arena_alloc(arena, bytes);
    struct cnop_buf buf;

    if (memory == NULL)
        return CNOP_E_NO_MEMORY;
    cnop_buf_init(&buf, memory, bytes);
    cnop_escape_json(&buf, text);
    cnop_assert(!buf.overflow && buf.len >= 2);
    *ret_text = cnop_str_make(memory + 1, buf.len - 2);
    return CNOP_OK;
}

static enum cnop_err
read_value(struct cnop_arena *arena, const struct cnop_json *json, struct ops_log_test *test,
           const char **ret_rule)
{
    struct ops_log_value *value = &test->values[test->value_count++];
    struct cnop_str text = json->text;

    if (json->kind != CNOP_JSON_STRING || text.len > TEXT_BYTES)
        return refuse(ret_rule, "must have values that are texts of at most 256 bytes");
    if (test->op > OPS_LOG_ENDS) {
        if (ops_log_number(text, &value->micro) != CNOP_OK)
            return refuse(ret_rule, "must compare numbers with decimals such as 400 or 0.25");
        return CNOP_OK;
    }
    if (cnop_str_empty(test->field)) { /* as it is written, quotes and all */
        value->text = text;
        return CNOP_OK;
    }
    if (cnop_str_equal(test->field, CNOP_STR("level"))) {
        text = cnop_str_upper(arena, text);
        if (text.ptr == NULL)
            return CNOP_E_NO_MEMORY;
    }
    return escaped(arena, text, &value->text);
}

static enum cnop_err
read_values(struct cnop_arena *arena, const struct cnop_json *json, struct ops_log_test *test,
            const char **ret_rule)
{
    size_t most = test->op > OPS_LOG_ENDS ? 1 : OPS_LOG_VALUE_MAX;

    if (json == NULL || json->kind != CNOP_JSON_ARRAY || json->child_count == 0 ||
        json->child_count > most)
        return refuse(ret_rule, "must have 1 to 16 values in a test, and 1 where numbers are "
                                "compared");
    for (uint32_t i = 0; i < json->child_count; i++) {
        enum cnop_err err = read_value(arena, &json->children[i], test, ret_rule);

        if (err != CNOP_OK)
            return err;
    }
    return CNOP_OK;
}

static enum cnop_err
read_field(struct cnop_arena *arena, const struct cnop_json *json, struct ops_log_test *test,
           const char **ret_rule)
{
    if (json == NULL)
        return CNOP_OK;
    if (json->kind != CNOP_JSON_STRING || cnop_str_empty(json->text) ||
        json->text.len > OPS_LOG_NAME_BYTES || !cnop_str_is_word(json->text, "_"))
        return refuse(ret_rule, "must name fields by letters, digits and _, at most 64");
    test->field = json->text;
    /* extra_status is written as "status" within the extra */
    test->key = cnop_str_has_prefix(json->text, EXTRA_PREFIX)
                    ? cnop_arena_printf(arena, "%.*s\"", (int)(json->text.len - EXTRA_PREFIX.len),
                                        json->text.ptr + EXTRA_PREFIX.len)
                    : cnop_arena_printf(arena, "\"%.*s\"", CNOP_STR_ARG(json->text));
    return test->key.ptr == NULL ? CNOP_E_NO_MEMORY : CNOP_OK;
}

static enum cnop_err
read_op(const struct cnop_json *json, struct ops_log_test *test, const char **ret_rule)
{
    if (json != NULL && json->kind == CNOP_JSON_STRING)
        for (size_t op = 0; op < OPS_LOG_OP_COUNT; op++)
            if (cnop_str_equal(json->text, cnop_str_from(op_names[op]))) {
                test->op = (enum ops_log_op)op;
                return CNOP_OK;
            }
    return refuse(ret_rule, "must have an op of is, contains, starts, ends, below, at_most, above "
                            "or at_least in each test");
}

static enum cnop_err
read_not(const struct cnop_json *json, struct ops_log_test *test, const char **ret_rule)
{
    if (json == NULL)
        return CNOP_OK;
    if (json->kind != CNOP_JSON_BOOL)
        return refuse(ret_rule, "must have true or false as not");
    test->is_negated = json->boolean;
    return CNOP_OK;
}

static enum cnop_err
read_test(struct cnop_arena *arena, const struct cnop_json *json, struct ops_log_test *test,
          const char **ret_rule)
{
    const struct cnop_json *field = cnop_json_find(json, CNOP_STR("field"));
    const struct cnop_json *negated = cnop_json_find(json, CNOP_STR("not"));
    uint32_t known = 2U + (field != NULL) + (negated != NULL);
    enum cnop_err err;

    if (json->kind != CNOP_JSON_OBJECT || json->child_count != known)
        return refuse(ret_rule, "must be a list of objects of field, op, values and not");
    err = read_field(arena, field, test, ret_rule);
    if (err == CNOP_OK)
        err = read_op(cnop_json_find(json, CNOP_STR("op")), test, ret_rule);
    if (err == CNOP_OK)
        err = read_not(negated, test, ret_rule);
    if (err != CNOP_OK)
        return err;
    if (field == NULL && test->op != OPS_LOG_CONTAINS)
        return refuse(ret_rule, "must name a field, unless the op is contains");
    if (test->is_negated && test->op > OPS_LOG_ENDS)
        return refuse(ret_rule, "must turn a comparison of numbers round, not negate it");
    return read_values(arena, cnop_json_find(json, CNOP_STR("values")), test, ret_rule);
}

enum cnop_err
ops_log_query_read(struct cnop_arena *arena, struct cnop_str text, struct ops_log_query *query,
                   const char **ret_rule)
{
    static const struct cnop_json_limits limits = {
        .body_bytes = OPS_LOG_MATCH_BYTES, .depth = 3, .key_count = 4, .value_count = 512};
    const struct cnop_json *root;
    enum cnop_err err;

    query->test_count = 0;
    if (cnop_str_empty(text))
        return CNOP_OK;
    err = cnop_json_parse(arena, text, &limits, NULL, &root);
    if (err == CNOP_E_NO_MEMORY)
        return err;
    if (err == CNOP_E_BODY_TOO_LARGE)
        return refuse(ret_rule, "must be at most 2048 bytes");
    if (err != CNOP_OK || root->kind != CNOP_JSON_ARRAY || root->child_count > OPS_LOG_TEST_MAX)
        return refuse(ret_rule, "must be a JSON array of at most 16 tests");
    for (uint32_t i = 0; i < root->child_count; i++) {
        struct ops_log_test *test = &query->tests[query->test_count];

        *test = (struct ops_log_test){0};
        err = read_test(arena, &root->children[i], test, ret_rule);
        if (err != CNOP_OK)
            return err;
        query->test_count++;
    }
    return CNOP_OK;
}

void
ops_log_write_place(struct cnop_buf *buf, const struct ops_log_place *place)
{
    cnop_buf_i64(buf, place->time_us);
    cnop_buf_char(buf, '-');
    cnop_buf_u64(buf, place->file);
    cnop_buf_char(buf, '-');
    cnop_buf_u64(buf, place->offset);
}

enum cnop_err
ops_log_read_place(struct cnop_str text, struct ops_log_place *ret_place)
{
    struct cnop_str time, file;
    uint64_t time_us;

    if (!cnop_str_cut(text, '-', &time, &text) || !cnop_str_cut(text, '-', &file, &text) ||
        cnop_str_parse_u64(time, 0, TIME_MAX_US, &time_us) != CNOP_OK ||
        cnop_str_parse_u64(file, 0, UINT64_MAX, &ret_place->file) != CNOP_OK ||
        cnop_str_parse_u64(text, 0, INT64_MAX, &ret_place->offset) != CNOP_OK)
        return CNOP_E_INVALID;
    ret_place->time_us = (int64_t)time_us;
    return CNOP_OK;
}
