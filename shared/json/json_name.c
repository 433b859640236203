/* SPDX-License-Identifier: MIT */
/* Decoding of string text one code point at a time. Expects what the scanner accepts: complete
 * escapes, paired surrogates, well-formed UTF-8. */
#include "shared/json/json_name.h"

#include <string.h>

#include "shared/base/ascii.h"

int
cnop_json_hex4(struct cnop_str text)
{
    int code = 0;

    if (text.len < 4)
        return -1;
    for (size_t i = 0; i < 4; i++) {
        int value = cnop_hex_value(text.ptr[i]);

        if (value < 0)
            return -1;
        code = code << 4 | value;
    }
    return code;
}

static uint32_t
decode_utf8(const unsigned char *bytes, size_t *at)
{
    static const unsigned char lead_bits[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    unsigned lead = bytes[*at];
    size_t len = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    uint32_t code = lead & lead_bits[len];

    for (size_t i = 1; i < len; i++)
        code = code << 6 | (bytes[*at + i] & 0x3F);
    *at += len;
    return code;
}

/* The code point at *at of a string that has been scanned already. */
static uint32_t
next_code_point(struct cnop_str raw, size_t *at)
{
    static const char letters[] = "bfnrt";
    static const char meanings[] = "\b\f\n\r\t";
    const char *letter;
    uint32_t code;
    char c;

    if (raw.ptr[*at] != '\\')
        return decode_utf8((const unsigned char *)raw.ptr, at);
    c = raw.ptr[*at + 1];
    *at += 2;
    if (c != 'u') {
        letter = strchr(letters, c);
        return (uint32_t)(unsigned char)(letter != NULL ? meanings[letter - letters] : c);
    }
    code = (uint32_t)cnop_json_hex4(cnop_str_make(raw.ptr + *at, 4));
    *at += 4;
    if (code < 0xD800 || code > 0xDBFF)
        return code;
    code = 0x10000 + ((code - 0xD800) << 10) +
           ((uint32_t)cnop_json_hex4(cnop_str_make(raw.ptr + *at + 2, 4)) - 0xDC00);
    *at += 6;
    return code;
}

bool
cnop_json_name_equal(struct cnop_str a, struct cnop_str b)
{
    size_t a_at = 0, b_at = 0;

    while (a_at < a.len && b_at < b.len)
        if (next_code_point(a, &a_at) != next_code_point(b, &b_at))
            return false;
    return a_at == a.len && b_at == b.len;
}
