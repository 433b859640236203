/* SPDX-License-Identifier: MIT */
/* Parsing of two request headers. */
#include "nginx_modules/policy/credentials.h"

#define TRACEPARENT_BYTES 55

static bool
is_token(struct cnop_str text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.ptr[i] <= ' ' || text.ptr[i] == ',' || text.ptr[i] == 0x7f)
            return false;
    return text.len > 0;
}

enum bearer
bearer_parse(struct cnop_str value, struct cnop_str *ret_token)
{
    struct cnop_str scheme, rest;

    (void)cnop_str_cut(value, ' ', &scheme, &rest);
    if (!cnop_str_equal_nocase(scheme, CNOP_STR("Bearer"))) {
        /* "Bearer<tab>x" and the like mean us, but say it wrong */
        return value.len > 6 && (unsigned char)value.ptr[6] < ' ' &&
                       cnop_str_equal_nocase(cnop_str_make(value.ptr, 6), CNOP_STR("Bearer"))
                   ? BEARER_MALFORMED
                   : BEARER_FOREIGN;
    }
    while (rest.len > 0 && rest.ptr[0] == ' ')
        rest = cnop_str_make(rest.ptr + 1, rest.len - 1);
    if (!is_token(rest))
        return BEARER_MALFORMED;
    *ret_token = rest;
    return BEARER_TOKEN;
}

static bool
is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

/* Lower-case hex digits only; ret_zero tells whether all are 0. */
static bool
is_field(struct cnop_str text, bool *ret_zero)
{
    bool zero = true;

    for (size_t i = 0; i < text.len; i++) {
        if (!is_hex(text.ptr[i]))
            return false;
        zero = zero && text.ptr[i] == '0';
    }
    *ret_zero = zero;
    return true;
}

bool
traceparent_is_valid(struct cnop_str value)
{
    struct cnop_str version, trace, span, flags, rest;
    bool any, trace_zero, span_zero;

    if (value.len != TRACEPARENT_BYTES || !cnop_str_cut(value, '-', &version, &rest) ||
        !cnop_str_cut(rest, '-', &trace, &rest) || !cnop_str_cut(rest, '-', &span, &flags))
        return false;
    if (version.len != 2 || trace.len != 32 || span.len != 16 || flags.len != 2)
        return false;
    if (!is_field(version, &any) || !is_field(trace, &trace_zero) || !is_field(span, &span_zero) ||
        !is_field(flags, &any))
        return false;
    return !trace_zero && !span_zero && !cnop_str_equal(version, CNOP_STR("ff"));
}
