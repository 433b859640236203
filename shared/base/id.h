/* SPDX-License-Identifier: MIT */
/* Identifiers seen by clients. Public ids carry a 64-bit row id and a keyed tag: they sort like the
 * row id, cannot be guessed in bulk, and a wrong one is refused without a database look-up. */
#ifndef CNOP_BASE_ID_H
#define CNOP_BASE_ID_H

#include "shared/base/buf.h"

#define CNOP_PUBLIC_ID_LEN 24 /* prefix, 13 characters of id, 10 characters of tag */
#define CNOP_ID_KEY_BYTES 16
#define CNOP_HEX_ID_LEN 32

/* Prefix letters in use. The prefix is part of the tag, so one kind never passes for another. */
#define CNOP_ID_ORDER 'o'
#define CNOP_ID_TRANSACTION 't'

struct cnop_id_key {
    unsigned char bytes[CNOP_ID_KEY_BYTES];
};

/* Appends the 24 characters: lower-case letters and digits (Crockford's base 32). */
void cnop_id_format(struct cnop_buf *buf, char prefix, const struct cnop_id_key *key, uint64_t id);

/* INVALID: not [A-Za-z0-9_]{10,50}, so never an id of this API. NOT_FOUND: well-formed, but no id
 * made with this prefix and key. The tag is compared in constant time. */
cnop_must_check enum cnop_err cnop_id_parse(struct cnop_str s, char prefix,
                                            const struct cnop_id_key *key, uint64_t *ret_id);

/* 128 random bits as 32 lower-case hex digits, NUL-terminated: sessions, tokens, requests. */
void cnop_id_random_hex(char ret_hex[CNOP_HEX_ID_LEN + 1]);

#endif
