/* SPDX-License-Identifier: MIT */
/* The bounded JSON scanner. Reads views of the caller's text; keeps nothing, allocates nothing. */
#include "shared/token/scan.h"

#include <string.h>

static bool scan_value(struct cnop_scan *scan, unsigned depth, struct cnop_scan_value *ret_value);

static bool
at_end(const struct cnop_scan *scan)
{
    return scan->at >= scan->text.len;
}

static char
peek(const struct cnop_scan *scan)
{
    return at_end(scan) ? '\0' : scan->text.ptr[scan->at];
}

static bool
take(struct cnop_scan *scan, char expected)
{
    if (at_end(scan) || scan->text.ptr[scan->at] != expected)
        return false;
    scan->at++;
    return true;
}

static void
skip_blanks(struct cnop_scan *scan)
{
    while (!at_end(scan)) {
        char c = scan->text.ptr[scan->at];

        if (c != ' ' && c != '\t' && c != '\n' && c != '\r')
            return;
        scan->at++;
    }
}

static bool
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool
is_hex(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool
scan_escape(struct cnop_scan *scan)
{
    char c = peek(scan);

    if (c == 'u') {
        if (scan->text.len - scan->at < 5)
            return false;
        for (size_t i = 1; i <= 4; i++) {
            if (!is_hex(scan->text.ptr[scan->at + i]))
                return false;
        }
        scan->at += 5;
        return true;
    }
    if (c == '\0' || strchr("\"\\/bfnrt", c) == NULL)
        return false;
    scan->at++;
    return true;
}

static bool
scan_string(struct cnop_scan *scan, struct cnop_scan_value *ret_value)
{
    size_t start;

    if (!take(scan, '"'))
        return false;
    start = scan->at;
    ret_value->kind = CNOP_SCAN_STRING;
    ret_value->escaped = false;
    while (!at_end(scan)) {
        unsigned char c = (unsigned char)scan->text.ptr[scan->at];

        if (c < 0x20)
            return false;
        scan->at++;
        if (c == '"') {
            ret_value->raw = cnop_str_make(scan->text.ptr + start, scan->at - 1 - start);
            return true;
        }
        if (c == '\\') {
            ret_value->escaped = true;
            if (!scan_escape(scan))
                return false;
        }
    }
    return false;
}

static bool
scan_digits(struct cnop_scan *scan)
{
    if (!is_digit(peek(scan)))
        return false;
    while (is_digit(peek(scan)))
        scan->at++;
    return true;
}

static bool
scan_number(struct cnop_scan *scan, struct cnop_scan_value *ret_value)
{
    size_t start = scan->at;

    ret_value->kind = CNOP_SCAN_INTEGER;
    (void)take(scan, '-');
    if (peek(scan) == '0')
        scan->at++;
    else if (!scan_digits(scan))
        return false;
    if (take(scan, '.')) {
        ret_value->kind = CNOP_SCAN_NUMBER;
        if (!scan_digits(scan))
            return false;
    }
    if (take(scan, 'e') || take(scan, 'E')) {
        ret_value->kind = CNOP_SCAN_NUMBER;
        if (!take(scan, '+'))
            (void)take(scan, '-');
        if (!scan_digits(scan))
            return false;
    }
    ret_value->raw = cnop_str_make(scan->text.ptr + start, scan->at - start);
    return true;
}

static bool
scan_literal(struct cnop_scan *scan, struct cnop_scan_value *ret_value)
{
    static const struct cnop_str words[] = {
        {"true", 4},
        {"false", 5},
        {"null", 4},
    };
    struct cnop_str rest = cnop_str_make(scan->text.ptr + scan->at, scan->text.len - scan->at);

    for (size_t i = 0; i < CNOP_COUNT(words); i++) {
        if (cnop_str_has_prefix(rest, words[i])) {
            ret_value->kind = CNOP_SCAN_LITERAL;
            ret_value->raw = cnop_str_make(rest.ptr, words[i].len);
            scan->at += words[i].len;
            return true;
        }
    }
    return false;
}

/* Skips an object or array below the one being walked, checking its form. */
static bool
scan_nested(struct cnop_scan *scan, unsigned depth, struct cnop_scan_value *ret_value)
{
    bool object = peek(scan) == '{';
    char close = object ? '}' : ']';
    struct cnop_scan_value inner;
    size_t start = scan->at;

    if (depth >= CNOP_SCAN_MAX_DEPTH)
        return false;
    scan->at++;
    skip_blanks(scan);
    if (!take(scan, close)) {
        for (;;) {
            skip_blanks(scan);
            if (object) {
                if (!scan_string(scan, &inner))
                    return false;
                skip_blanks(scan);
                if (!take(scan, ':'))
                    return false;
            }
            if (!scan_value(scan, depth + 1, &inner))
                return false;
            skip_blanks(scan);
            if (take(scan, close))
                break;
            if (!take(scan, ','))
                return false;
        }
    }
    ret_value->kind = object ? CNOP_SCAN_OBJECT : CNOP_SCAN_ARRAY;
    ret_value->raw = cnop_str_make(scan->text.ptr + start, scan->at - start);
    return true;
}

static bool
scan_value(struct cnop_scan *scan, unsigned depth, struct cnop_scan_value *ret_value)
{
    char c;

    skip_blanks(scan);
    c = peek(scan);
    ret_value->escaped = false;
    if (c == '"')
        return scan_string(scan, ret_value);
    if (c == '{' || c == '[')
        return scan_nested(scan, depth, ret_value);
    if (c == '-' || is_digit(c))
        return scan_number(scan, ret_value);
    return scan_literal(scan, ret_value);
}

void
cnop_scan_start(struct cnop_scan *scan, struct cnop_str text)
{
    scan->text = text;
    scan->at = 0;
    scan->count = 0;
}

/* The comma, opening or closing sign before the next item. */
static enum cnop_scan_step
scan_between(struct cnop_scan *scan, char open, char close)
{
    skip_blanks(scan);
    if (scan->count == 0) {
        if (!take(scan, open))
            return CNOP_SCAN_BROKEN;
        skip_blanks(scan);
    }
    if (take(scan, close)) {
        skip_blanks(scan);
        return at_end(scan) ? CNOP_SCAN_END : CNOP_SCAN_BROKEN;
    }
    if (scan->count > 0 && !take(scan, ','))
        return CNOP_SCAN_BROKEN;
    if (scan->count >= CNOP_SCAN_MAX_MEMBERS)
        return CNOP_SCAN_BROKEN;
    skip_blanks(scan);
    return CNOP_SCAN_ITEM;
}

enum cnop_scan_step
cnop_scan_member(struct cnop_scan *scan, struct cnop_str *ret_name,
                 struct cnop_scan_value *ret_value)
{
    enum cnop_scan_step step = scan_between(scan, '{', '}');
    struct cnop_scan_value name;

    if (step != CNOP_SCAN_ITEM)
        return step;
    if (!scan_string(scan, &name) || name.escaped)
        return CNOP_SCAN_BROKEN;
    for (size_t i = 0; i < scan->count; i++) {
        if (cnop_str_equal(scan->names[i], name.raw))
            return CNOP_SCAN_BROKEN;
    }
    skip_blanks(scan);
    if (!take(scan, ':') || !scan_value(scan, 1, ret_value))
        return CNOP_SCAN_BROKEN;
    scan->names[scan->count++] = name.raw;
    *ret_name = name.raw;
    return CNOP_SCAN_ITEM;
}

enum cnop_scan_step
cnop_scan_element(struct cnop_scan *scan, struct cnop_scan_value *ret_value)
{
    enum cnop_scan_step step = scan_between(scan, '[', ']');

    if (step != CNOP_SCAN_ITEM)
        return step;
    if (!scan_value(scan, 1, ret_value))
        return CNOP_SCAN_BROKEN;
    scan->count++;
    return CNOP_SCAN_ITEM;
}
