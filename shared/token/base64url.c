/* SPDX-License-Identifier: MIT */
/* Canonical base64url. Strict on input: what it accepts, the encoder reproduces byte for byte. */
#include "shared/token/base64url.h"
#include "shared/base/ascii.h"

static const char alphabet[65] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static int
sextet(char c)
{
    if (cnop_is_upper(c))
        return c - 'A';
    if (cnop_is_lower(c))
        return c - 'a' + 26;
    if (cnop_is_digit(c))
        return c - '0' + 52;
    if (c == '-')
        return 62;
    return c == '_' ? 63 : -1;
}

enum cnop_err
cnop_base64url_decode(struct cnop_str text, void *ret_bytes, size_t cap, size_t *ret_len)
{
    unsigned char *out = ret_bytes;
    uint32_t bits = 0;
    unsigned held = 0; /* bits not yet written: 0, 2, 4 or 6 before each character */
    size_t len = 0;

    if (text.len % 4 == 1)
        return CNOP_E_INVALID;
    if (CNOP_BASE64URL_BYTES(text.len) > cap)
        return CNOP_E_TRUNCATED;
    for (size_t i = 0; i < text.len; i++) {
        int value = sextet(text.ptr[i]);

        if (value < 0)
            return CNOP_E_INVALID;
        bits = (bits << 6 | (uint32_t)value) & 0xffff;
        held += 6;
        if (held >= 8) {
            held -= 8;
            out[len++] = (unsigned char)(bits >> held);
        }
    }
    if ((bits & ((1u << held) - 1)) != 0)
        return CNOP_E_INVALID;
    *ret_len = len;
    return CNOP_OK;
}

void
cnop_base64url_encode(struct cnop_buf *buf, const void *bytes, size_t len)
{
    const unsigned char *in = bytes;
    uint32_t bits = 0;
    unsigned held = 0;

    for (size_t i = 0; i < len; i++) {
        bits = (bits << 8 | in[i]) & 0xffff;
        held += 8;
        while (held >= 6) {
            held -= 6;
            cnop_buf_char(buf, alphabet[bits >> held & 63]);
        }
    }
    if (held > 0)
        cnop_buf_char(buf, alphabet[bits << (6 - held) & 63]);
}
