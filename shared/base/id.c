/* SPDX-License-Identifier: MIT */
/* Identifiers seen by clients: base-32 digits of the row id, then of its keyed tag. */
#include "shared/base/id.h"

#include "shared/base/ascii.h"
#include "shared/base/secret.h"

#include <string.h>

#define CNOP_ID_DIGITS 13 /* 13 * 5 bits hold 64 */
#define CNOP_ID_TAG_DIGITS 10
#define CNOP_ID_TAG_MASK ((UINT64_C(1) << (5 * CNOP_ID_TAG_DIGITS)) - 1)
#define CNOP_ID_LEN_MIN 10 /* of anything the API takes for an id */
#define CNOP_ID_LEN_MAX 50

_Static_assert(1 + CNOP_ID_DIGITS + CNOP_ID_TAG_DIGITS == CNOP_PUBLIC_ID_LEN, "length in header");

/* No i, l, o, u; in ASCII order, so that texts sort like numbers. */
static const char id_alphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";

static uint64_t
id_tag(char prefix, const struct cnop_id_key *key, uint64_t id)
{
    unsigned char message[9];

    for (size_t i = 0; i < 8; i++)
        message[i] = (unsigned char)(id >> (8 * i));
    message[8] = (unsigned char)prefix;
    return cnop_secret_siphash(key->bytes, message, sizeof(message)) & CNOP_ID_TAG_MASK;
}

static void
id_put(char *out, uint64_t value, size_t digits)
{
    for (size_t i = digits; i > 0; i--) {
        out[i - 1] = id_alphabet[value & 31];
        value >>= 5;
    }
}

void
cnop_id_format(struct cnop_buf *buf, char prefix, const struct cnop_id_key *key, uint64_t id)
{
    char text[CNOP_PUBLIC_ID_LEN];

    text[0] = prefix;
    id_put(text + 1, id, CNOP_ID_DIGITS);
    id_put(text + 1 + CNOP_ID_DIGITS, id_tag(prefix, key, id), CNOP_ID_TAG_DIGITS);
    cnop_buf_bytes(buf, text, sizeof(text));
}

static bool
id_take(const char *text, size_t digits, uint64_t *ret_value)
{
    uint64_t value = 0;

    for (size_t i = 0; i < digits; i++) {
        const char *at = memchr(id_alphabet, text[i], sizeof(id_alphabet) - 1);

        if (at == NULL || value >> 59 != 0)
            return false;
        value = value << 5 | (uint64_t)(at - id_alphabet);
    }
    *ret_value = value;
    return true;
}

enum cnop_err
cnop_id_parse(struct cnop_str s, char prefix, const struct cnop_id_key *key, uint64_t *ret_id)
{
    uint64_t id;
    uint64_t tag;
    uint64_t expected;

    if (s.len < CNOP_ID_LEN_MIN || s.len > CNOP_ID_LEN_MAX || !cnop_str_is_word(s, "_"))
        return CNOP_E_INVALID;
    if (s.len != CNOP_PUBLIC_ID_LEN || s.ptr[0] != prefix ||
        !id_take(s.ptr + 1, CNOP_ID_DIGITS, &id) ||
        !id_take(s.ptr + 1 + CNOP_ID_DIGITS, CNOP_ID_TAG_DIGITS, &tag))
        return CNOP_E_NOT_FOUND;
    expected = id_tag(prefix, key, id);
    if (!cnop_secret_equal(&tag, &expected, sizeof(tag)))
        return CNOP_E_NOT_FOUND;
    *ret_id = id;
    return CNOP_OK;
}

void
cnop_id_random_hex(char ret_hex[CNOP_HEX_ID_LEN + 1])
{
    unsigned char bytes[CNOP_HEX_ID_LEN / 2];

    cnop_secret_random(bytes, sizeof(bytes));
    cnop_str_hex(bytes, sizeof(bytes), ret_hex);
}
