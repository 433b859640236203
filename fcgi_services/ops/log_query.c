/* SPDX-License-Identifier: MIT */
/* Tests over bytes. A quote within a string of JSON is always escaped, so `"status"` and a colon
 * stand in a line exactly where a member of that name does. */
#include "fcgi_services/ops/log_query.h"

#include <string.h>

#include "shared/base/ascii.h"
#include "shared/base/base.h"
#include "shared/base/clock.h"

#define MICRO INT64_C(1000000)
#define MICRO_DIGITS 6
#define INTEGER_DIGITS_MAX 12
#define TIME_BYTES_MAX 40
#define TIME_KEY "\"timestamp\":\""

int
ops_log_place_compare(const struct ops_log_place *a, const struct ops_log_place *b)
{
    if (a->time_us != b->time_us)
        return a->time_us < b->time_us ? -1 : 1;
    if (a->file != b->file)
        return a->file < b->file ? -1 : 1;
    return (a->offset > b->offset) - (a->offset < b->offset);
}

enum cnop_err
ops_log_number(struct cnop_str text, int64_t *ret_micro)
{
    bool is_negative = text.len > 0 && text.ptr[0] == '-';
    size_t at = is_negative ? 1 : 0;
    size_t first = at;
    int64_t value = 0;

    for (; at < text.len && cnop_is_digit(text.ptr[at]); at++) {
        if (at - first == INTEGER_DIGITS_MAX)
            return CNOP_E_INVALID;
        value = value * 10 + (text.ptr[at] - '0');
    }
    if (at == first)
        return CNOP_E_INVALID;
    value *= MICRO;
    if (at < text.len) {
        int64_t unit = MICRO / 10;

        if (text.ptr[at++] != '.' || at == text.len)
            return CNOP_E_INVALID;
        for (; at < text.len; at++, unit /= 10) {
            if (!cnop_is_digit(text.ptr[at]))
                return CNOP_E_INVALID;
            value += (text.ptr[at] - '0') * unit; /* unit is 0 from the seventh digit on */
        }
    }
    *ret_micro = is_negative ? -value : value;
    return CNOP_OK;
}

static bool
contains(struct cnop_str text, struct cnop_str part)
{
    if (part.len == 0 || text.len < part.len) /* memmem takes no null pointer */
        return part.len == 0;
    return memmem(text.ptr, text.len, part.ptr, part.len) != NULL;
}

static bool
ends_with(struct cnop_str text, struct cnop_str part)
{
    if (part.len == 0 || text.len < part.len)
        return part.len == 0;
    return cnop_str_equal(cnop_str_make(text.ptr + (text.len - part.len), part.len), part);
}

static bool
value_fits(enum ops_log_op op, struct cnop_str text, const struct ops_log_value *value)
{
    int64_t micro;

    switch (op) {
    case OPS_LOG_IS:
        return cnop_str_equal(text, value->text);
    case OPS_LOG_CONTAINS:
        return contains(text, value->text);
    case OPS_LOG_STARTS:
        return cnop_str_has_prefix(text, value->text);
    case OPS_LOG_ENDS:
        return ends_with(text, value->text);
    case OPS_LOG_BELOW:
        return ops_log_number(text, &micro) == CNOP_OK && micro < value->micro;
    case OPS_LOG_AT_MOST:
        return ops_log_number(text, &micro) == CNOP_OK && micro <= value->micro;
    case OPS_LOG_ABOVE:
        return ops_log_number(text, &micro) == CNOP_OK && micro > value->micro;
    case OPS_LOG_AT_LEAST:
        return ops_log_number(text, &micro) == CNOP_OK && micro >= value->micro;
    case OPS_LOG_OP_COUNT:
        break;
    }
    cnop_assert(false);
    return false;
}

bool
ops_log_test_text(const struct ops_log_test *test, struct cnop_str text)
{
    for (size_t i = 0; i < test->value_count; i++)
        if (value_fits(test->op, text, &test->values[i]))
            return !test->is_negated;
    return test->is_negated;
}

bool
ops_log_wants_service(const struct ops_log_query *query, struct cnop_str service)
{
    for (size_t i = 0; i < query->test_count; i++)
        if (cnop_str_equal(query->tests[i].field, CNOP_STR("service")) &&
            !ops_log_test_text(&query->tests[i], service))
            return false;
    return true;
}

struct cnop_str
ops_log_needle(const struct ops_log_query *query)
{
    struct cnop_str needle = CNOP_STR("");

    for (size_t i = 0; i < query->test_count; i++) {
        const struct ops_log_test *test = &query->tests[i];

        if (test->is_negated || test->value_count != 1 || test->op > OPS_LOG_ENDS)
            continue;
        if (cnop_str_equal(test->field, CNOP_STR("service")))
            continue; /* it has chosen the files */
        if (test->values[0].text.len > needle.len)
            needle = test->values[0].text;
    }
    return needle;
}

static bool
is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct cnop_str
skip_blanks(struct cnop_str text)
{
    size_t at = 0;

    while (at < text.len && is_blank(text.ptr[at]))
        at++;
    return cnop_str_make(text.ptr + at, text.len - at);
}

/* The value that text begins with, as it is written: a string without its quotes, anything else up
 * to what ends it. */
static struct cnop_str
value_at(struct cnop_str text)
{
    bool is_string = text.len > 0 && text.ptr[0] == '"';
    size_t first = is_string ? 1 : 0;
    size_t at = first;

    for (; at < text.len; at++) {
        char c = text.ptr[at];

        if (is_string ? c == '"' : c == ',' || c == '}' || c == ']' || is_blank(c))
            break;
        if (is_string && c == '\\')
            at++;
    }
    return cnop_str_make(text.ptr + first, (at < text.len ? at : text.len) - first);
}

/* Whether the member whose name ends before text passes. */
static bool
member_passes(const struct ops_log_test *test, struct cnop_str text)
{
    text = skip_blanks(text);
    if (text.len == 0 || text.ptr[0] != ':')
        return false; /* a value of that text */
    text = skip_blanks(cnop_str_make(text.ptr + 1, text.len - 1));
    if (text.len > 0 && (text.ptr[0] == '{' || text.ptr[0] == '['))
        return true; /* where it ends is for the scanner to say */
    return ops_log_test_text(test, value_at(text));
}

/* Whether some member of this name passes, at whatever depth. */
static bool
some_member_passes(const struct ops_log_test *test, struct cnop_str line)
{
    const char *end = line.ptr + line.len;
    const char *at = line.ptr;

    while ((at = memmem(at, (size_t)(end - at), test->key.ptr, test->key.len)) != NULL) {
        at += test->key.len;
        if (member_passes(test, cnop_str_make(at, (size_t)(end - at))))
            return true;
    }
    return false;
}

bool
ops_log_may_match(const struct ops_log_query *query, struct cnop_str line)
{
    for (size_t i = 0; i < query->test_count; i++) {
        const struct ops_log_test *test = &query->tests[i];

        if (cnop_str_empty(test->field)) {
            if (!ops_log_test_text(test, line))
                return false;
            continue;
        }
        /* what passes without the member says nothing about the line's bytes */
        if (!ops_log_test_text(test, CNOP_STR("")) && !some_member_passes(test, line))
            return false;
    }
    return true;
}

bool
ops_log_time(struct cnop_str line, int64_t *ret_us)
{
    const char *at = memmem(line.ptr, line.len, TIME_KEY, sizeof(TIME_KEY) - 1);
    struct cnop_str text;

    if (at == NULL)
        return false;
    at += sizeof(TIME_KEY) - 1;
    text = cnop_str_make(at, (size_t)(line.ptr + line.len - at));
    if (text.len > TIME_BYTES_MAX)
        text.len = TIME_BYTES_MAX;
    return cnop_str_cut(text, '"', &text, &(struct cnop_str){0}) &&
           cnop_clock_parse(text, ret_us) == CNOP_OK;
}
