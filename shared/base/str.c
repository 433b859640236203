/* SPDX-License-Identifier: MIT */
/* String views. Reads what it is given, byte by byte where locale could interfere; never writes
 * through a view. */
#include "shared/base/str.h"

#include "shared/base/arena.h"
#include "shared/base/ascii.h"

#include <string.h>

struct cnop_str
cnop_str_from(const char *text)
{
    return (struct cnop_str){text, text == NULL ? 0 : strlen(text)};
}

struct cnop_str
cnop_str_make(const char *ptr, size_t len)
{
    return (struct cnop_str){ptr, len};
}

bool
cnop_str_empty(struct cnop_str s)
{
    return s.len == 0;
}

bool
cnop_str_equal(struct cnop_str a, struct cnop_str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

int
cnop_str_compare(struct cnop_str a, struct cnop_str b)
{
    size_t len = a.len < b.len ? a.len : b.len;
    int order = len == 0 ? 0 : memcmp(a.ptr, b.ptr, len);

    return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

bool
cnop_str_equal_nocase(struct cnop_str a, struct cnop_str b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        if (cnop_to_lower(a.ptr[i]) != cnop_to_lower(b.ptr[i]))
            return false;
    return true;
}

bool
cnop_str_has_prefix(struct cnop_str s, struct cnop_str prefix)
{
    return s.len >= prefix.len && cnop_str_equal((struct cnop_str){s.ptr, prefix.len}, prefix);
}

static bool
str_is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

struct cnop_str
cnop_str_trim(struct cnop_str s)
{
    while (s.len > 0 && str_is_space(s.ptr[0])) {
        s.ptr++;
        s.len--;
    }
    while (s.len > 0 && str_is_space(s.ptr[s.len - 1]))
        s.len--;
    return s;
}

bool
cnop_str_cut(struct cnop_str s, char separator, struct cnop_str *ret_head,
             struct cnop_str *ret_tail)
{
    const char *at = s.len == 0 ? NULL : memchr(s.ptr, separator, s.len);
    size_t head_len;

    if (at == NULL) {
        *ret_head = s;
        *ret_tail = (struct cnop_str){NULL, 0};
        return false;
    }
    head_len = (size_t)(at - s.ptr);
    *ret_head = (struct cnop_str){s.ptr, head_len};
    *ret_tail = (struct cnop_str){at + 1, s.len - head_len - 1};
    return true;
}

bool
cnop_str_is_word(struct cnop_str s, const char *extra)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];

        if (cnop_is_letter(c) || cnop_is_digit(c))
            continue;
        if (c == '\0' || strchr(extra, c) == NULL)
            return false;
    }
    return true;
}

/* Length of the well-formed sequence at the start of bytes, 0 if there is none (RFC 3629, table in
 * section 4: the second byte's range excludes overlong forms, surrogates and U+110000 up). */
static size_t
str_utf8_len(const unsigned char *bytes, size_t len)
{
    unsigned char lead = bytes[0];
    unsigned char low = 0x80;
    unsigned char high = 0xBF;
    size_t need;

    if (lead < 0x80)
        return 1;
    if (lead >= 0xC2 && lead <= 0xDF)
        need = 2;
    else if (lead >= 0xE0 && lead <= 0xEF)
        need = 3;
    else if (lead >= 0xF0 && lead <= 0xF4)
        need = 4;
    else
        return 0;
    if (lead == 0xE0)
        low = 0xA0;
    if (lead == 0xED)
        high = 0x9F;
    if (lead == 0xF0)
        low = 0x90;
    if (lead == 0xF4)
        high = 0x8F;
    if (len < need || bytes[1] < low || bytes[1] > high)
        return 0;
    for (size_t i = 2; i < need; i++)
        if ((bytes[i] & 0xC0) != 0x80)
            return 0;
    return need;
}

size_t
cnop_str_utf8_prefix(struct cnop_str s)
{
    return s.len == 0 ? 0 : str_utf8_len((const unsigned char *)s.ptr, s.len);
}

bool
cnop_str_is_utf8(struct cnop_str s)
{
    size_t i = 0;

    while (i < s.len) {
        size_t len = str_utf8_len((const unsigned char *)s.ptr + i, s.len - i);

        if (len == 0 || s.ptr[i] == '\0')
            return false;
        i += len;
    }
    return true;
}

size_t
cnop_str_codepoint_count(struct cnop_str s)
{
    size_t count = 0;

    for (size_t i = 0; i < s.len; i++)
        count += ((unsigned char)s.ptr[i] & 0xC0) != 0x80;
    return count;
}

enum cnop_err
cnop_str_parse_u64(struct cnop_str s, uint64_t min, uint64_t max, uint64_t *ret_value)
{
    uint64_t value = 0;

    cnop_assert(min <= max);
    if (s.len == 0 || s.len > 20) /* 2^64 - 1 has 20 digits */
        return CNOP_E_INVALID;
    for (size_t i = 0; i < s.len; i++) {
        if (!cnop_is_digit(s.ptr[i]))
            return CNOP_E_INVALID;
        if (__builtin_mul_overflow(value, (uint64_t)10, &value) ||
            __builtin_add_overflow(value, (uint64_t)(s.ptr[i] - '0'), &value))
            return CNOP_E_INVALID;
    }
    if (value < min || value > max)
        return CNOP_E_INVALID;
    *ret_value = value;
    return CNOP_OK;
}

void
cnop_str_hex(const void *bytes, size_t len, char *out)
{
    const unsigned char *in = bytes;

    for (size_t i = 0; i < len; i++) {
        out[2 * i] = cnop_hex_digit(in[i] >> 4);
        out[2 * i + 1] = cnop_hex_digit(in[i]);
    }
    out[2 * len] = '\0';
}

enum cnop_err
cnop_str_unhex(struct cnop_str s, void *ret_bytes, size_t len)
{
    unsigned char *out = ret_bytes;

    if (s.len != 2 * len)
        return CNOP_E_INVALID;
    for (size_t i = 0; i < s.len; i++)
        if (cnop_hex_value(s.ptr[i]) < 0)
            return CNOP_E_INVALID;
    for (size_t i = 0; i < len; i++)
        out[i] =
            (unsigned char)(cnop_hex_value(s.ptr[2 * i]) << 4 | cnop_hex_value(s.ptr[2 * i + 1]));
    return CNOP_OK;
}

static struct cnop_str
str_map(struct cnop_arena *arena, struct cnop_str s, char (*map)(char))
{
    char *copy = s.len == SIZE_MAX ? NULL : cnop_arena_alloc(arena, s.len + 1);

    if (copy == NULL)
        return (struct cnop_str){NULL, 0};
    for (size_t i = 0; i < s.len; i++)
        copy[i] = map(s.ptr[i]);
    return (struct cnop_str){copy, s.len};
}

struct cnop_str
cnop_str_copy(struct cnop_arena *arena, struct cnop_str s)
{
    char *copy = s.len == SIZE_MAX ? NULL : cnop_arena_alloc(arena, s.len + 1);

    if (copy == NULL)
        return (struct cnop_str){NULL, 0};
    if (s.len > 0)
        memcpy(copy, s.ptr, s.len);
    return (struct cnop_str){copy, s.len};
}

struct cnop_str
cnop_str_lower(struct cnop_arena *arena, struct cnop_str s)
{
    return str_map(arena, s, cnop_to_lower);
}

struct cnop_str
cnop_str_upper(struct cnop_arena *arena, struct cnop_str s)
{
    return str_map(arena, s, cnop_to_upper);
}
