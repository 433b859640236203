/* SPDX-License-Identifier: MIT */
/* The judge of FastCGI streams: whole requests, every cut of one, each kind of damage. */
#include "shared/web/frame.h"

#include <string.h>

#include "tests/unit/unit.h"

static const struct cnop_frame_limits limits = {1000, 8, 64};

static unsigned char bytes[4096];
static size_t len;

static void
put(unsigned type, const char *content, size_t content_len, size_t padding)
{
    unsigned char header[8] = {1,
                               (unsigned char)type,
                               0,
                               1,
                               (unsigned char)(content_len >> 8),
                               (unsigned char)content_len,
                               (unsigned char)padding,
                               0};

    memcpy(bytes + len, header, sizeof(header));
    memcpy(bytes + len + sizeof(header), content, content_len);
    memset(bytes + len + sizeof(header) + content_len, 0x55, padding);
    len += sizeof(header) + content_len + padding;
}

static void
put_request(const char *body)
{
    static const char params[] = "\4\5NAMEvalue\1\0A\x80\0\0\1\4Bword";

    len = 0;
    put(1, "\0\1\1\0\0\0\0\0", 8, 0);
    put(4, params, sizeof(params) - 1, 3);
    put(4, "", 0, 0);
    if (body[0] != '\0')
        put(5, body, strlen(body), 5);
    put(5, "", 0, 0);
}

static enum cnop_frame_state
state(void)
{
    return cnop_frame_scan(bytes, len, &limits).state;
}

START_TEST(whole_request)
{
    struct cnop_frame frame;

    put_request("body");
    frame = cnop_frame_scan(bytes, len, &limits);
    ck_assert_int_eq(frame.state, CNOP_FRAME_READY);
    ck_assert_uint_eq(frame.total_bytes, len);
    ck_assert_uint_eq(frame.body_bytes, 4);
    ck_assert_int_eq(cnop_frame_scan(bytes, len + 1, &limits).state, CNOP_FRAME_BROKEN);
}
END_TEST

START_TEST(every_cut_is_partial)
{
    put_request("body");
    for (size_t cut = 0; cut < len; cut++)
        ck_assert_int_eq(cnop_frame_scan(bytes, cut, &limits).state, CNOP_FRAME_PARTIAL);
}
END_TEST

START_TEST(pairs_cut_anywhere_by_records)
{
    static const char params[] = "\4\5NAMEvalue\x80\0\0\1\4Bword\0\0\1\1Cd";

    for (size_t chunk = 1; chunk < sizeof(params); chunk++) {
        len = 0;
        put(1, "\0\1\1\0\0\0\0\0", 8, 0);
        for (size_t at = 0; at < sizeof(params) - 1; at += chunk) {
            size_t rest = sizeof(params) - 1 - at;

            put(4, params + at, chunk < rest ? chunk : rest, 0);
        }
        put(4, "", 0, 0);
        put(5, "", 0, 0);
        ck_assert_int_eq(state(), CNOP_FRAME_READY);
    }
}
END_TEST

START_TEST(pair_without_end)
{
    len = 0;
    put(1, "\0\1\1\0\0\0\0\0", 8, 0);
    put(4, "\4\5NAMEval", 9, 0);
    put(4, "", 0, 0);
    ck_assert_int_eq(state(), CNOP_FRAME_BROKEN);
}
END_TEST

START_TEST(body_limit)
{
    char body[66];

    memset(body, 'b', sizeof(body));
    body[64] = '\0';
    put_request(body);
    ck_assert_int_eq(state(), CNOP_FRAME_READY);
    body[64] = 'b';
    body[65] = '\0';
    put_request(body);
    ck_assert_int_eq(state(), CNOP_FRAME_OVERSIZE);
    ck_assert_int_eq(cnop_frame_scan(bytes, len - 60, &limits).state, CNOP_FRAME_OVERSIZE);
}
END_TEST

START_TEST(parameter_limits)
{
    static const struct cnop_frame_limits tight = {20, 8, 64}, few = {1000, 2, 64};

    put_request("");
    ck_assert_int_eq(cnop_frame_scan(bytes, len, &tight).state, CNOP_FRAME_BROKEN);
    ck_assert_int_eq(cnop_frame_scan(bytes, len, &few).state, CNOP_FRAME_BROKEN);
}
END_TEST

/* Lengths whose sum leaves 32 bits: the class of CVE-2025-23016. */
START_TEST(overflowing_lengths)
{
    len = 0;
    put(1, "\0\1\1\0\0\0\0\0", 8, 0);
    put(4, "\xff\xff\xff\xff\xff\xff\xff\xffNAME", 12, 0);
    ck_assert_int_eq(state(), CNOP_FRAME_BROKEN);
}
END_TEST

START_TEST(zero_byte)
{
    len = 0;
    put(1, "\0\1\1\0\0\0\0\0", 8, 0);
    put(4, "\4\3NAMEa\0b", 9, 0);
    ck_assert_int_eq(state(), CNOP_FRAME_BROKEN);
}
END_TEST

START_TEST(padding_behind_an_end)
{
    len = 0;
    put(1, "\0\1\1\0\0\0\0\0", 8, 0);
    put(4, "", 0, 8);
    ck_assert_int_eq(state(), CNOP_FRAME_BROKEN);
}
END_TEST

START_TEST(wrong_records)
{
    put_request("body");
    for (size_t at = 0; at < 2; at++) { /* version, then type of the first record */
        unsigned char kept = bytes[at];

        for (unsigned value = 0; value < 256; value++) {
            bytes[at] = (unsigned char)value;
            if (value != kept)
                ck_assert_int_eq(state(), CNOP_FRAME_BROKEN);
        }
        bytes[at] = kept;
    }
    bytes[3] = 0;
    ck_assert_int_eq(state(), CNOP_FRAME_BROKEN);
    bytes[3] = 1;
    bytes[9] = 2; /* role authorizer */
    ck_assert_int_eq(state(), CNOP_FRAME_BROKEN);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_test(tests, whole_request);
    tcase_add_test(tests, every_cut_is_partial);
    tcase_add_test(tests, pairs_cut_anywhere_by_records);
    tcase_add_test(tests, pair_without_end);
    tcase_add_test(tests, body_limit);
    tcase_add_test(tests, parameter_limits);
    tcase_add_test(tests, overflowing_lengths);
    tcase_add_test(tests, zero_byte);
    tcase_add_test(tests, padding_behind_an_end);
    tcase_add_test(tests, wrong_records);
}

UNIT_MAIN("frame", add)
