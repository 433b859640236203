/* SPDX-License-Identifier: MIT */
/* base64url without padding, canonical only: one text for each byte string and no other. */
#ifndef CNOP_TOKEN_BASE64URL_H
#define CNOP_TOKEN_BASE64URL_H

#include "shared/base/buf.h"

/* Bytes that a text of len characters decodes to. */
#define CNOP_BASE64URL_BYTES(len) ((len) / 4 * 3 + ((len) % 4) * 3 / 4)

/* INVALID on padding, foreign characters, an impossible length or non-zero tail bits; TRUNCATED
 * when cap is too small. */
cnop_must_check enum cnop_err cnop_base64url_decode(struct cnop_str text, void *ret_bytes,
                                                    size_t cap, size_t *ret_len);

void cnop_base64url_encode(struct cnop_buf *buf, const void *bytes, size_t len);

#endif
