/* SPDX-License-Identifier: MIT */
/* One forward walk over SQL text. */
#include "shared/db/sql_split.h"

#include <string.h>

/* Length of the quoted text or comment that begins here; 0: neither. SIZE_MAX: it does not end. */
static size_t
span_of(const char *at, const char *end)
{
    const char *stop;

    if (*at == '\'' || *at == '"' || *at == '`') {
        for (stop = at + 1; stop < end && *stop != *at; stop++)
            if (*stop == '\\' && *at != '`')
                stop++;
        return stop < end ? (size_t)(stop - at) + 1 : SIZE_MAX;
    }
    if (end - at >= 2 && at[0] == '/' && at[1] == '*') {
        stop = memmem(at + 2, (size_t)(end - at) - 2, "*/", 2);
        return stop != NULL ? (size_t)(stop - at) + 2 : SIZE_MAX;
    }
    if (*at == '#' || (end - at >= 2 && at[0] == '-' && at[1] == '-')) {
        stop = memchr(at, '\n', (size_t)(end - at));
        return stop != NULL ? (size_t)(stop - at) + 1 : (size_t)(end - at);
    }
    return 0;
}

static bool
is_quote(char c)
{
    return c == '\'' || c == '"' || c == '`';
}

static bool
is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Past blanks and comments. SIZE_MAX lengths stay where they are: the caller meets them again. */
static const char *
skip_idle(const char *at, const char *end)
{
    while (at < end) {
        size_t len = is_blank(*at) ? 1 : is_quote(*at) ? 0 : span_of(at, end);

        if (len == 0 || len == SIZE_MAX)
            break;
        at += len;
    }
    return at;
}

enum cnop_err
cnop_sql_next(struct cnop_str *text, struct cnop_str *ret_statement)
{
    const char *end = text->ptr + text->len;
    const char *start = skip_idle(text->ptr, end);
    const char *at = start;

    if (start == end)
        return CNOP_E_NOT_FOUND;
    while (at < end && *at != ';') {
        size_t len = span_of(at, end);

        if (len == SIZE_MAX)
            return CNOP_E_INVALID;
        at += len > 0 ? len : 1;
    }
    if (at >= end || at == start)
        return CNOP_E_INVALID;
    *ret_statement = cnop_str_trim(cnop_str_make(start, (size_t)(at - start)));
    *text = cnop_str_make(at + 1, (size_t)(end - at) - 1);
    return CNOP_OK;
}
