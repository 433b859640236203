/* SPDX-License-Identifier: MIT */
/* Grammar check in front of json-c: one pass, no recursion; the nesting lives in a bit stack. It
 * accepts exactly RFC 8259 minus what a service must not be sent: U+0000, lone surrogates. */
#include "shared/json/json_scan.h"

#include <string.h>

struct cnop_json_scanner {
    const char *text;
    size_t len;
    size_t at;
    const struct cnop_json_limits *limits;
    struct cnop_json_fault fault;
    uint32_t value_count;
    uint32_t depth;
    uint32_t object_bits; /* bit n: the container at depth n is an object */
    uint32_t key_counts[CNOP_JSON_SCAN_DEPTH_MAX];
};

static bool
cnop_json_refuse(struct cnop_json_scanner *scanner, const char *reason)
{
    scanner->fault = (struct cnop_json_fault){reason, scanner->at};
    return false;
}

/* The byte at the cursor; NUL at the end, which no rule of the grammar accepts. */
static char
cnop_json_peek(const struct cnop_json_scanner *scanner)
{
    return scanner->at < scanner->len ? scanner->text[scanner->at] : '\0';
}

static void
cnop_json_skip_space(struct cnop_json_scanner *scanner)
{
    char c = cnop_json_peek(scanner);

    while (c == ' ' || c == '\n' || c == '\r' || c == '\t') {
        scanner->at++;
        c = cnop_json_peek(scanner);
    }
}

static bool
cnop_json_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int
cnop_json_hex4(const struct cnop_json_scanner *scanner, size_t from)
{
    unsigned char bytes[2];

    if (scanner->len - from < 4 ||
        cnop_str_unhex(cnop_str_make(scanner->text + from, 4), bytes, sizeof(bytes)) != CNOP_OK)
        return -1;
    return bytes[0] << 8 | bytes[1];
}

/* \uXXXX, and its partner when it is a high surrogate; the cursor is at the u. */
static bool
cnop_json_scan_unicode(struct cnop_json_scanner *scanner)
{
    int code = cnop_json_hex4(scanner, scanner->at + 1);
    int low;

    if (code < 0)
        return cnop_json_refuse(scanner, "\\u needs four hexadecimal digits");
    if (code == 0)
        return cnop_json_refuse(scanner, "the character U+0000 is not allowed");
    if (code >= 0xDC00 && code <= 0xDFFF)
        return cnop_json_refuse(scanner, "a surrogate without its partner");
    scanner->at += 5;
    if (code < 0xD800 || code > 0xDBFF)
        return true;
    if (scanner->len - scanner->at < 6 || scanner->text[scanner->at] != '\\' ||
        scanner->text[scanner->at + 1] != 'u')
        return cnop_json_refuse(scanner, "a surrogate without its partner");
    low = cnop_json_hex4(scanner, scanner->at + 2);
    if (low < 0xDC00 || low > 0xDFFF)
        return cnop_json_refuse(scanner, "a surrogate without its partner");
    scanner->at += 6;
    return true;
}

static bool
cnop_json_scan_escape(struct cnop_json_scanner *scanner)
{
    char c;

    scanner->at++;
    c = cnop_json_peek(scanner);
    if (c == 'u')
        return cnop_json_scan_unicode(scanner);
    if (c == '\0' || strchr("\"\\/bfnrt", c) == NULL)
        return cnop_json_refuse(scanner, "unknown escape in a string");
    scanner->at++;
    return true;
}

static bool
cnop_json_scan_string(struct cnop_json_scanner *scanner)
{
    scanner->at++;
    while (scanner->at < scanner->len) {
        unsigned char byte = (unsigned char)scanner->text[scanner->at];
        size_t utf8_len;

        if (byte == '"') {
            scanner->at++;
            return true;
        }
        if (byte == '\\') {
            if (!cnop_json_scan_escape(scanner))
                return false;
        } else if (byte < 0x20) {
            return cnop_json_refuse(scanner, "raw control character in a string");
        } else if (byte < 0x80) {
            scanner->at++;
        } else {
            utf8_len = cnop_str_utf8_prefix(
                cnop_str_make(scanner->text + scanner->at, scanner->len - scanner->at));
            if (utf8_len == 0)
                return cnop_json_refuse(scanner, "not valid UTF-8");
            scanner->at += utf8_len;
        }
    }
    return cnop_json_refuse(scanner, "string without end");
}

static bool
cnop_json_scan_digits(struct cnop_json_scanner *scanner)
{
    size_t from = scanner->at;

    while (cnop_json_is_digit(cnop_json_peek(scanner)))
        scanner->at++;
    return scanner->at > from || cnop_json_refuse(scanner, "a number lacks a digit");
}

static bool
cnop_json_scan_numeral(struct cnop_json_scanner *scanner)
{
    if (cnop_json_peek(scanner) == '-')
        scanner->at++;
    if (cnop_json_peek(scanner) == '0') {
        scanner->at++;
        if (cnop_json_is_digit(cnop_json_peek(scanner)))
            return cnop_json_refuse(scanner, "a number has a leading zero");
    } else if (!cnop_json_scan_digits(scanner)) {
        return false;
    }
    if (cnop_json_peek(scanner) == '.') {
        scanner->at++;
        if (!cnop_json_scan_digits(scanner))
            return false;
    }
    if (cnop_json_peek(scanner) == 'e' || cnop_json_peek(scanner) == 'E') {
        scanner->at++;
        if (cnop_json_peek(scanner) == '+' || cnop_json_peek(scanner) == '-')
            scanner->at++;
        return cnop_json_scan_digits(scanner);
    }
    return true;
}

static bool
cnop_json_scan_word(struct cnop_json_scanner *scanner, struct cnop_str word)
{
    struct cnop_str rest = cnop_str_make(scanner->text + scanner->at, scanner->len - scanner->at);

    if (!cnop_str_has_prefix(rest, word))
        return cnop_json_refuse(scanner, "unknown word");
    scanner->at += word.len;
    return true;
}

static bool
cnop_json_scan_scalar(struct cnop_json_scanner *scanner)
{
    char c = cnop_json_peek(scanner);

    if (c == '"')
        return cnop_json_scan_string(scanner);
    if (c == '-' || cnop_json_is_digit(c))
        return cnop_json_scan_numeral(scanner);
    if (c == 't')
        return cnop_json_scan_word(scanner, CNOP_STR("true"));
    if (c == 'f')
        return cnop_json_scan_word(scanner, CNOP_STR("false"));
    if (c == 'n')
        return cnop_json_scan_word(scanner, CNOP_STR("null"));
    return cnop_json_refuse(scanner, scanner->at == scanner->len ? "the text ends too early"
                                                                 : "a value is expected");
}

static bool
cnop_json_in_object(const struct cnop_json_scanner *scanner)
{
    return scanner->depth > 0 && (scanner->object_bits >> (scanner->depth - 1) & 1) != 0;
}

static bool
cnop_json_scan_key(struct cnop_json_scanner *scanner)
{
    if (cnop_json_peek(scanner) != '"')
        return cnop_json_refuse(scanner, "a key in double quotes is expected");
    if (scanner->key_counts[scanner->depth - 1]++ == scanner->limits->key_count)
        return cnop_json_refuse(scanner, "an object has too many keys");
    if (!cnop_json_scan_string(scanner))
        return false;
    cnop_json_skip_space(scanner);
    if (cnop_json_peek(scanner) != ':')
        return cnop_json_refuse(scanner, "a colon is expected");
    scanner->at++;
    cnop_json_skip_space(scanner);
    return true;
}

static bool
cnop_json_scan_open(struct cnop_json_scanner *scanner, bool is_object)
{
    uint32_t bit;

    if (scanner->depth == scanner->limits->depth)
        return cnop_json_refuse(scanner, "nested too deeply");
    bit = UINT32_C(1) << scanner->depth;
    scanner->object_bits = is_object ? scanner->object_bits | bit : scanner->object_bits & ~bit;
    scanner->key_counts[scanner->depth] = 0;
    scanner->depth++;
    scanner->at++;
    cnop_json_skip_space(scanner);
    return true;
}

/* Closes containers as far as the text does. ret_more: a comma asks for another value. */
static bool
cnop_json_scan_after(struct cnop_json_scanner *scanner, bool *ret_more)
{
    *ret_more = false;
    while (scanner->depth > 0) {
        char c;

        cnop_json_skip_space(scanner);
        c = cnop_json_peek(scanner);
        if (c == ',') {
            scanner->at++;
            cnop_json_skip_space(scanner);
            *ret_more = true;
            return true;
        }
        if (c != (cnop_json_in_object(scanner) ? '}' : ']'))
            return cnop_json_refuse(scanner, scanner->at == scanner->len
                                                 ? "the text ends too early"
                                                 : "a comma or a closing bracket is expected");
        scanner->at++;
        scanner->depth--;
    }
    return true;
}

static bool
cnop_json_scan_text(struct cnop_json_scanner *scanner)
{
    bool more = true;

    cnop_json_skip_space(scanner);
    while (more) {
        char c;

        if (cnop_json_in_object(scanner) && !cnop_json_scan_key(scanner))
            return false;
        if (scanner->value_count++ == scanner->limits->value_count)
            return cnop_json_refuse(scanner, "too many values");
        c = cnop_json_peek(scanner);
        if (c == '{' || c == '[') {
            if (!cnop_json_scan_open(scanner, c == '{'))
                return false;
            if (cnop_json_peek(scanner) != (c == '{' ? '}' : ']'))
                continue; /* not empty: its first value comes next */
        } else if (!cnop_json_scan_scalar(scanner)) {
            return false;
        }
        if (!cnop_json_scan_after(scanner, &more))
            return false;
    }
    cnop_json_skip_space(scanner);
    return scanner->at == scanner->len || cnop_json_refuse(scanner, "text after the value");
}

enum cnop_err
cnop_json_scan(struct cnop_str text, const struct cnop_json_limits *limits,
               struct cnop_json_fault *ret_fault, uint32_t *ret_value_count)
{
    struct cnop_json_scanner scanner = {.text = text.ptr, .len = text.len, .limits = limits};

    cnop_assert(limits->depth > 0);
    cnop_assert(limits->depth <= CNOP_JSON_SCAN_DEPTH_MAX);
    if (!cnop_json_scan_text(&scanner)) {
        *ret_fault = scanner.fault;
        return CNOP_E_MALFORMED_JSON;
    }
    *ret_value_count = scanner.value_count;
    return CNOP_OK;
}

static size_t
cnop_json_string_end(struct cnop_str text, size_t at)
{
    for (at++; at < text.len && text.ptr[at] != '"'; at++)
        if (text.ptr[at] == '\\')
            at++;
    return at + 1;
}

struct cnop_str
cnop_json_scan_number(struct cnop_str text, size_t *at)
{
    size_t i = *at;
    size_t from;

    while (i < text.len && text.ptr[i] != '-' && !cnop_json_is_digit(text.ptr[i]))
        i = text.ptr[i] == '"' ? cnop_json_string_end(text, i) : i + 1;
    from = i;
    while (i < text.len && (cnop_json_is_digit(text.ptr[i]) || memchr("+-.eE", text.ptr[i], 5)))
        i++;
    *at = i;
    return from < text.len ? cnop_str_make(text.ptr + from, i - from) : cnop_str_make(NULL, 0);
}
