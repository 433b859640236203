/* SPDX-License-Identifier: MIT */
/* Reading of single values. Every refusal names the rule; nothing is rounded, trimmed or guessed
 * unless the field says so. */
#include "shared/web/decode_value.h"

#include <inttypes.h>
#include <stdarg.h>

#include "shared/base/ascii.h"
#include "shared/base/clock.h"

void
cnop_value_fault(struct cnop_value_fault *fault, enum cnop_err err, const char *type,
                 const char *fmt, ...)
{
    va_list args;

    fault->err = err;
    fault->type = type;
    va_start(args, fmt);
    (void)vsnprintf(fault->message, sizeof(fault->message), fmt, args);
    va_end(args);
}

static bool
is_textual(const struct cnop_source *source)
{
    return source->form == CNOP_SOURCE_TEXT || source->form == CNOP_SOURCE_QUERY;
}

static bool
read_str(const struct cnop_field *field, const struct cnop_source *source,
         struct cnop_value *ret_value, struct cnop_value_fault *fault)
{
    const struct cnop_range *range = field->arg;
    int64_t min = range != NULL ? range->min : 0;
    int64_t max = range != NULL ? range->max : INT64_MAX;
    struct cnop_str text = source->text;
    int64_t count;

    if (!is_textual(source)) {
        cnop_value_fault(fault, CNOP_E_INVALID, "string_type", "must be a string");
        return false;
    }
    if (field->flags & CNOP_TRIM)
        text = cnop_str_trim(text);
    count = (int64_t)cnop_str_codepoint_count(text);
    if (count < min) {
        cnop_value_fault(fault, CNOP_E_INVALID, "string_too_short",
                         "must have at least %" PRId64 " character%s", min, min == 1 ? "" : "s");
        return false;
    }
    if (count > max) {
        cnop_value_fault(fault, CNOP_E_INVALID, "string_too_long",
                         "must have at most %" PRId64 " character%s", max, max == 1 ? "" : "s");
        return false;
    }
    ret_value->size = sizeof(text);
    ret_value->as.str = text;
    return true;
}

static bool
read_enum(const struct cnop_field *field, const struct cnop_source *source,
          struct cnop_value *ret_value, struct cnop_value_fault *fault)
{
    const char *const *names = field->arg;
    char list[VALUE_LIST_BYTES];
    struct cnop_buf out;

    cnop_buf_init(&out, list, sizeof(list) - 1);
    for (unsigned i = 0; names[i] != NULL; i++) {
        if (is_textual(source) && cnop_str_equal(source->text, cnop_str_from(names[i]))) {
            ret_value->size = sizeof(i);
            ret_value->as.index = i;
            return true;
        }
        cnop_buf_printf(&out, "%s%s", i == 0 ? "" : ", ", names[i]);
    }
    cnop_assert(!out.overflow);
    cnop_value_fault(fault, CNOP_E_INVALID, "enum", "must be one of: %.*s",
                     CNOP_STR_ARG(cnop_buf_view(&out)));
    return false;
}

/* Text of a limit, as its kind is written. */
static void
format_limit(struct cnop_buf *out, enum cnop_field_kind kind, int64_t limit)
{
    if (kind == CNOP_K_PRICE)
        cnop_price_format(out, (cnop_price){limit}, 0);
    else
        cnop_cash_format(out, (cnop_cash){limit}, 0); /* quantities have the same scale */
}

static bool
in_amount_range(const struct cnop_field *field, int64_t value, struct cnop_value_fault *fault)
{
    const struct cnop_range *range = field->arg;
    char text[40];
    struct cnop_buf out;

    if (range == NULL || (value >= range->min && value <= range->max))
        return true;
    cnop_buf_init(&out, text, sizeof(text));
    if (value > range->max) {
        format_limit(&out, field->kind, range->max);
        cnop_value_fault(fault, CNOP_E_AMOUNT_TOO_LARGE, "less_than_equal",
                         "must be less than or equal to %.*s", CNOP_STR_ARG(cnop_buf_view(&out)));
    } else if (value <= 0) {
        cnop_value_fault(fault, CNOP_E_AMOUNT_INVALID, "greater_than", "must be greater than 0");
    } else {
        format_limit(&out, field->kind, range->min);
        cnop_value_fault(fault, CNOP_E_AMOUNT_TOO_SMALL, "greater_than_equal",
                         "must be greater than or equal to %.*s",
                         CNOP_STR_ARG(cnop_buf_view(&out)));
    }
    return false;
}

static int
scale_of(enum cnop_field_kind kind)
{
    return kind == CNOP_K_PRICE ? 10 : 8;
}

/* How many decimal places the field takes. */
static int
places_of(const struct cnop_field *field)
{
    const struct cnop_range *range = field->arg;

    return range != NULL && range->places > 0 ? range->places : scale_of(field->kind);
}

static bool
has_places(const struct cnop_field *field, int64_t units)
{
    int64_t step = 1;

    for (int i = places_of(field); i < scale_of(field->kind); i++)
        step *= 10;
    return units % step == 0;
}

static void
amount_fault(enum cnop_err err, const struct cnop_field *field, struct cnop_str text,
             struct cnop_value_fault *fault)
{
    if (err == CNOP_E_AMOUNT_PRECISION)
        cnop_value_fault(fault, err, "decimal_max_places", "must have at most %d decimal places",
                         places_of(field));
    else if (err == CNOP_E_OVERFLOW)
        cnop_value_fault(fault, CNOP_E_AMOUNT_TOO_LARGE, "less_than_equal",
                         "is larger than any amount can be");
    else if (text.len > 1 && text.ptr[0] == '-' && cnop_is_digit(text.ptr[1]))
        cnop_value_fault(fault, CNOP_E_AMOUNT_INVALID, "greater_than", "must be greater than 0");
    else
        cnop_value_fault(fault, CNOP_E_AMOUNT_INVALID, "decimal_parsing",
                         "must be a plain decimal number such as 100.50");
}

/* Numbers may be spelt as any JSON writer does; text is plain. */
static enum cnop_err
parse_amount(enum cnop_field_kind kind, const struct cnop_source *source, struct cnop_value *value,
             int64_t *ret_units)
{
    bool is_number = source->form == CNOP_SOURCE_NUMBER;
    struct cnop_str text = source->text;
    enum cnop_err err;

    if (kind == CNOP_K_CASH) {
        err = is_number ? cnop_cash_parse_number(text, &value->as.cash)
                        : cnop_cash_parse(text, &value->as.cash);
        *ret_units = value->as.cash.e8;
    } else if (kind == CNOP_K_QTY) {
        err = is_number ? cnop_qty_parse_number(text, &value->as.qty)
                        : cnop_qty_parse(text, &value->as.qty);
        *ret_units = value->as.qty.e8;
    } else {
        err = is_number ? cnop_price_parse_number(text, &value->as.price)
                        : cnop_price_parse(text, &value->as.price);
        *ret_units = value->as.price.e10;
    }
    return err;
}

static bool
read_amount(const struct cnop_field *field, const struct cnop_source *source,
            struct cnop_value *ret_value, struct cnop_value_fault *fault)
{
    struct cnop_value value = {0};
    enum cnop_err err;
    int64_t units;

    if (!is_textual(source) && source->form != CNOP_SOURCE_NUMBER) {
        cnop_value_fault(fault, CNOP_E_AMOUNT_INVALID, "decimal_type",
                         "must be a decimal, as a string or number");
        return false;
    }
    err = parse_amount(field->kind, source, &value, &units);
    if (err == CNOP_OK && !has_places(field, units))
        err = CNOP_E_AMOUNT_PRECISION;
    if (err != CNOP_OK) {
        amount_fault(err, field, source->text, fault);
        return false;
    }
    if (!in_amount_range(field, units, fault))
        return false;
    value.size = sizeof(units);
    *ret_value = value;
    return true;
}

static bool
is_digits(struct cnop_str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!cnop_is_digit(text.ptr[i]) && !(i == 0 && text.ptr[i] == '-'))
            return false;
    return text.len > 0;
}

/* Digits that are no number from min on: a minus, or a number that can be read and is smaller. */
static bool
is_below(struct cnop_str digits, uint64_t min)
{
    uint64_t value;

    return digits.ptr[0] == '-' || cnop_str_parse_u64(digits, 0, min, &value) == CNOP_OK;
}

static bool
read_u64(const struct cnop_field *field, const struct cnop_source *source,
         struct cnop_value *ret_value, struct cnop_value_fault *fault)
{
    const struct cnop_range *range = field->arg;
    uint64_t min = range != NULL ? (uint64_t)range->min : 0;
    uint64_t max = range != NULL ? (uint64_t)range->max : UINT64_MAX;
    uint64_t value;

    cnop_assert(range == NULL || (range->min >= 0 && range->min <= range->max));
    if ((!is_textual(source) && source->form != CNOP_SOURCE_NUMBER)) {
        cnop_value_fault(fault, CNOP_E_INVALID, "int_type", "must be an integer");
        return false;
    }
    if (cnop_str_parse_u64(source->text, min, max, &value) == CNOP_OK) {
        ret_value->size = sizeof(value);
        ret_value->as.u64 = value;
        return true;
    }
    if (!is_digits(source->text)) {
        cnop_value_fault(fault, CNOP_E_INVALID, "int_parsing", "must be an integer");
    } else if ((range == NULL || range->max == INT64_MAX) && is_below(source->text, min)) {
        cnop_value_fault(fault, CNOP_E_INVALID, "greater_than_equal",
                         "must be an integer of at least %" PRIu64, min);
    } else if (range == NULL) {
        /* More than any number we hold: the handler's own rule refuses it and names itself. */
        ret_value->size = sizeof(value);
        ret_value->as.u64 = UINT64_MAX;
        return true;
    } else if (range->max == INT64_MAX) {
        cnop_value_fault(fault, CNOP_E_INVALID, "less_than_equal",
                         "must be an integer of at most %" PRIu64, max);
    } else {
        cnop_value_fault(fault, CNOP_E_INVALID, "int_range",
                         "must be an integer between %" PRIu64 " and %" PRIu64, min, max);
    }
    return false;
}

static bool
read_bool(const struct cnop_source *source, struct cnop_value *ret_value,
          struct cnop_value_fault *fault)
{
    bool value = source->boolean;

    if (source->form == CNOP_SOURCE_QUERY) {
        bool yes = cnop_str_equal(source->text, CNOP_STR("true")) ||
                   cnop_str_equal(source->text, CNOP_STR("1"));
        bool no = cnop_str_equal(source->text, CNOP_STR("false")) ||
                  cnop_str_equal(source->text, CNOP_STR("0"));

        value = yes;
        if (!yes && !no) {
            cnop_value_fault(fault, CNOP_E_INVALID, "bool_parsing", "must be true or false");
            return false;
        }
    } else if (source->form != CNOP_SOURCE_BOOL) {
        cnop_value_fault(fault, CNOP_E_INVALID, "bool_type", "must be true or false");
        return false;
    }
    ret_value->size = sizeof(value);
    ret_value->as.boolean = value;
    return true;
}

static bool
read_date(const struct cnop_source *source, struct cnop_value *ret_value,
          struct cnop_value_fault *fault)
{
    if (!is_textual(source) || cnop_clock_parse_day(source->text, &ret_value->as.day) != CNOP_OK) {
        cnop_value_fault(fault, CNOP_E_INVALID, "date_parsing",
                         "must be a calendar date written YYYY-MM-DD, such as 2026-11-22");
        return false;
    }
    ret_value->size = sizeof(ret_value->as.day);
    return true;
}

static bool
read_time(const struct cnop_source *source, struct cnop_value *ret_value,
          struct cnop_value_fault *fault)
{
    if (!is_textual(source) || cnop_clock_parse(source->text, &ret_value->as.time_us) != CNOP_OK) {
        cnop_value_fault(fault, CNOP_E_INVALID, "datetime_parsing",
                         "must be an RFC 3339 time such as 2026-11-22T12:00:00Z");
        return false;
    }
    ret_value->size = sizeof(ret_value->as.time_us);
    return true;
}

bool
cnop_value_read(const struct cnop_field *field, const struct cnop_source *source,
                struct cnop_value *ret_value, struct cnop_value_fault *ret_fault)
{
    cnop_assert(source->form != CNOP_SOURCE_ABSENT);
    switch (field->kind) {
    case CNOP_K_STR:
        return read_str(field, source, ret_value, ret_fault);
    case CNOP_K_ENUM:
        return read_enum(field, source, ret_value, ret_fault);
    case CNOP_K_CASH:
    case CNOP_K_QTY:
    case CNOP_K_PRICE:
        return read_amount(field, source, ret_value, ret_fault);
    case CNOP_K_U64:
        return read_u64(field, source, ret_value, ret_fault);
    case CNOP_K_BOOL:
        return read_bool(source, ret_value, ret_fault);
    case CNOP_K_DATE:
        return read_date(source, ret_value, ret_fault);
    case CNOP_K_TIME:
        return read_time(source, ret_value, ret_fault);
    }
    cnop_assert(false && "a known kind");
    return false;
}
