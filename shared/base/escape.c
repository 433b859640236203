/* SPDX-License-Identifier: MIT */
/* JSON string encoding: runs of plain bytes are copied at once, the rest byte by byte. */
#include "shared/base/escape.h"

#include <string.h>

#include "shared/base/ascii.h"

#define CNOP_ESCAPE_REPLACEMENT "\xEF\xBF\xBD" /* U+FFFD */

static bool
escape_is_plain(unsigned char byte)
{
    return byte >= 0x20 && byte < 0x7F && byte != '"' && byte != '\\';
}

static void
escape_control(struct cnop_buf *buf, unsigned char code)
{
    char text[6] = {'\\', 'u', '0', '0', cnop_hex_digit(code >> 4), cnop_hex_digit(code)};

    switch (code) {
    case '\n':
        cnop_buf_bytes(buf, "\\n", 2);
        break;
    case '\r':
        cnop_buf_bytes(buf, "\\r", 2);
        break;
    case '\t':
        cnop_buf_bytes(buf, "\\t", 2);
        break;
    default:
        cnop_buf_bytes(buf, text, sizeof(text));
        break;
    }
}

/* One character that is not plain; returns the bytes it took from s. */
static size_t
escape_special(struct cnop_buf *buf, struct cnop_str s)
{
    unsigned char byte = (unsigned char)s.ptr[0];
    size_t len;

    if (byte == '"' || byte == '\\') {
        char pair[2] = {'\\', (char)byte};

        cnop_buf_bytes(buf, pair, sizeof(pair));
        return 1;
    }
    if (byte < 0x20 || byte == 0x7F) {
        escape_control(buf, byte);
        return 1;
    }
    len = cnop_str_utf8_prefix(s);
    if (len == 0) {
        cnop_buf_bytes(buf, CNOP_ESCAPE_REPLACEMENT, sizeof(CNOP_ESCAPE_REPLACEMENT) - 1);
        return 1;
    }
    if (byte == 0xC2 && (unsigned char)s.ptr[1] < 0xA0) /* U+0080-U+009F: terminals obey them */
        escape_control(buf, (unsigned char)s.ptr[1]);
    else
        cnop_buf_bytes(buf, s.ptr, len);
    return len;
}

void
cnop_escape_json(struct cnop_buf *buf, struct cnop_str s)
{
    size_t i = 0;

    cnop_buf_char(buf, '"');
    while (i < s.len) {
        size_t start = i;

        while (i < s.len && escape_is_plain((unsigned char)s.ptr[i]))
            i++;
        cnop_buf_bytes(buf, s.ptr + start, i - start);
        if (i < s.len)
            i += escape_special(buf, (struct cnop_str){s.ptr + i, s.len - i});
    }
    cnop_buf_char(buf, '"');
}

struct cnop_str
cnop_escape_clip(struct cnop_str s, size_t max_bytes)
{
    size_t len = max_bytes;

    if (s.len <= max_bytes)
        return s;
    for (size_t back = 0; back < 4; back++) { /* a sequence has at most 4 bytes */
        if (len == 0 || ((unsigned char)s.ptr[len] & 0xC0) != 0x80)
            return (struct cnop_str){s.ptr, len};
        len--;
    }
    return (struct cnop_str){s.ptr, max_bytes}; /* not UTF-8: the encoder replaces such bytes */
}
