/* SPDX-License-Identifier: MIT */
/* base64url: every byte string has one text, and no other text is accepted. */
#include "shared/token/base64url.h"

#include <string.h>

#include "tests/unit/unit.h"

static enum cnop_err
decode(const char *text, unsigned char *bytes, size_t cap, size_t *len)
{
    return cnop_base64url_decode(cnop_str_from(text), bytes, cap, len);
}

START_TEST(round_trips_every_length)
{
    unsigned char bytes[64], back[64];
    char text[128];
    struct cnop_buf buf;
    size_t len;

    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (unsigned char)(i * 37 + 200);
    for (size_t n = 0; n <= sizeof(bytes); n++) {
        cnop_buf_init(&buf, text, sizeof(text));
        cnop_base64url_encode(&buf, bytes, n);
        ck_assert_uint_eq(CNOP_BASE64URL_BYTES(buf.len), n);
        ck_assert_int_eq(cnop_base64url_decode(cnop_buf_view(&buf), back, sizeof(back), &len),
                         CNOP_OK);
        ck_assert_uint_eq(len, n);
        ck_assert_mem_eq(back, bytes, n);
    }
}
END_TEST

START_TEST(refuses_other_spellings)
{
    static const char *const refused[] = {
        "QQ==", "QQ=", "Q", "QQQQQ", "Q Q", "QQ\n", "+/+/", "QR", "QUJ", "A\xc3\xa4", "QQ.",
    };
    unsigned char bytes[16];
    size_t len;

    for (size_t i = 0; i < CNOP_COUNT(refused); i++)
        ck_assert_msg(decode(refused[i], bytes, sizeof(bytes), &len) == CNOP_E_INVALID, "%s",
                      refused[i]);
    ck_assert_int_eq(decode("QQ", bytes, sizeof(bytes), &len), CNOP_OK);
    ck_assert_int_eq(bytes[0], 'A');
}
END_TEST

/* Only one of the 64 last characters of a two-character text decodes to each byte. */
START_TEST(tail_bits_must_be_zero)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    unsigned char bytes[4];
    unsigned accepted = 0;
    size_t len;

    for (size_t i = 0; i < 64; i++) {
        char text[3] = {'Q', alphabet[i], '\0'};

        if (decode(text, bytes, sizeof(bytes), &len) == CNOP_OK)
            accepted++;
    }
    ck_assert_uint_eq(accepted, 4);
}
END_TEST

START_TEST(never_writes_beyond_cap)
{
    unsigned char bytes[4] = {0, 0, 0, 0xee};
    size_t len;

    ck_assert_int_eq(decode("QUJDRA", bytes, 3, &len), CNOP_E_TRUNCATED);
    ck_assert_int_eq(bytes[3], 0xee);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_test(tests, round_trips_every_length);
    tcase_add_test(tests, refuses_other_spellings);
    tcase_add_test(tests, tail_bits_must_be_zero);
    tcase_add_test(tests, never_writes_beyond_cap);
}

UNIT_MAIN("base64url", add)
