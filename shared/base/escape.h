/* SPDX-License-Identifier: MIT */
/* Text into JSON strings. The one encoder behind response bodies and log lines, so that whatever
 * bytes come in, the line that goes out is valid UTF-8 JSON without raw control characters. */
#ifndef CNOP_BASE_ESCAPE_H
#define CNOP_BASE_ESCAPE_H

#include "shared/base/buf.h"

/* Appends s as a quoted JSON string. Control characters (C0, DEL, C1) become \u escapes; each byte
 * that is not part of well-formed UTF-8 becomes U+FFFD. */
void cnop_escape_json(struct cnop_buf *buf, struct cnop_str s);

/* The longest prefix of s of at most max_bytes that does not cut a UTF-8 sequence in two. */
struct cnop_str cnop_escape_clip(struct cnop_str s, size_t max_bytes);

#endif
