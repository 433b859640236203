/* SPDX-License-Identifier: MIT */
/* One pass over a text; the nesting lives in a bit stack, the names of open objects in the caller's
 * table. Every byte is looked at once, except those of names with an escape in them. */
#include "shared/json/json_scan.h"

#include <string.h>

#include "shared/base/ascii.h"
#include "shared/json/json_name.h"

static bool
refuse(struct cnop_scan *scan, const char *reason)
{
    scan->reason = reason;
    return false;
}

/* The byte at the cursor; NUL at the end, which no rule of the grammar accepts. */
static char
peek(const struct cnop_scan *scan)
{
    return scan->at < scan->text.len ? scan->text.ptr[scan->at] : '\0';
}

static bool
take(struct cnop_scan *scan, char expected)
{
    if (peek(scan) != expected)
        return false;
    scan->at++;
    return true;
}

static struct cnop_str
rest(const struct cnop_scan *scan)
{
    return cnop_str_make(scan->text.ptr + scan->at, scan->text.len - scan->at);
}

static void
skip_space(struct cnop_scan *scan)
{
    char c = peek(scan);

    while (c == ' ' || c == '\n' || c == '\r' || c == '\t') {
        scan->at++;
        c = peek(scan);
    }
}

/* ---- strings ---- */

/* \uXXXX, and its partner when it is a high surrogate; the cursor is at the u. */
static bool
scan_unicode(struct cnop_scan *scan)
{
    struct cnop_str digits = rest(scan);
    int code, low;

    digits.ptr++;
    digits.len--;
    code = cnop_json_hex4(digits);
    if (code < 0)
        return refuse(scan, "\\u needs four hexadecimal digits");
    if (code == 0)
        return refuse(scan, "the character U+0000 is not allowed");
    if (code >= 0xDC00 && code <= 0xDFFF)
        return refuse(scan, "a surrogate without its partner");
    scan->at += 5;
    scan->text_bytes -= 6U - (code < 0x80 ? 1U : code < 0x800 ? 2U : 3U);
    if (code < 0xD800 || code > 0xDBFF)
        return true;
    digits = rest(scan);
    if (!cnop_str_has_prefix(digits, CNOP_STR("\\u")))
        return refuse(scan, "a surrogate without its partner");
    low = cnop_json_hex4(cnop_str_make(digits.ptr + 2, digits.len - 2));
    if (low < 0xDC00 || low > 0xDFFF)
        return refuse(scan, "a surrogate without its partner");
    scan->at += 6;
    scan->text_bytes -= 6U - 1U; /* 12 characters stand for 4 bytes, 3 of which are counted */
    return true;
}

static bool
scan_escape(struct cnop_scan *scan)
{
    char c;

    scan->at++;
    c = peek(scan);
    if (c == 'u')
        return scan_unicode(scan);
    if (c == '\0' || strchr("\"\\/bfnrt", c) == NULL)
        return refuse(scan, "unknown escape in a string");
    scan->at++;
    scan->text_bytes--;
    return true;
}

/* One character of a string that is not plain ASCII. */
static bool
scan_special(struct cnop_scan *scan, unsigned char byte, bool *escaped)
{
    size_t utf8_len;

    if (byte == '\\') {
        *escaped = true;
        return scan_escape(scan);
    }
    if (byte < 0x20)
        return refuse(scan, "raw control character in a string");
    utf8_len = cnop_str_utf8_prefix(rest(scan));
    if (utf8_len == 0)
        return refuse(scan, "not valid UTF-8");
    scan->at += utf8_len;
    return true;
}

static bool
scan_string(struct cnop_scan *scan, struct cnop_scan_value *ret_value)
{
    size_t start = ++scan->at;

    ret_value->kind = CNOP_SCAN_STRING;
    ret_value->escaped = false;
    while (scan->at < scan->text.len) {
        unsigned char byte = (unsigned char)scan->text.ptr[scan->at];

        if (byte == '"') {
            ret_value->raw = cnop_str_make(scan->text.ptr + start, scan->at - start);
            scan->text_bytes += ret_value->raw.len;
            scan->at++;
            return true;
        }
        if (byte >= 0x20 && byte < 0x80 && byte != '\\')
            scan->at++;
        else if (!scan_special(scan, byte, &ret_value->escaped))
            return false;
    }
    return refuse(scan, "string without end");
}

/* ---- names ---- */

static bool
same_name(const struct cnop_scan *scan, const struct cnop_scan_name *name,
          const struct cnop_scan_value *other)
{
    struct cnop_str raw = cnop_str_make(scan->text.ptr + name->at, name->len);

    if (name->escaped || other->escaped)
        return cnop_json_name_equal(raw, other->raw);
    return cnop_str_equal(raw, other->raw);
}

/* Notes the name of a member of the innermost object, unless it is there already. */
static bool
add_name(struct cnop_scan *scan, const struct cnop_scan_value *value)
{
    struct cnop_scan_name name = {.at = (uint32_t)(value->raw.ptr - scan->text.ptr),
                                  .len = (uint32_t)value->raw.len,
                                  .escaped = value->escaped};
    uint32_t first = scan->first_names[scan->depth - 1];

    if (scan->name_count - first == scan->limits.key_count || scan->name_count == scan->name_cap)
        return refuse(scan, "an object has too many keys");
    for (uint32_t i = first; i < scan->name_count; i++)
        if (same_name(scan, &scan->names[i], value))
            return refuse(scan, "an object has the same key twice");
    scan->names[scan->name_count++] = name;
    return true;
}

/* A name and its colon. */
static bool
scan_name(struct cnop_scan *scan, struct cnop_scan_value *ret_name)
{
    if (peek(scan) != '"')
        return refuse(scan, "a key in double quotes is expected");
    if (!scan_string(scan, ret_name) || !add_name(scan, ret_name))
        return false;
    skip_space(scan);
    if (!take(scan, ':'))
        return refuse(scan, "a colon is expected");
    skip_space(scan);
    return true;
}

/* ---- numbers and words ---- */

static bool
scan_digits(struct cnop_scan *scan)
{
    size_t from = scan->at;

    while (cnop_is_digit(peek(scan)))
        scan->at++;
    return scan->at > from || refuse(scan, "a number lacks a digit");
}

static bool
scan_numeral(struct cnop_scan *scan, enum cnop_scan_kind *ret_kind)
{
    *ret_kind = CNOP_SCAN_INTEGER;
    (void)take(scan, '-');
    if (take(scan, '0')) {
        if (cnop_is_digit(peek(scan)))
            return refuse(scan, "a number has a leading zero");
    } else if (!scan_digits(scan)) {
        return false;
    }
    if (take(scan, '.')) {
        *ret_kind = CNOP_SCAN_NUMBER;
        if (!scan_digits(scan))
            return false;
    }
    if (take(scan, 'e') || take(scan, 'E')) {
        *ret_kind = CNOP_SCAN_NUMBER;
        if (!take(scan, '+'))
            (void)take(scan, '-');
        return scan_digits(scan);
    }
    return true;
}

static bool
scan_number(struct cnop_scan *scan, struct cnop_scan_value *ret_value)
{
    size_t start = scan->at;

    if (!scan_numeral(scan, &ret_value->kind))
        return false;
    ret_value->raw = cnop_str_make(scan->text.ptr + start, scan->at - start);
    if (scan->numbers != NULL)
        scan->numbers[scan->number_count++] = ret_value->raw;
    return true;
}

static bool
scan_word(struct cnop_scan *scan, struct cnop_scan_value *ret_value)
{
    static const struct cnop_str words[] = {{"true", 4}, {"false", 5}, {"null", 4}};
    struct cnop_str text = rest(scan);

    for (size_t i = 0; i < CNOP_COUNT(words); i++) {
        if (!cnop_str_has_prefix(text, words[i]))
            continue;
        ret_value->kind = CNOP_SCAN_LITERAL;
        ret_value->raw = cnop_str_make(text.ptr, words[i].len);
        scan->at += words[i].len;
        scan->null_count += words[i].ptr[0] == 'n';
        return true;
    }
    if (text.len > 0 && cnop_is_lower(text.ptr[0]))
        return refuse(scan, "unknown word");
    return refuse(scan, text.len == 0 ? "the text ends too early" : "a value is expected");
}

static bool
scan_scalar(struct cnop_scan *scan, struct cnop_scan_value *ret_value)
{
    char c = peek(scan);

    ret_value->escaped = false;
    if (c == '"')
        return scan_string(scan, ret_value);
    if (c == '-' || cnop_is_digit(c))
        return scan_number(scan, ret_value);
    return scan_word(scan, ret_value);
}

/* ---- containers ---- */

static bool
in_object(const struct cnop_scan *scan)
{
    return scan->depth > 0 && (scan->object_bits >> (scan->depth - 1) & 1) != 0;
}

/* The cursor is at the opening bracket. */
static bool
open_container(struct cnop_scan *scan)
{
    uint32_t bit;

    if (scan->depth == scan->limits.depth)
        return refuse(scan, "nested too deeply");
    bit = UINT32_C(1) << scan->depth;
    scan->object_bits = peek(scan) == '{' ? scan->object_bits | bit : scan->object_bits & ~bit;
    scan->first_names[scan->depth] = scan->name_count;
    scan->depth++;
    scan->at++;
    skip_space(scan);
    return true;
}

/* The innermost container ends at the cursor. */
static bool
close_container(struct cnop_scan *scan)
{
    if (!take(scan, in_object(scan) ? '}' : ']'))
        return false;
    scan->depth--;
    scan->name_count = scan->first_names[scan->depth];
    return true;
}

/* Closes containers down to a depth, as far as the text does. ret_more: a comma asks for another
 * value. */
static bool
scan_after(struct cnop_scan *scan, uint32_t down_to, bool *ret_more)
{
    *ret_more = false;
    while (scan->depth > down_to) {
        skip_space(scan);
        if (take(scan, ',')) {
            skip_space(scan);
            *ret_more = true;
            return true;
        }
        if (!close_container(scan))
            return refuse(scan, scan->at == scan->text.len
                                    ? "the text ends too early"
                                    : "a comma or a closing bracket is expected");
    }
    return true;
}

static bool
count_value(struct cnop_scan *scan)
{
    return scan->value_count++ < scan->limits.value_count || refuse(scan, "too many values");
}

/* What is inside the container that has just been opened, and its end. */
static bool
scan_inside(struct cnop_scan *scan)
{
    uint32_t outside = scan->depth - 1;
    struct cnop_scan_value inner;
    bool more = true;

    if (close_container(scan))
        return true;
    while (more) {
        if (in_object(scan) && !scan_name(scan, &inner))
            return false;
        if (!count_value(scan))
            return false;
        if (peek(scan) == '{' || peek(scan) == '[') {
            if (!open_container(scan))
                return false;
            if (peek(scan) != (in_object(scan) ? '}' : ']'))
                continue; /* not empty: its first value comes next */
        } else if (!scan_scalar(scan, &inner)) {
            return false;
        }
        if (!scan_after(scan, outside, &more))
            return false;
    }
    return true;
}

/* The value at the cursor, with all that is in it. */
static bool
scan_value(struct cnop_scan *scan, struct cnop_scan_value *ret_value)
{
    size_t start = scan->at;
    char c = peek(scan);

    if (!count_value(scan))
        return false;
    if (c != '{' && c != '[')
        return scan_scalar(scan, ret_value);
    if (!open_container(scan) || !scan_inside(scan))
        return false;
    ret_value->kind = c == '{' ? CNOP_SCAN_OBJECT : CNOP_SCAN_ARRAY;
    ret_value->escaped = false;
    ret_value->raw = cnop_str_make(scan->text.ptr + start, scan->at - start);
    return true;
}

/* ---- the whole text ---- */

void
cnop_scan_start_with(struct cnop_scan *scan, struct cnop_str text,
                     const struct cnop_scan_limits *limits, struct cnop_scan_name *names,
                     uint32_t name_cap)
{
    cnop_assert(limits->depth > 0);
    cnop_assert(limits->depth <= CNOP_SCAN_DEPTH_MAX);
    cnop_assert(text.len <= UINT32_MAX);
    scan->text = text;
    scan->at = scan->count = scan->text_bytes = 0;
    scan->reason = NULL;
    scan->limits = *limits;
    scan->value_count = scan->name_count = scan->number_count = scan->null_count = 0;
    scan->depth = 0;
    scan->object_bits = 0;
    scan->name_cap = name_cap;
    scan->names = names;
    scan->numbers = NULL;
}

void
cnop_scan_start(struct cnop_scan *scan, struct cnop_str text)
{
    static const struct cnop_scan_limits limits = {
        .depth = 8, .key_count = CNOP_SCAN_MEMBERS_MAX, .value_count = 1024};

    cnop_scan_start_with(scan, text, &limits, scan->own_names, CNOP_COUNT(scan->own_names));
}

enum cnop_err
cnop_scan_text(struct cnop_scan *scan)
{
    struct cnop_scan_value value;

    cnop_assert(scan->at == 0);
    skip_space(scan);
    if (!scan_value(scan, &value))
        return CNOP_E_MALFORMED_JSON;
    skip_space(scan);
    if (scan->at == scan->text.len)
        return CNOP_OK;
    scan->reason = "text after the value";
    return CNOP_E_MALFORMED_JSON;
}

/* ---- walking ---- */

static enum cnop_scan_step
broken(struct cnop_scan *scan, const char *reason)
{
    if (scan->reason == NULL)
        scan->reason = reason;
    return CNOP_SCAN_BROKEN;
}

static enum cnop_scan_step
walk_end(struct cnop_scan *scan)
{
    skip_space(scan);
    return scan->at == scan->text.len ? CNOP_SCAN_END : broken(scan, "text after the value");
}

/* To the first byte of the next item, or past the end of the container. */
static enum cnop_scan_step
walk_on(struct cnop_scan *scan, char open)
{
    if (scan->reason != NULL)
        return CNOP_SCAN_BROKEN;
    skip_space(scan);
    if (scan->count == 0) {
        if (peek(scan) != open || !open_container(scan))
            return broken(scan, "another kind of value is expected");
        if (close_container(scan))
            return walk_end(scan);
    } else {
        if (close_container(scan))
            return walk_end(scan);
        if (!take(scan, ','))
            return broken(scan, "a comma or a closing bracket is expected");
        skip_space(scan);
    }
    if (scan->count == CNOP_SCAN_MEMBERS_MAX)
        return broken(scan, "too many values");
    scan->count++;
    return CNOP_SCAN_ITEM;
}

enum cnop_scan_step
cnop_scan_member(struct cnop_scan *scan, struct cnop_str *ret_name,
                 struct cnop_scan_value *ret_value)
{
    enum cnop_scan_step step = walk_on(scan, '{');
    struct cnop_scan_value name;

    if (step != CNOP_SCAN_ITEM)
        return step;
    if (!scan_name(scan, &name))
        return CNOP_SCAN_BROKEN;
    if (name.escaped)
        return broken(scan, "a key with an escape in it");
    if (!scan_value(scan, ret_value))
        return CNOP_SCAN_BROKEN;
    *ret_name = name.raw;
    return CNOP_SCAN_ITEM;
}

enum cnop_scan_step
cnop_scan_element(struct cnop_scan *scan, struct cnop_scan_value *ret_value)
{
    enum cnop_scan_step step = walk_on(scan, '[');

    if (step != CNOP_SCAN_ITEM)
        return step;
    return scan_value(scan, ret_value) ? CNOP_SCAN_ITEM : CNOP_SCAN_BROKEN;
}
