/* SPDX-License-Identifier: MIT */
/* The JSON string encoder: every byte and every pair of bytes gives valid, inert text. */
#include "shared/base/escape.h"

#include "tests/unit/unit.h"

static struct cnop_str
escaped(struct cnop_buf *buf, struct cnop_str s)
{
    cnop_buf_clear(buf);
    cnop_escape_json(buf, s);
    ck_assert(!buf->overflow);
    return cnop_buf_view(buf);
}

START_TEST(table)
{
    static const struct {
        const char *in;
        const char *out;
    } rows[] = {
        {"", "\"\""},
        {"plain text", "\"plain text\""},
        {"say \"hi\" \\ /", "\"say \\\"hi\\\" \\\\ /\""},
        {"a\nb\rc\td", "\"a\\nb\\rc\\td\""},
        {"\x1b[31mred", "\"\\u001b[31mred\""},
        {"\x01\x7F", "\"\\u0001\\u007f\""},
        {"\xC2\x9B"
         "31m",
         "\"\\u009b31m\""},
        {"caf\xC3\xA9 \xF0\x9F\x92\xB0", "\"caf\xC3\xA9 \xF0\x9F\x92\xB0\""},
        {"bad \xFF\xC3", "\"bad \xEF\xBF\xBD\xEF\xBF\xBD\""},
        {"\xED\xA0\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""},
    };
    char memory[256];
    struct cnop_buf buf;

    cnop_buf_init(&buf, memory, sizeof(memory));
    for (size_t i = 0; i < CNOP_COUNT(rows); i++)
        ck_assert_msg(
            cnop_str_equal(escaped(&buf, cnop_str_from(rows[i].in)), cnop_str_from(rows[i].out)),
            "row %zu: %.*s", i, CNOP_STR_ARG(cnop_buf_view(&buf)));
    ck_assert(cnop_str_equal(escaped(&buf, cnop_str_make("a\0b", 3)), CNOP_STR("\"a\\u0000b\"")));
}
END_TEST

START_TEST(every_pair_of_bytes)
{
    char memory[64];
    struct cnop_buf buf;

    cnop_buf_init(&buf, memory, sizeof(memory));
    for (unsigned pair = 0; pair < 65536; pair++) {
        char in[2] = {(char)(pair >> 8), (char)(pair & 0xFF)};
        struct cnop_str out = escaped(&buf, cnop_str_make(in, 2));

        ck_assert(cnop_str_is_utf8(out));
        for (size_t i = 0; i < out.len; i++)
            ck_assert((unsigned char)out.ptr[i] >= 0x20 && out.ptr[i] != 0x7F);
        for (size_t i = 1; i + 1 < out.len; i++) {
            ck_assert(out.ptr[i] != '"');
            if (out.ptr[i] == '\\')
                i++;
        }
        ck_assert(out.ptr[0] == '"' && out.ptr[out.len - 1] == '"');
    }
}
END_TEST

START_TEST(clip_keeps_characters_whole)
{
    struct cnop_str text = CNOP_STR("ab\xE2\x82\xAC");

    ck_assert_uint_eq(cnop_escape_clip(text, 5).len, 5);
    ck_assert_uint_eq(cnop_escape_clip(text, 4).len, 2);
    ck_assert_uint_eq(cnop_escape_clip(text, 3).len, 2);
    ck_assert_uint_eq(cnop_escape_clip(text, 2).len, 2);
    ck_assert_uint_eq(cnop_escape_clip(text, 0).len, 0);
    ck_assert_uint_eq(cnop_escape_clip(CNOP_STR("\xE2\x82\xAC"), 2).len, 0);
    ck_assert_uint_eq(cnop_escape_clip(CNOP_STR("\x80\x80\x80\x80\x80\x80"), 5).len, 5);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_test(tests, table);
    tcase_add_test(tests, every_pair_of_bytes);
    tcase_add_test(tests, clip_keeps_characters_whole);
}

UNIT_MAIN("escape", add)
