/* SPDX-License-Identifier: MIT */
/* One walk over the members of a line and one over those of its extra; views of the line, no tree.
 */
#include "fcgi_services/ops/log_line_json.h"

#include "shared/base/base.h"
#include "shared/base/clock.h"
#include "shared/json/json_scan.h"

#define EXTRA_PREFIX CNOP_STR("extra_")

/* What a walk has found so far; empty: nothing. */
struct reading {
    const struct ops_log_query *query;
    struct cnop_str fields[OPS_LOG_TEST_MAX];
    struct cnop_str extra;
    struct cnop_str time;
    struct cnop_str level;
    struct cnop_str status;
};

/* null says as much as no member. */
static struct cnop_str
text_of(const struct cnop_scan_value *value)
{
    bool is_null = value->kind == CNOP_SCAN_LITERAL && cnop_str_equal(value->raw, CNOP_STR("null"));

    return is_null ? CNOP_STR("") : value->raw;
}

static void
note_member(struct reading *reading, struct cnop_str name, const struct cnop_scan_value *value)
{
    struct cnop_str text = text_of(value);

    for (size_t i = 0; i < reading->query->test_count; i++)
        if (cnop_str_equal(reading->query->tests[i].field, name))
            reading->fields[i] = text;
    if (cnop_str_equal(name, CNOP_STR("extra")) && value->kind == CNOP_SCAN_OBJECT)
        reading->extra = value->raw;
    else if (cnop_str_equal(name, CNOP_STR("timestamp")) && value->kind == CNOP_SCAN_STRING)
        reading->time = text;
    else if (cnop_str_equal(name, CNOP_STR("level")))
        reading->level = text;
    else if (cnop_str_equal(name, CNOP_STR("status")))
        reading->status = text;
}

static bool
names_extra(struct cnop_str field, struct cnop_str name)
{
    return cnop_str_has_prefix(field, EXTRA_PREFIX) &&
           cnop_str_equal(cnop_str_make(field.ptr + EXTRA_PREFIX.len, field.len - EXTRA_PREFIX.len),
                          name);
}

/* What the line itself says goes first. */
static void
note_extra(struct reading *reading, struct cnop_str name, const struct cnop_scan_value *value)
{
    struct cnop_str text = text_of(value);

    for (size_t i = 0; i < reading->query->test_count; i++) {
        struct cnop_str field = reading->query->tests[i].field;

        if (cnop_str_empty(reading->fields[i]) &&
            (cnop_str_equal(field, name) || names_extra(field, name)))
            reading->fields[i] = text;
    }
    if (cnop_str_equal(name, CNOP_STR("status")) && cnop_str_empty(reading->status))
        reading->status = text;
}

static bool
walk(struct reading *reading, struct cnop_str object,
     void (*note)(struct reading *reading, struct cnop_str name,
                  const struct cnop_scan_value *value))
{
    struct cnop_scan_value value;
    enum cnop_scan_step step;
    struct cnop_scan scan;
    struct cnop_str name;

    cnop_scan_start(&scan, object);
    while ((step = cnop_scan_member(&scan, &name, &value)) == CNOP_SCAN_ITEM)
        note(reading, name, &value);
    return step == CNOP_SCAN_END;
}

static enum ops_log_severity
severity_of(const struct reading *reading)
{
    struct cnop_str level = reading->level;
    uint64_t status;

    if (cnop_str_parse_u64(reading->status, 100, 599, &status) != CNOP_OK)
        status = 0;
    if (status >= 500 || cnop_str_equal(level, CNOP_STR("ERROR")) ||
        cnop_str_equal(level, CNOP_STR("CRITICAL")))
        return OPS_LOG_ERROR;
    if (status >= 400 || cnop_str_equal(level, CNOP_STR("WARN")))
        return OPS_LOG_WARNING;
    return OPS_LOG_FINE;
}

bool
ops_log_line_read(const struct ops_log_query *query, struct cnop_str line,
                  struct ops_log_facts *ret_facts)
{
    struct reading reading = {.query = query};
    int64_t time_us;

    if (line.len > OPS_LOG_LINE_BYTES || !walk(&reading, line, note_member))
        return false;
    if (cnop_clock_parse(reading.time, &time_us) != CNOP_OK || time_us < query->from_us ||
        time_us >= query->to_us)
        return false;
    if (!cnop_str_empty(reading.extra) && !walk(&reading, reading.extra, note_extra))
        return false;
    for (size_t i = 0; i < query->test_count; i++) {
        const struct ops_log_test *test = &query->tests[i];

        if (!ops_log_test_text(test, cnop_str_empty(test->field) ? line : reading.fields[i]))
            return false;
    }
    *ret_facts = (struct ops_log_facts){.time_us = time_us, .severity = severity_of(&reading)};
    return true;
}
