/* SPDX-License-Identifier: MIT */
/* Bounded output over the caller's memory. An append that does not fit leaves the buffer as it was
 * and sets the flag: what is in the buffer is always a prefix made of whole appends. */
#include "shared/base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void
cnop_buf_init(struct cnop_buf *buf, void *memory, size_t cap)
{
    cnop_assert(memory != NULL || cap == 0);
    *buf = (struct cnop_buf){.ptr = memory, .cap = cap};
}

void
cnop_buf_clear(struct cnop_buf *buf)
{
    buf->len = 0;
    buf->overflow = false;
}

void
cnop_buf_char(struct cnop_buf *buf, char c)
{
    if (buf->overflow || buf->len == buf->cap) {
        buf->overflow = true;
        return;
    }
    buf->ptr[buf->len++] = c;
}

void
cnop_buf_bytes(struct cnop_buf *buf, const void *bytes, size_t len)
{
    if (buf->overflow || len > buf->cap - buf->len) {
        buf->overflow = true;
        return;
    }
    if (len > 0)
        memcpy(buf->ptr + buf->len, bytes, len);
    buf->len += len;
}

void
cnop_buf_str(struct cnop_buf *buf, struct cnop_str s)
{
    cnop_buf_bytes(buf, s.ptr, s.len);
}

void
cnop_buf_text(struct cnop_buf *buf, const char *text)
{
    cnop_buf_bytes(buf, text, strlen(text));
}

void
cnop_buf_u64(struct cnop_buf *buf, uint64_t value)
{
    char digits[20];
    size_t at = sizeof(digits);

    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    cnop_buf_bytes(buf, digits + at, sizeof(digits) - at);
}

void
cnop_buf_i64(struct cnop_buf *buf, int64_t value)
{
    size_t len = buf->len;

    if (value < 0)
        cnop_buf_char(buf, '-');
    cnop_buf_u64(buf, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
    if (buf->overflow)
        buf->len = len; /* never a sign alone */
}

void
cnop_buf_printf(struct cnop_buf *buf, const char *fmt, ...)
{
    va_list args;
    size_t left = buf->cap - buf->len;
    int len;

    if (buf->overflow)
        return;
    va_start(args, fmt);
    len = vsnprintf(left == 0 ? NULL : buf->ptr + buf->len, left, fmt, args);
    va_end(args);
    cnop_assert(len >= 0);
    if ((size_t)len >= left) { /* vsnprintf needs a byte for its NUL, so one byte stays unused */
        buf->overflow = true;
        return;
    }
    buf->len += (size_t)len;
}

struct cnop_str
cnop_buf_view(const struct cnop_buf *buf)
{
    return (struct cnop_str){buf->ptr, buf->len};
}
