/* SPDX-License-Identifier: MIT */
/* Walking one object or array of shared/json/json_scan.c: strict JSON, bounded, no repeated or
 * escaped names. */
#include "shared/json/json_scan.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/unit.h"

/* Number of members, or -1 when the text is refused. */
static int
member_count(struct cnop_str text)
{
    struct cnop_scan_value value;
    struct cnop_scan scan;
    struct cnop_str name;
    enum cnop_scan_step step;
    int count = 0;

    cnop_scan_start(&scan, text);
    while ((step = cnop_scan_member(&scan, &name, &value)) == CNOP_SCAN_ITEM)
        count++;
    return step == CNOP_SCAN_END ? count : -1;
}

START_TEST(accepts_json)
{
    static const struct {
        const char *text;
        int members;
    } rows[] = {
        {"{}", 0},
        {" { } \n", 0},
        {"{\"a\":1}", 1},
        {"{\"a\":-0.5e+3,\"b\":[1,[2,{\"c\":null}]],\"d\":{\"e\":\"f\"}}", 3},
        {"{\"a\":\"\\u00e4\\n\\\"\" , \"b\" : true}", 2},
        {"{\"\":false}", 1},
    };

    for (size_t i = 0; i < CNOP_COUNT(rows); i++)
        ck_assert_msg(member_count(cnop_str_from(rows[i].text)) == rows[i].members, "%s",
                      rows[i].text);
}
END_TEST

START_TEST(refuses_everything_else)
{
    static const char *const refused[] = {
        "",
        " ",
        "[]",
        "{",
        "}",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{,}",
        "{\"a\":1 \"b\":2}",
        "{\"a\":1}x",
        "{\"a\":1}{}",
        "{'a':1}",
        "{a:1}",
        "{\"a\":01}",
        "{\"a\":+1}",
        "{\"a\":.5}",
        "{\"a\":5.}",
        "{\"a\":1e}",
        "{\"a\":NaN}",
        "{\"a\":Infinity}",
        "{\"a\":tru}",
        "{\"a\":\"\n\"}",
        "{\"a\":\"\\x\"}",
        "{\"a\":\"\\u12g4\"}",
        "{\"a\":\"",
        "{\"a\":\"\\",
        "{\"a\":[1,]}",
        "{\"a\":[1 2]}",
        "{\"a\":{1:2}}",
        "{\"a\":1,\"a\":2}",
        "{\"su\\u0062\":1}",
        "{\"a\":1/*c*/}",
        "{\"a\":--1}",
        "{\"a\":-}",
        "{\"a\":{\"b\":1,\"\\u0062\":2}}",
        "{\"a\":\"\\ud800\"}",
        "{\"a\":\"\\u0000\"}",
        "{\"a\":\"\xC3\"}",
    };

    for (size_t i = 0; i < CNOP_COUNT(refused); i++)
        ck_assert_msg(member_count(cnop_str_from(refused[i])) == -1, "%s", refused[i]);
}
END_TEST

START_TEST(every_cut_is_refused)
{
    static const char text[] = "{\"a\":[1,{\"b\":\"c\\n\"}],\"d\":-1.5e3,\"e\":true}";

    for (size_t len = 0; len < sizeof(text) - 1; len++)
        ck_assert_int_eq(member_count(cnop_str_make(text, len)), -1);
    ck_assert_int_eq(member_count(cnop_str_make(text, sizeof(text) - 1)), 3);
}
END_TEST

START_TEST(depth_and_members_are_bounded)
{
    char text[4096];
    size_t at = 0;

    ck_assert_int_eq(member_count(CNOP_STR("{\"a\":[[[[[[[]]]]]]]}")), 1);
    ck_assert_int_eq(member_count(CNOP_STR("{\"a\":[[[[[[[[]]]]]]]]}")), -1);

    for (int i = 0; i < CNOP_SCAN_MEMBERS_MAX + 1; i++) {
        at += (size_t)snprintf(text + at, sizeof(text) - at, "%c\"m%d\":1", i == 0 ? '{' : ',', i);
        text[at] = '}';
        ck_assert_int_eq(member_count(cnop_str_make(text, at + 1)),
                         i < CNOP_SCAN_MEMBERS_MAX ? i + 1 : -1);
    }
}
END_TEST

START_TEST(kinds_are_told_apart)
{
    static const char text[] = "{\"s\":\"x\",\"i\":-12,\"n\":1.0,\"l\":null,\"a\":[ 1 ],\"o\":{}}";
    static const enum cnop_scan_kind kinds[] = {
        CNOP_SCAN_STRING,  CNOP_SCAN_INTEGER, CNOP_SCAN_NUMBER,
        CNOP_SCAN_LITERAL, CNOP_SCAN_ARRAY,   CNOP_SCAN_OBJECT,
    };
    static const char *const raws[] = {"x", "-12", "1.0", "null", "[ 1 ]", "{}"};
    struct cnop_scan_value value;
    struct cnop_scan scan;
    struct cnop_str name;

    cnop_scan_start(&scan, cnop_str_from(text));
    for (size_t i = 0; i < CNOP_COUNT(kinds); i++) {
        ck_assert_int_eq(cnop_scan_member(&scan, &name, &value), CNOP_SCAN_ITEM);
        ck_assert_int_eq(value.kind, kinds[i]);
        ck_assert(cnop_str_equal(value.raw, cnop_str_from(raws[i])));
    }
    ck_assert_int_eq(cnop_scan_member(&scan, &name, &value), CNOP_SCAN_END);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_test(tests, accepts_json);
    tcase_add_test(tests, refuses_everything_else);
    tcase_add_test(tests, every_cut_is_refused);
    tcase_add_test(tests, depth_and_members_are_bounded);
    tcase_add_test(tests, kinds_are_told_apart);
}

UNIT_MAIN("json_walk", add)
