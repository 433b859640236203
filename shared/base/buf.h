/* SPDX-License-Identifier: MIT */
/* Bounded output: bytes are appended until the fixed capacity is reached, then a sticky overflow
 * flag is set and later appends are ignored. The buffer never allocates and never grows. */
#ifndef CNOP_BASE_BUF_H
#define CNOP_BASE_BUF_H

#include "shared/base/str.h"

struct cnop_buf {
    char *ptr;
    size_t len;
    size_t cap;
    bool overflow;
};

/* Uses the caller's memory, which must outlive the buffer. */
void cnop_buf_init(struct cnop_buf *buf, void *memory, size_t cap);
void cnop_buf_clear(struct cnop_buf *buf); /* empty again, flag off */

void cnop_buf_char(struct cnop_buf *buf, char c);
void cnop_buf_bytes(struct cnop_buf *buf, const void *bytes, size_t len);
void cnop_buf_str(struct cnop_buf *buf, struct cnop_str s);
void cnop_buf_text(struct cnop_buf *buf, const char *text); /* NUL-terminated */
void cnop_buf_u64(struct cnop_buf *buf, uint64_t value);
void cnop_buf_i64(struct cnop_buf *buf, int64_t value);
cnop_printf(2, 3) void cnop_buf_printf(struct cnop_buf *buf, const char *fmt, ...);

struct cnop_str cnop_buf_view(const struct cnop_buf *buf);

#endif
